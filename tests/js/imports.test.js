// What the wizard of imports works out for itself: plans, filters, figures.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  begun, closed, freeNumber, left, mapped, named, opened, parts, placeOf, places, stepOf, targetOf, withMemo, withNewField,
} from "../../fs_app/web/static/imports/plan.js";

const PROPOSED = { columns: [{ column: 0, target: "last_name", kind: "" }, { column: 1, target: "number.1", kind: "" }, { column: 2, target: "memo", kind: "" }] };
const OPS = ["is", "begins", "empty"];

test("a new plan compares by its number, and what goes to the memo is said in one way", () => {
  const plan = begun(PROPOSED, "FR");
  assert.deepEqual(plan.duplicates.by, ["number"]);
  assert.deepEqual(plan.memo, { separator: " · ", columns: [2] });
  assert.equal(targetOf(plan, 2).target, "");
  assert.equal(plan.numbers.country, "FR");
  assert.deepEqual(begun({ ...plan, duplicates: { by: [] } }, "FR").duplicates.by, [], "who wants no comparison has none");
});

test("what is neither mapped nor in the memo is left", () => {
  assert.deepEqual(left(begun(PROPOSED, "FR"), 5), [3, 4]);
});

test("the main number and the comparison follow the columns", () => {
  let plan = begun(PROPOSED, "FR");
  plan = mapped(plan, 3, "number.2", "mobile");
  plan = mapped(plan, 1, "");
  assert.deepEqual(places(plan), [2]);
  assert.equal(plan.numbers.main, 2);
  plan = mapped(plan, 3, "city", "mobile");
  assert.deepEqual(plan.duplicates.by, []);
  assert.equal(targetOf(plan, 3).kind, "", "a city has no kind of number");
  assert.deepEqual(mapped(plan, 1, "number.1").duplicates.by, ["number"]);
  assert.equal(freeNumber(mapped(plan, 1, "number.1")), 2);
});

test("a new field has a name that the database takes, and goes with its last column", () => {
  assert.equal(named("Montant dû (€)", [], "x"), "montant_du");
  assert.equal(named("2024 – n°", [], "field_3"), "n");
  assert.equal(named("日本", [], "field_3"), "field_3");
  assert.equal(named("Âge", ["age", "age_2"], "x"), "age_3");
  assert.match(named("x".repeat(200), ["x".repeat(36)], "y"), /^[a-z][a-z0-9_]{0,39}$/);
  let plan = withNewField(begun(PROPOSED, "FR"), 4, "Âge", "INTEGER", ["age"]);
  assert.deepEqual(plan.new_fields, [{ name: "age_2", label: "Âge", kind: "INTEGER" }]);
  plan = withNewField(plan, 4, "Âge du client", "INTEGER", ["age"]);
  assert.deepEqual(plan.new_fields.map((one) => one.name), ["age_du_client"]);
  assert.equal(targetOf(plan, 4).target, "custom.age_du_client");
  assert.deepEqual(mapped(plan, 4, "city").new_fields, []);
});

test("four columns make a memo, not five", () => {
  let plan = begun({ columns: [] }, "FR");
  for (const at of [5, 6, 7, 8, 9]) plan = withMemo(plan, at, true);
  assert.deepEqual(plan.memo.columns, [5, 6, 7, 8]);
  assert.deepEqual(withMemo(plan, 6, false).memo.columns, [5, 7, 8]);
});

test("a filter of one level is opened and closed; a deeper one is left alone", () => {
  const filter = { any: [{ field: "column.0", op: "is", value: "a" }, { field: "column.1", op: "empty" }] };
  assert.deepEqual(closed(opened(filter, OPS)), filter);
  assert.deepEqual(opened(null, OPS), { how: "all", rows: [] });
  assert.equal(closed({ how: "all", rows: [] }), null);
  assert.deepEqual(opened({ field: "city", op: "begins", value: "Mar" }, OPS).rows.length, 1);
  for (const deep of [{ not: {} }, { all: [{ any: [] }] }, { all: [{ field: "x", op: "in", value: ["a"] }] }, { field: "x", op: "is", value: ["a"] }]) {
    assert.equal(opened(deep, OPS), null);
  }
});

test("a problem stands in the step where it is mended, a job is at the step that comes next", () => {
  assert.deepEqual(["columns.3.target", "new_fields.0.name", "memo.columns", "dialect.sheet", "duplicates.by.0", "call_list"].map((place) => placeOf({ place })),
    ["columns", "columns", "columns", "reading", "options", "options"]);
  assert.deepEqual(["NEW", "PREPARED", "CHECKING", "CHECKED", "RUNNING", "HALFWAY"].map((state) => stepOf({ state })),
    ["reading", "options", "check", "check", "run", "run"]);
});

test("the parts of the lines add up to the lines", () => {
  const counts = { lines: 10, new: 3, updated: 1, known: 1, filtered: 1, empty: 1, duplicates: { file: 1, list: 0, account: 1 }, refused: { number: 1 } };
  assert.equal(parts(counts).reduce((sum, [, n]) => sum + n, 0), counts.lines);
  assert.equal(parts({}).reduce((sum, [, n]) => sum + n, 0), 0);
});
