import test from "node:test";
import assert from "node:assert/strict";
import * as graphs from "../../fs_app/web/static/flows/graph.js";
import * as history from "../../fs_app/web/static/flows/history.js";
import { commandOf, isTyping, neighbour } from "../../fs_app/web/static/flows/keys.js";
import { arrange } from "../../fs_app/web/static/flows/arrange.js";
import { json, linesOf, marksOf, soundsSince } from "../../fs_app/web/static/flows/rehearsal.js";
import * as dagre from "../../fs_app/web/static/vendor/dagre.js";
import { Saver } from "../../fs_app/web/static/flows/saver.js";

const exit = (name, more = {}) => ({ name, label: name && `flow.exit.${name}`, optional: false, otherwise: "", each: "", ...more });
const param = (name, kind, more = {}) => ({ name, kind, default: null, when: null, ...more });
const DIGITS = [..."1234567890*#"];
const KINDS = graphs.kindsOf({ kinds: [
  { kind: "menu", params: [param("keys", "KEYS"), param("tries", "INTEGER", { default: 3 })], exits: [exit("", { each: "keys" }), exit("no_input"), exit("error", { optional: true })] },
  { kind: "play", params: [param("prompts", "PROMPTS")], exits: [exit("next"), exit("error", { optional: true })] },
  { kind: "transfer", params: [param("to", "CHOICE", { default: "number" }), param("agent", "AGENT", { when: ["to", "agent"] })], exits: [] },
  { kind: "assign", params: [param("values", "ASSIGNMENTS")], exits: [exit("next")] },
] });
const MENU = KINDS.get("menu");

/** A menu with two keys that lead to two announcements. */
function small() {
  let graph = graphs.addNode(graphs.EMPTY, MENU).graph;
  graph = graphs.setParam(graph, "n1", "keys", { 1: "Ventes", 2: "SAV" }, KINDS, DIGITS);
  graph = graphs.addNode(graph, KINDS.get("play"), { after: "n1", exit: "1" }).graph;
  return graphs.addNode(graph, KINDS.get("play"), { after: "n1", exit: "2" }).graph;
}

test("the first node is where callers begin, and has the defaults of its kind", () => {
  const { graph, id } = graphs.addNode(graphs.EMPTY, MENU);
  assert.equal(graph.start, id);
  assert.deepEqual(graph.nodes[0].params, { tries: 3 });
});

test("a node added after an exit is its target and stands beside the others, not on them", () => {
  const graph = small();
  assert.deepEqual(graph.nodes[0].exits, { 1: "n2", 2: "n3" });
  const [, first, second] = graph.nodes;
  assert.ok(first.x > graph.nodes[0].x);
  assert.notEqual(first.y, second.y);
});

test("a menu has one exit for each of its keys, in the order of a telephone", () => {
  const keys = { "#": "Retour", 2: "SAV", 1: "Ventes" };
  const node = { id: "n1", kind: "menu", params: { keys } };
  assert.deepEqual(graphs.exitsOf(MENU, node, DIGITS).map((one) => one.name), ["1", "2", "#", "no_input", "error"]);
  assert.equal(graphs.exitsOf(MENU, node, DIGITS)[0].text, "Ventes");
});

test("a key that is taken away takes its connection along, a key that is changed keeps it", () => {
  const graph = graphs.setParam(small(), "n1", "keys", { 1: "Ventes" }, KINDS, DIGITS);
  assert.deepEqual(graph.nodes[0].exits, { 1: "n2" });
  const changed = graphs.renameKey(small(), "n1", "keys", "2", "5");
  assert.deepEqual(changed.nodes[0].exits, { 1: "n2", 5: "n3" });
  assert.equal(graphs.renameKey(small(), "n1", "keys", "2", "1").nodes[0].exits[1], "n2", "a key that is taken stays");
});

test("a node that is deleted leaves no connection to it behind, and others stay the same objects", () => {
  const before = small();
  const graph = graphs.remove(before, ["n2"]);
  assert.deepEqual(graph.nodes.map((node) => node.id), ["n1", "n3"]);
  assert.deepEqual(graph.nodes[0].exits, { 2: "n3" });
  assert.equal(graph.nodes[1], before.nodes[2]);
  assert.equal(graphs.remove(before, ["n1"]).start, "");
});

test("connecting and disconnecting", () => {
  let graph = graphs.connect(small(), "n2", "next", "n1");
  assert.equal(graph.nodes[1].exits.next, "n1");
  assert.equal(graphs.connect(graph, "n2", "next", "n99"), graph, "to nothing");
  graph = graphs.disconnect(graph, "n2", "next");
  assert.deepEqual(graph.nodes[1].exits, {});
});

test("what is pasted has names of its own and the connections among itself", () => {
  const copied = graphs.cut(small(), ["n1", "n2"]);
  const { graph, ids } = graphs.paste(small(), copied, KINDS, 300);
  assert.deepEqual(ids, ["n4", "n5"]);
  assert.deepEqual(graphs.nodeOf(graph, "n4").exits, { 1: "n5" });
  assert.equal(graph.start, "n1");
  assert.deepEqual(graphs.paste(small(), copied, KINDS, 4).ids, [], "no more than the most");
  assert.deepEqual(graphs.paste(small(), { nodes: [{ id: "x", kind: "moon" }] }, KINDS, 300).ids, []);
});

test("a field may depend on another's value or default", () => {
  const kind = KINDS.get("transfer");
  const node = { id: "n1", kind: "transfer", params: {} };
  assert.equal(graphs.isAsked(kind, node, kind.params[1]), false);
  assert.equal(graphs.isAsked(kind, { ...node, params: { to: "agent" } }, kind.params[1]), true);
});

test("the exit to go on from is the first that must lead somewhere and does not", () => {
  const graph = small();
  const node = graph.nodes[0];
  assert.equal(graphs.freeExit(graphs.exitsOf(MENU, node, DIGITS), node).name, "no_input");
});

test("variables that the flow sets are offered", () => {
  let { graph } = graphs.addNode(graphs.EMPTY, KINDS.get("assign"));
  graph = graphs.setParam(graph, "n1", "values", [{ variable: "vip", value: "1" }, { variable: "", value: "" }], KINDS, DIGITS);
  assert.deepEqual(graphs.variablesOf(graph, KINDS), ["vip"]);
});

test("undo and redo; typing in one field is one step", () => {
  let past = history.begin("a");
  past = history.step(past, "ab", "label:n1", 1000);
  past = history.step(past, "abc", "label:n1", 1500);
  past = history.step(past, "abcd", "label:n1", 9000);
  assert.equal(past.past.length, 2);
  past = history.undo(past);
  assert.equal(past.now, "abc");
  past = history.undo(past);
  assert.equal(past.now, "a");
  assert.equal(history.undo(past), past);
  past = history.redo(past);
  assert.equal(past.now, "abc");
  past = history.step(past, "x");
  assert.equal(history.redo(past), past, "a new step forgets what was undone");
});

test("keys of the canvas", () => {
  const press = (key, more = {}) => commandOf({ key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...more });
  assert.equal(press("ArrowRight"), "right");
  assert.equal(press("ArrowRight", { shiftKey: true }), "move_right");
  assert.equal(press("z", { ctrlKey: true }), "undo");
  assert.equal(press("Z", { ctrlKey: true, shiftKey: true }), "redo");
  assert.equal(press("c", { metaKey: true }), "copy");
  assert.equal(press("c"), "connect");
  assert.equal(press("ArrowLeft", { altKey: true }), "", "the browser's way back");
  assert.equal(press("r", { ctrlKey: true }), "");
  assert.equal(press("F5"), "");
  assert.equal(isTyping({ tagName: "INPUT" }), true);
  assert.equal(isTyping({ tagName: "DIV" }), false);
});

test("an arrow goes to the nearest node that lies that way", () => {
  const nodes = [{ id: "a", x: 0, y: 0 }, { id: "b", x: 300, y: 10 }, { id: "c", x: 320, y: 400 }, { id: "d", x: 0, y: 300 }];
  assert.equal(neighbour(nodes, "a", "right"), "b");
  assert.equal(neighbour(nodes, "a", "down"), "d");
  assert.equal(neighbour(nodes, "b", "left"), "a");
  assert.equal(neighbour(nodes, "a", "left"), null);
  assert.equal(neighbour(nodes, "gone", "left"), "a");
});

/** A saver whose clock and server the test holds in its hands. */
function saver(answer) {
  const planned = [];
  const sent = [];
  const states = [];
  const made = new Saver({
    version: 1,
    send: async (graph, base) => { sent.push([graph, base]); return answer(graph, base); },
    onState: (state) => states.push(state),
    onSaved: () => {},
    later: (work) => { planned.push(work); return work; },
    forget: (work) => planned.splice(planned.indexOf(work), 1),
  });
  return { made, planned, sent, states, run: async () => { await planned.shift()(); } };
}

test("many changes are one request, a moment later", async () => {
  const { made, planned, sent, states, run } = saver((_, base) => ({ version: base + 1 }));
  made.changed("a");
  made.changed("b");
  assert.equal(planned.length, 1);
  await run();
  assert.deepEqual(sent, [["b", 1]]);
  assert.deepEqual(states, ["waiting", "saving", "saved"]);
  assert.equal(made.version, 2);
  assert.equal(await made.flush(), true, "nothing left to save");
  assert.equal(sent.length, 1);
});

test("a change while saving is saved after it, on the new version", async () => {
  const { made, sent } = saver((_, base) => { if (base === 1) made.changed("b"); return { version: base + 1 }; });
  made.changed("a");
  await made.flush();
  assert.equal(made.unsaved, true);
  await made.flush();
  assert.deepEqual(sent, [["a", 1], ["b", 2]]);
  assert.equal(made.unsaved, false);
});

test("a failure is tried again and loses nothing", async () => {
  let fails = true;
  const { made, planned, sent, run } = saver((_, base) => { if (fails) throw Object.assign(new Error("away"), { status: 503 }); return { version: base + 1 }; });
  made.changed("a");
  await run();
  assert.equal(made.state, "failed");
  fails = false;
  assert.equal(planned.length, 1);
  await run();
  assert.equal(made.state, "saved");
  assert.deepEqual(sent, [["a", 1], ["a", 1]]);
});

test("somebody else's draft is never overwritten unasked", async () => {
  const theirs = { version: 7, graph: "theirs" };
  const { made, sent, run, planned } = saver((_, base) => { if (base === 1) throw Object.assign(new Error("changed"), { status: 409, body: { theirs } }); return { version: base + 1 }; });
  made.changed("mine");
  await run();
  assert.equal(made.state, "conflict");
  made.changed("mine, later");
  assert.equal(planned.length, 0, "nothing is sent before somebody decided");
  assert.equal(await made.flush(), false);
  made.settle("mine, later");
  await run();
  assert.deepEqual(sent.at(-1), ["mine, later", 7]);
  assert.equal(made.state, "saved");
});

test("their draft may stay instead", async () => {
  const { made, sent, run } = saver(() => { throw Object.assign(new Error("changed"), { status: 409, body: { theirs: { version: 7 } } }); });
  made.changed("mine");
  await run();
  made.settle(null);
  assert.equal(made.state, "saved");
  assert.equal(made.version, 7);
  assert.equal(sent.length, 1);
});

const step = (kind, node, data = {}, more = {}) => ({ kind, flow: 7, node, input: -1, data, ...more });
const WAY = [
  step("flow.node", "n1", { node: "n1" }),
  step("said", "n1", { files: ["a"], heard: [{ url: "/a.wav", text: "A" }] }),
  step("key", "n1", { digit: "1" }, { input: 0 }),
  step("flow.exit", "n1", { node: "n1", exit: "1" }, { input: 0 }),
  step("flow.node", "n2", { node: "n2" }, { input: 0 }),
  step("said", "n2", { files: ["b"], heard: [{ url: "/b.wav", text: "B" }, { url: "/c.wav", text: "C" }] }, { input: 0 }),
  step("flow.exit", "n2", { node: "n2", exit: "" }, { input: 1 }),
  step("flow.node", "n2", { node: "n2" }, { flow: 8, input: 1 }),
];

test("the caller's way is marked on the canvas, without what happened in other menus", () => {
  const marks = marksOf({ way: WAY, flow: 7, node: "n2", over: "" }, 7, small());
  assert.deepEqual([...marks.nodes], [["n1", 1], ["n2", 1]]);
  assert.deepEqual([...marks.edges], ["n1|1"]);
  assert.equal(marks.here, "n2");
  assert.equal(marksOf({ way: WAY, flow: 8, node: "n2", over: "" }, 7, small()).here, "", "he is in another menu");
  assert.equal(marksOf({ way: WAY, flow: 7, node: "n2", over: "caller" }, 7, small()).here, "");
});

test("what the last input led to is heard", () => {
  assert.deepEqual(soundsSince(WAY, 0), ["/b.wav", "/c.wav"]);
  assert.deepEqual(soundsSince(WAY, 1), []);
  assert.deepEqual(soundsSince(WAY.slice(0, 2), -1), ["/a.wav"]);
});

test("an exit without a name is no line to read", () => {
  assert.equal(linesOf(WAY).length, WAY.length - 1);
});

test("an answer that is no JSON is none", () => {
  assert.deepEqual(json('{"a": 1}'), { a: 1 });
  assert.equal(json("{"), null);
});

test("the arrangement leads from the first step to the right, none upon another", () => {
  const placed = arrange(small(), KINDS, DIGITS, dagre);
  const [menu, one, two] = ["n1", "n2", "n3"].map((id) => placed.get(id));
  assert.ok(one.x > menu.x && two.x > menu.x);
  assert.ok(Math.abs(one.y - two.y) > 100);
});
