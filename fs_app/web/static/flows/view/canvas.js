/** The canvas: React Flow over the graph of the store. The graph is the truth; what is drawn follows it. */

import { html, useCallback, useLayoutEffect, useMemo, useRef, useState } from "../../vendor/preact.js";
import { Background, Controls, MiniMap, ReactFlow, applyNodeChanges, useReactFlow } from "../../vendor/flow.js";
import { t } from "../../js/lib/i18n.js";
import * as graphs from "../graph.js";
import { commandOf, isTyping, neighbour } from "../keys.js";
import { WIDTH } from "../arrange.js";
import * as store from "../store.js";
import { FlowNode } from "./node.js";

const TYPES = { flow: FlowNode };
const NONE = [];
const KIND = "application/x-flow-kind";
const STEP = 20;
const READABLE = 0.5;
const BEGINNING = 0.8;
const MOVES = { move_left: [-STEP, 0], move_right: [STEP, 0], move_up: [0, -STEP], move_down: [0, STEP] };
const WEAK = new Set(["error", "no_input", "wrong", "timeout"]);

const same = (a, b) => Object.keys(b).every((name) => a[name] === b[name]);

/** Drawn nodes for the graph: those that did not change are the same objects. */
function reconcile(old, graph, look) {
  const before = new Map(old.map((node) => [node.id, node]));
  return graph.nodes.map((node) => {
    const was = before.get(node.id);
    const data = look(node);
    const selected = look.chosen.has(node.id);
    if (was && was.selected === selected && was.position.x === node.x && was.position.y === node.y && same(was.data, data)) return was;
    return { ...was, id: node.id, type: "flow", position: { x: node.x, y: node.y }, data, selected, focusable: false };
  });
}

const drawnEdges = new WeakMap();

/** The connections of one node; made again only when it changed. */
function edgesOf(node, there, trail, chosen) {
  const key = Object.entries(node.exits ?? {}).map(([exit, to]) => `${exit}>${to}${there.has(to)}${trail.has(`${node.id}|${exit}`)}${chosen?.from === node.id && chosen.exit === exit}`).join();
  const known = drawnEdges.get(node);
  if (known?.key === key) return known.edges;
  const edges = Object.entries(node.exits ?? {}).filter(([, to]) => there.has(to)).map(([exit, to]) => {
    const id = `${node.id}|${exit}`;
    const taken = trail.has(id);
    const selected = chosen?.from === node.id && chosen.exit === exit;
    return {
      id, source: node.id, sourceHandle: exit, target: to, selected, focusable: false, animated: taken,
      className: [taken && "is-taken", WEAK.has(exit) && "is-weak"].filter(Boolean).join(" "),
      markerEnd: "fl-arrow", zIndex: taken || selected ? 10 : 0,
    };
  });
  drawnEdges.set(node, { key, edges });
  return edges;
}

/** Focuses a node as soon as it is drawn and measured: until then the browser refuses. */
export function focusNode(id, frames = 30) {
  requestAnimationFrame(() => {
    const found = document.querySelector(`[data-node="${CSS.escape(id)}"]`);
    found?.focus({ preventScroll: true });
    if ((!found || document.activeElement !== found) && frames > 0 && !document.querySelector("dialog[open]")) focusNode(id, frames - 1);
  });
}

export function Canvas() {
  const graph = store.graph.value;
  const chosen = store.chosen.value;
  const chosenEdge = store.edge.value;
  const marks = store.marks.value;
  const trail = store.trail.value;
  const flow = useReactFlow();
  const [drawn, setDrawn] = useState(NONE);
  const box = useRef(null);
  const mouse = useRef(null);
  const current = chosen.at(-1) ?? graph.start ?? graph.nodes[0]?.id;

  useLayoutEffect(() => {
    const look = (node) => ({
      node, start: node.id === graph.start, wrong: marks.get(node.id) ?? NONE,
      visit: trail.nodes.get(node.id) ?? 0, here: trail.here === node.id, current: node.id === current,
    });
    look.chosen = new Set(chosen);
    setDrawn((old) => reconcile(old, graph, look));
  }, [graph, chosen, marks, trail, current]);

  const edges = useMemo(() => {
    const there = new Set(graph.nodes.map((node) => node.id));
    return graph.nodes.flatMap((node) => edgesOf(node, there, trail.edges, chosenEdge));
  }, [graph, trail, chosenEdge]);

  /** Moves the view so that the node can be seen, and puts the focus on it. */
  const show = useCallback((id, focus = true) => {
    const node = store.node(id);
    if (!node || !box.current) return;
    const { x, y } = flow.flowToScreenPosition({ x: node.x + WIDTH / 2, y: node.y + 60 });
    const { left, right, top, bottom } = box.current.getBoundingClientRect();
    const inside = x > left + 90 && x < right - 90 && y > top + 60 && y < bottom - 60;
    if (!inside) flow.setCenter(node.x + WIDTH / 2, node.y + 60, { zoom: Math.max(0.6, flow.getZoom()), duration: 0 });
    if (focus) focusNode(id);
  }, []);
  store.shown.value = show;

  // All of it, as long as it can be read; else where callers begin.
  const begin = useCallback((started) => {
    const { clientWidth: width, clientHeight: height } = box.current;
    const { nodes, start } = store.graph.value;
    if (!nodes.length) return;
    const bounds = graphs.boundsOf(nodes, (node) => graphs.heightOf(store.exits(node)), WIDTH);
    const zoom = Math.min(1, (width - 60) / bounds.width, (height - 60) / bounds.height);
    const first = store.node(start) ?? nodes[0];
    started.setViewport(zoom < READABLE
      ? { x: 60 - first.x * BEGINNING, y: height / 2 - 80 - first.y * BEGINNING, zoom: BEGINNING }
      : { x: (width - bounds.width * zoom) / 2 - bounds.x * zoom, y: (height - bounds.height * zoom) / 2 - bounds.y * zoom, zoom });
  }, []);

  const onNodesChange = useCallback((changes) => {
    const selects = changes.filter((change) => change.type === "select");
    if (selects.length) {
      const now = new Set(store.chosen.value);
      for (const { id, selected } of selects) selected ? now.add(id) : now.delete(id);
      // A connection that is chosen puts the nodes back by itself: it stays chosen.
      if (selects.some((change) => change.selected)) store.choose([...now]);
      else store.chosen.value = [...now];
    }
    const rest = changes.filter((change) => change.type === "position" || change.type === "dimensions");
    if (rest.length) setDrawn((old) => applyNodeChanges(rest, old));
  }, []);
  const onEdgesChange = useCallback((changes) => {
    for (const change of changes) {
      if (change.type !== "select") continue;
      const [from, exit] = change.id.split("|");
      if (change.selected) {
        store.choose(NONE);
        store.edge.value = { from, exit };
      } else if (store.edge.value?.from === from && store.edge.value.exit === exit) store.edge.value = null;
    }
  }, []);
  const dragged = useCallback((_, __, nodes) => store.apply(graphs.move(store.graph.value, new Map(nodes.map((node) => [node.id, node.position])))), []);
  const connected = useCallback(({ source, sourceHandle, target }) => source !== target && store.connect(source, sourceHandle, target), []);
  // A connection dropped on the empty canvas: which node shall stand there?
  const dropped = useCallback((event, state) => {
    if (state.isValid || state.toNode || !state.fromHandle || state.fromHandle.type !== "source") return;
    const at = event.changedTouches?.[0] ?? event;
    store.dialog.value = { kind: "target", from: state.fromNode.id, exit: state.fromHandle.id, place: flow.screenToFlowPosition({ x: at.clientX, y: at.clientY }) };
  }, []);
  const onDrop = useCallback((event) => {
    const kind = event.dataTransfer.getData(KIND);
    if (!store.kinds.value.has(kind)) return;
    event.preventDefault();
    const { x, y } = flow.screenToFlowPosition({ x: event.clientX - 60, y: event.clientY - 24 });
    const id = store.add(kind, { x, y });
    if (id) focusNode(id);
  }, []);
  const onDragOver = useCallback((event) => {
    if ([...event.dataTransfer.types].includes(KIND)) event.preventDefault();
  }, []);

  const keys = (event) => {
    if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
    const onExit = event.target.closest?.("[data-exit]");
    const command = commandOf(event);
    if (!command || (onExit && (command === "edit" || command === "leave"))) return;
    const go = (id) => {
      if (!id) return;
      store.choose([id]);
      show(id);
    };
    if (onExit && command === "delete") store.connect(current, onExit.dataset.exit, null);
    else if (command in MOVES) {
      const [dx, dy] = MOVES[command];
      const places = new Map(chosen.map((id) => [id, { x: store.node(id).x + dx, y: store.node(id).y + dy }]));
      store.apply(graphs.move(graph, places), `move:${chosen.join()}`);
    } else if (["left", "right", "up", "down"].includes(command)) go(neighbour(graph.nodes, current, command));
    else if (command === "first") go(graph.start);
    else if (command === "edit") store.intoPanel();
    else if (command === "add" || command === "connect") {
      const node = store.node(current);
      const exit = node && graphs.freeExit(store.exits(node), node);
      if (node && exit) store.dialog.value = { kind: "target", from: node.id, exit: onExit?.dataset.exit ?? exit.name, only: command === "connect" ? "nodes" : "kinds" };
      else store.dialog.value = { kind: "target", from: null, only: "kinds" };
    } else if (command === "delete") {
      const next = chosen.length === 1 ? (graphs.sourcesOf(graph, chosen[0])[0]?.id ?? neighbour(graph.nodes, chosen[0], "left")) : null;
      store.drop();
      if (next && store.node(next)) go(next);
      else (box.current.querySelector("[data-node][tabindex='0']") ?? box.current).focus({ preventScroll: true });
    } else if (command === "undo") store.undo();
    else if (command === "redo") store.redo();
    else if (command === "copy") store.copy();
    else if (command === "cut") store.copy(true);
    else if (command === "paste") {
      store.paste();
      if (store.chosen.value.length) show(store.chosen.value[0]);
    } else if (command === "all") store.choose(graph.nodes.map((node) => node.id));
    else if (command === "zoom_in") flow.zoomIn();
    else if (command === "zoom_out") flow.zoomOut();
    else if (command === "fit") flow.fitView({ padding: 0.1, maxZoom: 1 });
    else if (command === "help") store.dialog.value = { kind: "help" };
    else if (command === "leave") store.choose(NONE), (store.edge.value = null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const minimapColour = (node) => (node.data.wrong?.some((problem) => problem.level === "error") ? "var(--c-red)" : node.selected ? "var(--accent-text)" : "var(--fl-mini)");
  const labels = { "controls.ariaLabel": t("flows.zoom"), "controls.zoomIn.ariaLabel": t("flows.zoom_in"), "controls.zoomOut.ariaLabel": t("flows.zoom_out"),
    "controls.fitView.ariaLabel": t("flows.fit"), "minimap.ariaLabel": t("flows.minimap"), "handle.ariaLabel": t("flows.handle") };

  return html`<div class="fl-canvas" ref=${box} tabindex="-1" role="application" aria-label=${t("flows.canvas")} aria-describedby="fl-keys-hint" onKeyDown=${keys}
      onDrop=${onDrop} onDragOver=${onDragOver} onMouseMove=${(event) => { mouse.current = event; }}>
    <svg class="fl-defs" aria-hidden="true"><defs><marker id="fl-arrow" viewBox="0 0 10 10" refX="9" refY="5" markerUnits="userSpaceOnUse" markerWidth="12" markerHeight="12" orient="auto-start-reverse"><path d="M0 1 9 5 0 9z" /></marker></defs></svg>
    <${ReactFlow} nodes=${drawn} edges=${edges} nodeTypes=${TYPES} onInit=${begin} onNodesChange=${onNodesChange} onEdgesChange=${onEdgesChange}
      onNodeDragStop=${dragged} onSelectionDragStop=${(event, nodes) => dragged(event, null, nodes)} onConnect=${connected} onConnectEnd=${dropped}
      onPaneClick=${() => { store.choose(NONE); store.edge.value = null; }} nodesFocusable=${false} edgesFocusable=${false} disableKeyboardA11y
      deleteKeyCode=${null} selectionKeyCode="Shift" multiSelectionKeyCode=${["Control", "Meta"]} onlyRenderVisibleElements elevateNodesOnSelect
      minZoom=${0.15} maxZoom=${1.6} ariaLabelConfig=${labels}
      nodeDragThreshold=${3} connectionRadius=${28} autoPanOnNodeFocus=${false}>
      <${Background} gap=${20} />
      <${MiniMap} pannable zoomable nodeColor=${minimapColour} ariaLabel=${t("flows.minimap")} />
      <${Controls} showInteractive=${false} />
    <//></div>`;
}
