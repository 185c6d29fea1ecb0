import test from "node:test";
import assert from "node:assert/strict";
import { closed, first, needsValue, opened, textOf, turned, valueOf } from "../../fs_app/web/static/lists/filter.js";

const FIELDS = [
  ["city", "Ville", "TEXT", []],
  ["state", "État", "CHOICE", [["UNTREATED", "Vierge"], ["WRONG", "Faux numéro"]]],
  ["attempts", "Tentatives", "INTEGER", []],
  ["number_wrong", "Faux numéro", "FLAG", []],
  ["characteristic.3", "A un mobile", "SEGMENT", []],
];
const OPS = { TEXT: ["is", "contains", "in", "empty"], CHOICE: ["is", "in"], INTEGER: ["is", "less", "between"], FLAG: ["is"], SEGMENT: ["is", "is_not"] };

test("a filter of one level is opened as rows and closed as it was", () => {
  for (const filter of [
    { all: [{ field: "city", op: "is", value: "Paris" }, { field: "city", op: "empty" }] },
    { any: [{ field: "characteristic.3", op: "is" }] },
  ]) assert.deepEqual(closed(opened(filter)), filter);
  assert.deepEqual(closed(opened({ field: "city", op: "is", value: "x" })), { all: [{ field: "city", op: "is", value: "x" }] });
  assert.equal(closed(opened(null)), null);
  assert.equal(closed(opened({})), null);
});

test("what says more than rows can show is not opened", () => {
  assert.equal(opened({ not: { field: "city", op: "empty" } }), null);
  assert.equal(opened({ all: [{ any: [] }] }), null);
});

test("another field begins with a value that it can have", () => {
  assert.deepEqual(turned({ field: "city", op: "contains", value: "x" }, FIELDS, OPS, "state"), { field: "state", op: "is", value: "UNTREATED" });
  assert.deepEqual(turned({ op: "is" }, FIELDS, OPS, "number_wrong"), { field: "number_wrong", op: "is", value: "true" });
  assert.deepEqual(turned({ op: "between" }, FIELDS, OPS, "attempts"), { field: "attempts", op: "between", value: ["", ""] });
  assert.deepEqual(turned({}, FIELDS, OPS, "characteristic.3"), { field: "characteristic.3", op: "is" });
});

test("lists are typed with commas, and shown so again", () => {
  assert.deepEqual(valueOf("in", "Paris, Lyon;;  "), ["Paris", "Lyon"]);
  assert.equal(textOf(["Paris", "Lyon"]), "Paris, Lyon");
  assert.equal(textOf(undefined), "");
  assert.deepEqual(first("CHOICE", FIELDS[1][3], "in"), ["UNTREATED"]);
  assert.equal(needsValue("not_empty"), false);
});
