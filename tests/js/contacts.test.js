// Filters of contacts: conditions that one sees, and the JSON of the server.

import assert from "node:assert/strict";
import { test } from "node:test";

import { bare, closed, counted, opened, valueOf, withField } from "../../fs_app/web/static/contacts/filter.js";

const KINDS = { city: "TEXT", age: "INTEGER", vip: "FLAG", since: "DATE", "segment.1": "SEGMENT" };
const kindOf = (name) => KINDS[name] ?? "TEXT";
const there = (json) => closed(opened(json), kindOf);

test("a filter is opened and closed without a change", () => {
  const filters = [
    { all: [{ field: "city", op: "begins", value: "Mar" }] },
    { any: [{ field: "city", op: "empty" }, { field: "age", op: "between", value: [1, 2.5] }] },
    { all: [{ field: "vip", op: "is", value: false }, { any: [{ field: "segment.1", op: "is_not" }, { field: "since", op: "within_days", value: 30 }] }] },
    { all: [{ field: "city", op: "in", value: ["Lyon", "Nice"] }] },
  ];
  for (const one of filters) assert.deepEqual(there(one), one);
});

test("one condition alone becomes a group, nothing stays nothing", () => {
  assert.deepEqual(there({ field: "city", op: "empty" }), { all: [{ field: "city", op: "empty" }] });
  for (const empty of [null, {}, { all: [] }]) assert.equal(there(empty), null);
});

test("what can't be shown as groups is said to be so", () => {
  const inner = { all: [{ any: [{ all: [] }] }] };
  for (const strange of [{ not: { field: "city", op: "empty" } }, { all: 5 }, { all: [], any: [] }, inner]) assert.equal(opened(strange), null);
});

test("conditions without a value yet are left out", () => {
  const json = { how: "all", rows: [{ field: "city", op: "is", value: " " }, { field: "age", op: "between", value: ["1", ""] }, { field: "age", op: "less", value: "x" }, { how: "any", rows: [] }] };
  assert.equal(closed(json, kindOf), null);
});

test("values are those of their kind", () => {
  assert.equal(valueOf("DECIMAL", "is", "1 234,5"), 1234.5);
  assert.equal(valueOf("FLAG", "is", "false"), false);
  assert.equal(valueOf("DATE", "older_days", "-3"), null);
  assert.equal(valueOf("TEXT", "is", " Lyon "), "Lyon");
  assert.deepEqual(valueOf("INTEGER", "in", "1; 2;;x"), [1, 2]);
});

test("another field keeps the comparison if it can, and the value of the same kind", () => {
  const ops = { TEXT: [["is", ""], ["begins", ""]], INTEGER: [["is", ""], ["less", ""]], FLAG: [["is", ""]] };
  assert.deepEqual(withField({ field: "city", op: "begins", value: "a" }, "age", kindOf, ops), { field: "age", op: "is", value: "" });
  assert.deepEqual(withField({ field: "city", op: "is", value: "a" }, "name", kindOf, ops), { field: "name", op: "is", value: "a" });
  assert.equal(withField({ field: "city", op: "is", value: "a" }, "vip", kindOf, ops).value, "true");
});

test("conditions are counted through groups; some have no value", () => {
  assert.equal(counted({ all: [{ field: "a", op: "empty" }, { any: [{ field: "b", op: "in", value: ["x", "y"] }] }, { not: { field: "c", op: "empty" } }] }), 3);
  assert.equal(counted(null), 0);
  assert.ok(bare("SEGMENT", "is") && bare("TEXT", "empty") && !bare("TEXT", "is"));
});
