/**
 * What one can do to the graph of a voice menu. Pure: each function answers a new graph; nodes that did not change are
 * the same objects, so that a canvas of 300 draws again what changed only.
 *
 * `kinds` is the server's description of the kinds of nodes, by name (fs_app/ivr/spec.py).
 */

export const EMPTY = { format: 1, start: "", nodes: [] };
export const COLUMN = 300;
export const ROW = 30;
const HEAD = 64;

export const kindsOf = (spec) => new Map(spec.kinds.map((kind) => [kind.kind, kind]));
export const nodeOf = (graph, id) => graph.nodes.find((node) => node.id === id);

/** The value of a parameter, or its default. */
export function valueOf(kind, node, name) {
  const value = node.params?.[name];
  return value ?? kind.params.find((param) => param.name === name)?.default ?? null;
}

/** Whether a field is asked for, given the others. */
export function isAsked(kind, node, param) {
  return !param.when || valueOf(kind, node, param.when[0]) === param.when[1];
}

/** The ways out of a node, in order: name, words (`label` an identifier of the catalogue, `text` what somebody typed). */
export function exitsOf(kind, node, digits) {
  if (!kind) return Object.keys(node.exits ?? {}).map((name) => ({ name, label: "", text: name, optional: true, otherwise: "" }));
  return kind.exits.flatMap((exit) => {
    if (!exit.each) return [{ ...exit, text: "" }];
    const keys = valueOf(kind, node, exit.each);
    if (!keys || typeof keys !== "object") return [];
    return digits.filter((digit) => Object.hasOwn(keys, digit)).map((digit) => ({ ...exit, name: digit, label: "", text: String(keys[digit] ?? ""), key: digit }));
  });
}

/** How tall a node is drawn, in pixels: for the arrangement, before it was ever drawn. */
export const heightOf = (exits) => HEAD + ROW * exits.length + 8;

/** The rectangle around all nodes. */
export function boundsOf(nodes, height, width) {
  const x = Math.min(...nodes.map((node) => node.x));
  const y = Math.min(...nodes.map((node) => node.y));
  return { x, y, width: Math.max(...nodes.map((node) => node.x)) + width - x, height: Math.max(...nodes.map((node) => node.y + height(node))) - y };
}

function change(graph, id, make) {
  return { ...graph, nodes: graph.nodes.map((node) => (node.id === id ? make(node) : node)) };
}

export function freshId(graph) {
  const used = graph.nodes.map((node) => /^n(\d{1,9})$/.exec(node.id)?.[1]).filter(Boolean).map(Number);
  return `n${Math.max(0, ...used) + 1}`;
}

const taken = (graph, x, y) => graph.nodes.some((node) => Math.abs(node.x - x) < COLUMN * 0.8 && Math.abs(node.y - y) < 110);

/** A place near `x`, `y` where no node stands. */
export function freePlace(graph, x, y) {
  let at = Math.round(y);
  for (let tries = 0; taken(graph, x, at) && tries < 200; tries += 1) at += 130;
  return { x: Math.round(x), y: at };
}

function defaults(kind) {
  const set = kind.params.filter((param) => param.default !== null && param.default !== undefined);
  return Object.fromEntries(set.map((param) => [param.name, structuredClone(param.default)]));
}

/**
 * A new node. `place`: {x, y}, or {after: id, exit: name} to stand behind a node and be its target. The first node
 * of all is where callers begin. Answers {graph, id}.
 */
export function addNode(graph, kind, place = {}) {
  const id = freshId(graph);
  const before = place.after ? nodeOf(graph, place.after) : null;
  const spot = before
    ? freePlace(graph, before.x + COLUMN + 20, before.y)
    : freePlace(graph, place.x ?? 80, place.y ?? 80);
  const node = { id, kind: kind.kind, label: "", ...spot, params: defaults(kind), exits: {} };
  let made = { ...graph, start: graph.start || id, nodes: [...graph.nodes, node] };
  if (before && place.exit) made = connect(made, before.id, place.exit, id);
  return { graph: made, id };
}

export function connect(graph, from, exit, to) {
  const node = nodeOf(graph, from);
  if (!node || !nodeOf(graph, to) || node.exits?.[exit] === to) return graph;
  return change(graph, from, (old) => ({ ...old, exits: { ...old.exits, [exit]: to } }));
}

export function disconnect(graph, from, exit) {
  const node = nodeOf(graph, from);
  if (!node || !Object.hasOwn(node.exits ?? {}, exit)) return graph;
  const { [exit]: _, ...rest } = node.exits;
  return change(graph, from, (old) => ({ ...old, exits: rest }));
}

export function remove(graph, ids) {
  const gone = new Set(ids);
  if (!graph.nodes.some((node) => gone.has(node.id))) return graph;
  const nodes = graph.nodes.filter((node) => !gone.has(node.id)).map((node) => {
    const kept = Object.entries(node.exits ?? {}).filter(([, to]) => !gone.has(to));
    return kept.length === Object.keys(node.exits ?? {}).length ? node : { ...node, exits: Object.fromEntries(kept) };
  });
  return { ...graph, start: gone.has(graph.start) ? "" : graph.start, nodes };
}

export function setStart(graph, id) {
  return nodeOf(graph, id) && graph.start !== id ? { ...graph, start: id } : graph;
}

export function setLabel(graph, id, label) {
  return change(graph, id, (node) => ({ ...node, label }));
}

/** `undefined` or null: back to nothing. Connections of exits that are no more go with them. */
export function setParam(graph, id, name, value, kinds, digits) {
  return change(graph, id, (node) => {
    const { [name]: _, ...rest } = node.params ?? {};
    const made = { ...node, params: value === undefined || value === null ? rest : { ...rest, [name]: value } };
    const names = new Set(exitsOf(kinds.get(node.kind), made, digits).map((exit) => exit.name));
    const kept = Object.entries(made.exits ?? {}).filter(([exit]) => names.has(exit));
    return kept.length === Object.keys(made.exits ?? {}).length ? made : { ...made, exits: Object.fromEntries(kept) };
  });
}

/** Another key of the telephone for the same choice: its connection goes along. */
export function renameKey(graph, id, name, from, to) {
  const node = nodeOf(graph, id);
  const keys = node?.params?.[name] ?? {};
  if (from === to || Object.hasOwn(keys, to)) return graph;
  return change(graph, id, (old) => {
    const renamed = (entries) => Object.fromEntries(Object.entries(entries).map(([key, value]) => [key === from ? to : key, value]));
    return { ...old, params: { ...old.params, [name]: renamed(keys) }, exits: renamed(old.exits ?? {}) };
  });
}

/** `places`: id → {x, y}. */
export function move(graph, places) {
  let moved = false;
  const nodes = graph.nodes.map((node) => {
    const to = places.get(node.id);
    if (!to || (Math.round(to.x) === node.x && Math.round(to.y) === node.y)) return node;
    moved = true;
    return { ...node, x: Math.round(to.x), y: Math.round(to.y) };
  });
  return moved ? { ...graph, nodes } : graph;
}

/** What is copied: nodes and the connections among them. */
export function cut(graph, ids) {
  const chosen = new Set(ids);
  const nodes = graph.nodes.filter((node) => chosen.has(node.id)).map((node) => ({
    ...node, exits: Object.fromEntries(Object.entries(node.exits ?? {}).filter(([, to]) => chosen.has(to))),
  }));
  return { format: 1, nodes };
}

/** Copied nodes again, under names of their own, a bit lower. Answers {graph, ids}. */
export function paste(graph, copied, kinds, most) {
  const known = copied.nodes.filter((node) => kinds.has(node.kind));
  if (!known.length || graph.nodes.length + known.length > most) return { graph, ids: [] };
  let made = graph;
  const names = new Map();
  for (const node of known) {
    const id = freshId(made);
    names.set(node.id, id);
    made = { ...made, start: made.start || id, nodes: [...made.nodes, { ...structuredClone(node), id, x: node.x + 40, y: node.y + 60 }] };
  }
  const ids = [...names.values()];
  const mine = new Set(ids);
  made = { ...made, nodes: made.nodes.map((node) => (!mine.has(node.id) ? node : {
    ...node, exits: Object.fromEntries(Object.entries(node.exits ?? {}).filter(([, to]) => names.has(to)).map(([exit, to]) => [exit, names.get(to)])),
  })) };
  return { graph: made, ids };
}

/** The first exit that leads nowhere and should; else the first that leads nowhere; else none. */
export function freeExit(exits, node) {
  const free = exits.filter((exit) => !node.exits?.[exit.name]);
  return free.find((exit) => !exit.optional) ?? free[0];
}

/** Names of variables that the flow sets, for suggestions. */
export function variablesOf(graph, kinds) {
  const found = new Set();
  for (const node of graph.nodes) {
    for (const param of kinds.get(node.kind)?.params ?? []) {
      const value = node.params?.[param.name];
      if (param.kind === "VARIABLE" && value) found.add(value);
      if ((param.kind === "ASSIGNMENTS" || param.kind === "MAPPING") && Array.isArray(value)) {
        for (const entry of value) if (entry?.variable) found.add(entry.variable);
      }
    }
  }
  return [...found].sort();
}

/** Who leads to this node: [{id, exit}]. */
export function sourcesOf(graph, id) {
  return graph.nodes.flatMap((node) => Object.entries(node.exits ?? {}).filter(([, to]) => to === id).map(([exit]) => ({ id: node.id, exit })));
}
