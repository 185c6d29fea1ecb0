import test from "node:test";
import assert from "node:assert/strict";
import { choices, looksLikeNumber, rows, step } from "../../fs_app/web/static/agent/targets.js";

const FOUND = {
  agents: [{ id: 2, name: "Bruno", number: "1002", state: "IDLE", reason: "" }],
  queues: [{ id: 7, name: "Technique", open: true, waiting: 1 }],
  numbers: [{ number: "+33145678901", shown: "01 45 67 89 01", name: "Cora", company: "Oscorp" }],
};

test("numbers of any country in any usual way are numbers, words are not", () => {
  for (const text of ["06 12 34 56 78", "+33 (0)6-12.34", "tel:+34912345678", "1002", "*72", "00 44 20 7946 0018"]) {
    assert.equal(looksLikeNumber(text), true, text);
  }
  for (const text of ["", "1", "Bruno", "+", "12a", "++33", "9".repeat(40)]) assert.equal(looksLikeNumber(text), false, text);
});

test("the number that was typed comes first, then agents, queues and the directory", () => {
  assert.deepEqual(rows("0612", FOUND, { can: "consult" }).map((row) => row.kind), ["number", "agent", "queue", "number"]);
  assert.deepEqual(rows("bru", FOUND, { can: "consult" }).map((row) => row.to), [
    { kind: "agent", agent: 2 }, { kind: "queue", queue: 7 }, { kind: "number", number: "+33145678901" },
  ]);
  assert.deepEqual(rows("", null, { can: "consult" }), []);
});

test("without a call nobody calls a queue", () => {
  assert.deepEqual(rows("", FOUND, { can: "dial" }).map((row) => row.kind), ["agent", "number"]);
});

test("each row has a key of its own", () => {
  const keys = rows("0612", FOUND, { can: "consult" }).map((row) => row.key);
  assert.equal(new Set(keys).size, keys.length);
});

test("what may be done follows the line; without one people are called", () => {
  assert.deepEqual(choices(null), ["dial"]);
  assert.deepEqual(choices({ can: ["transfer", "consult", "hold"] }), ["consult", "transfer"]);
  assert.deepEqual(choices({ can: ["transfer"] }), ["transfer"]);
});

test("arrows go round", () => {
  assert.equal(step(0, 3, "ArrowUp"), 2);
  assert.equal(step(2, 3, "ArrowDown"), 0);
  assert.equal(step(1, 3, "x"), 1);
  assert.equal(step(0, 0, "ArrowDown"), -1);
});
