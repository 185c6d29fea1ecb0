import test from "node:test";
import assert from "node:assert/strict";
import * as layout from "../../fs_app/web/static/agent/layout.js";

const NAMES = ["a", "b", "c", "d"];

test("nobody has chosen: the registry's order", () => {
  assert.deepEqual(layout.ordered(NAMES), NAMES);
});

test("the chosen order counts; what is gone is left out, what is new stands behind what it follows", () => {
  assert.deepEqual(layout.ordered(NAMES, ["d", "gone", "a", "c"]), ["d", "a", "b", "c"]);
  assert.deepEqual(layout.ordered(NAMES, ["c"]), ["a", "b", "c", "d"]);
  assert.deepEqual(layout.ordered([], ["c"]), []);
});

test("a module takes the place of another one, downwards and upwards", () => {
  assert.deepEqual(layout.moved(NAMES, "a", "c"), ["b", "c", "a", "d"]);
  assert.deepEqual(layout.moved(NAMES, "d", "b"), ["a", "d", "b", "c"]);
  assert.deepEqual(layout.moved(NAMES, "d", "d"), NAMES);
  assert.deepEqual(layout.moved(NAMES, "d", "nowhere"), NAMES);
});

test("arrow keys pass by modules that are not shown now", () => {
  const shown = ["a", "c", "d"];
  assert.equal(layout.neighbour(shown, "a", "ArrowDown"), "c");
  assert.equal(layout.neighbour(shown, "a", "ArrowUp"), null);
  assert.equal(layout.neighbour(shown, "c", "End"), "d");
  assert.equal(layout.neighbour(shown, "c", "Home"), "a");
  assert.equal(layout.neighbour(shown, "d", "End"), null);
  assert.equal(layout.neighbour(shown, "b", "ArrowUp"), null);
  assert.equal(layout.neighbour(shown, "a", "x"), null);
});

test("folding is remembered by name, and the module's own wish counts before", () => {
  assert.equal(layout.isFolded(layout.NOTHING, "a", true), true);
  const open = layout.folded(layout.NOTHING, "a", false);
  assert.equal(layout.isFolded(open, "a", true), false);
  assert.deepEqual(layout.NOTHING.folded, {});
});

test("the pointer is over a module, or near one", () => {
  const boxes = [{ name: "a", top: 0, bottom: 10 }, { name: "b", top: 20, bottom: 30 }];
  assert.equal(layout.under(boxes, 5), "a");
  assert.equal(layout.under(boxes, 13), "a");
  assert.equal(layout.under(boxes, 17), "b");
  assert.equal(layout.under(boxes, 900), "b");
  assert.equal(layout.under([], 5), null);
});
