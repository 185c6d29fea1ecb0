/** What the editor knows: the flow, its graph with its history, what is chosen, what is wrong, what is saved. */

import { computed, signal } from "../vendor/preact.js";
import { request } from "../js/lib/http.js";
import { t } from "../js/lib/i18n.js";
import * as graphs from "./graph.js";
import * as history from "./history.js";
import { Saver } from "./saver.js";

/** The page's facts: id, name, language, published, choices, shipped, sounds … (fs_app/web/admin/flows/editor.py). */
export const facts = signal(null);
export const kinds = signal(new Map());
export const steps = signal(history.begin(graphs.EMPTY));
export const graph = computed(() => steps.value.now);
export const chosen = signal([]); // identifiers of nodes
export const edge = signal(null); // {from, exit}, when a connection is chosen
export const problems = signal([]);
export const saving = signal("saved");
export const changed = signal(false); // the draft says something else than what is published
export const panel = signal("node"); // node | problems | try
export const dialog = signal(null); // {kind, …}
export const notice = signal(null); // {tone, text}
export const trail = signal({ nodes: new Map(), edges: new Set(), here: "" });
export const wide = signal(false); // the canvas alone, without palette and panel
export const announced = signal(""); // said to screen readers
export const shown = signal(() => {}); // shown(id): the canvas brings the node into sight and focuses it
export const toPanel = signal({ n: 0, wrong: false }); // n rises when the panel's first field is asked for, or its first wrong one

let saver = null;
let clipboard = null;

export const digits = () => facts.value.spec.digits;
export const address = (rest = "") => `/admin/flows/${facts.value.flow.id}${rest}`;
export const kindOf = (node) => kinds.value.get(node?.kind);
export const node = (id) => graphs.nodeOf(graph.value, id);
export const exits = (one) => graphs.exitsOf(kindOf(one), one, digits());
export const exitName = (exit) => (exit.label ? t(exit.label) : exit.text || (exit.key ? "" : exit.name));
export const kindName = (one) => (kindOf(one) ? t(kindOf(one).label) : String(one?.kind ?? ""));
export const nodeName = (one) => (one ? one.label || `${kindName(one)} (${one.id})` : "");

export const errors = computed(() => problems.value.filter((problem) => problem.level === "error"));

/** node → its problems. */
export const marks = computed(() => {
  const found = new Map();
  for (const problem of problems.value) {
    if (!found.has(problem.node)) found.set(problem.node, []);
    found.get(problem.node).push(problem);
  }
  return found;
});

export async function load() {
  const found = await request("GET", location.pathname.replace(/\/$/, "") + "/draft.json");
  kinds.value = graphs.kindsOf(found.spec);
  facts.value = found;
  steps.value = history.begin(found.draft);
  problems.value = found.problems;
  changed.value = found.changed;
  saver = new Saver({
    version: found.version,
    send: (draft, base) => request("PUT", address("/draft.json"), { graph: draft, base }),
    onState: (state) => {
      saving.value = state;
      if (state === "conflict") dialog.value = { kind: "conflict" };
      // What time does not mend is said: the session has ended, the menu is too big.
      if (state === "failed" && saver.error.status >= 400 && saver.error.status < 500) notice.value = { tone: "red", text: saver.error.text };
    },
    onSaved: (draft, answer) => {
      changed.value = answer.changed;
      if (draft === graph.value) problems.value = answer.problems;
    },
  });
}

// --- changes ---------------------------------------------------------------------------------------------------
function become(next) {
  if (next === steps.value) return;
  steps.value = next;
  const there = new Set(next.now.nodes.map((one) => one.id));
  if (chosen.value.some((id) => !there.has(id))) chosen.value = chosen.value.filter((id) => there.has(id));
  if (edge.value && !node(edge.value.from)?.exits?.[edge.value.exit]) edge.value = null;
  saver.changed(next.now);
}

/** One step that can be undone. `tag`: steps of one field. */
export function apply(next, tag = "") {
  become(history.step(steps.value, next, tag, Date.now()));
}

export const undo = () => become(history.undo(steps.value));
export const redo = () => become(history.redo(steps.value));
export const flush = () => saver.flush();
export const version = () => saver.version;
export const isUnsaved = () => Boolean(saver?.unsaved);

export function intoPanel(wrong = false) {
  wide.value = false;
  panel.value = "node";
  toPanel.value = { n: toPanel.value.n + 1, wrong };
}

export function choose(ids, said = true) {
  edge.value = null;
  if (ids.length !== chosen.value.length || ids.some((id, i) => id !== chosen.value[i])) chosen.value = ids;
  if (ids.length === 1 && said) {
    announced.value = "";
    panel.value = panel.value === "try" ? "try" : "node";
  }
}

export function add(kind, place) {
  if (graph.value.nodes.length >= facts.value.spec.most_nodes) {
    notice.value = { tone: "orange", text: t("flows.full", { n: facts.value.spec.most_nodes }) };
    return null;
  }
  const made = graphs.addNode(graph.value, kinds.value.get(kind), place);
  apply(made.graph);
  choose([made.id]);
  panel.value = "node";
  announced.value = t("flows.added", { kind: t(kinds.value.get(kind).label) });
  return made.id;
}

export function connect(from, exit, to) {
  apply(to ? graphs.connect(graph.value, from, exit, to) : graphs.disconnect(graph.value, from, exit));
}

export function drop() {
  if (edge.value) {
    connect(edge.value.from, edge.value.exit, null);
    edge.value = null;
    announced.value = t("flows.disconnected");
  } else if (chosen.value.length) {
    const n = chosen.value.length;
    apply(graphs.remove(graph.value, chosen.value));
    announced.value = t("flows.removed", { n });
  }
}

export function copy(away = false) {
  if (!chosen.value.length) return;
  clipboard = graphs.cut(graph.value, chosen.value);
  try {
    localStorage.setItem("flows.clipboard", JSON.stringify(clipboard));
  } catch {
    // Copying within this page works all the same.
  }
  announced.value = t("flows.copied_nodes", { n: chosen.value.length });
  if (away) drop();
}

export function paste() {
  try {
    clipboard = JSON.parse(localStorage.getItem("flows.clipboard")) ?? clipboard;
  } catch {
    // What was copied in this page is there still.
  }
  if (!Array.isArray(clipboard?.nodes)) return;
  const made = graphs.paste(graph.value, clipboard, kinds.value, facts.value.spec.most_nodes);
  if (!made.ids.length) return;
  clipboard = graphs.cut(made.graph, made.ids); // the next copy stands a bit further
  apply(made.graph);
  choose(made.ids);
  announced.value = t("flows.pasted", { n: made.ids.length });
}

/** After a conflict: `mine` stays, or theirs; the other one is a step that can be undone to. */
export function settle(which) {
  const mine = graph.value;
  const theirs = saver.theirs;
  dialog.value = null;
  steps.value = history.step(steps.value, theirs.graph);
  chosen.value = [];
  if (which === "mine") steps.value = history.step(steps.value, mine);
  else problems.value = theirs.problems;
  saver.settle(which === "mine" ? mine : null);
}

export async function publish(note) {
  if (!(await flush())) return false;
  try {
    const done = await request("POST", address("/publish.json"), { base: version(), note });
    facts.value = { ...facts.value, flow: { ...facts.value.flow, published: done.number } };
    changed.value = false;
    problems.value = done.problems;
    notice.value = { tone: "green", text: t("flows.published_now", { number: done.number }) };
    return true;
  } catch (error) {
    if (error.body?.problems) {
      problems.value = error.body.problems;
      panel.value = "problems";
    }
    notice.value = { tone: "red", text: error.text };
    return false;
  }
}

/** Their work on another flow: a copy of what stands here. */
export async function saveAsCopy() {
  try {
    const made = await request("POST", address("/copy.json"), { graph: graph.value });
    notice.value = { tone: "green", text: t("flows.kept_as", { name: made.name }) };
    settle("theirs");
  } catch (error) {
    notice.value = { tone: "red", text: error.text };
  }
}

export function renameKey(one, param, from, to) {
  apply(graphs.renameKey(graph.value, one.id, param, from, to));
}
