import test from "node:test";
import assert from "node:assert/strict";
import * as records from "../../fs_app/web/static/agent/records.js";
import { work } from "./support.js";

const CONTACT = { id: 12, version: 4, last_name: "Dupont", first_name: "Jean", company: "Oscorp", mobile: "06 12 34 56 78" };
const open = (contact = CONTACT, more = {}) => records.loaded(records.blankRecord(work()), { contact, ...more });

test("text typed before the record was loaded is kept over it", () => {
  const record = records.loaded(records.edit(records.blankRecord(work()), "company", "Acme"), { contact: CONTACT });
  assert.equal(records.valueOf(record, "company"), "Acme");
  assert.equal(records.valueOf(record, "last_name"), "Dupont");
});

test("typing the old text again is no change", () => {
  let record = records.edit(open(), "company", "Acme");
  assert.equal(records.isDirty(record), true);
  record = records.edit(record, "company", "Oscorp");
  assert.equal(records.isDirty(record), false);
});

test("only changed fields are sent, with the version they were read at", () => {
  const record = records.edit(open(), "company", "Acme");
  assert.deepEqual(records.toSave(record), { id: 12, body: { version: 4, fields: { company: "Acme" } } });
});

test("a new contact is sent with the call and what is filled in, the caller's number included", () => {
  const record = records.edit(open(null, { suggested: { mobile: "06 12 34 56 78" } }), "last_name", "Martin");
  assert.deepEqual(records.toSave(record), { id: null, body: { call: "c1", fields: { last_name: "Martin", mobile: "06 12 34 56 78" } } });
});

test("an unknown caller whose number is all we know can be saved once a new contact is asked for", () => {
  const record = open(null, { suggested: { mobile: "06 12 34 56 78" } });
  assert.equal(records.canSave(record), false);
  assert.equal(records.canSave({ ...record, making: true }), true);
});

test("text typed while saving is the next change", () => {
  let record = records.edit(open(), "company", "Acme");
  const sent = { company: "Acme" };
  record = records.edit(records.saving(record), "company", "Acme SA");
  record = records.saved(record, { ...CONTACT, version: 5, company: "Acme" }, sent);
  assert.equal(records.valueOf(record, "company"), "Acme SA");
  assert.deepEqual(records.toSave(record).body, { version: 5, fields: { company: "Acme SA" } });
});

test("after a save nothing is left to save", () => {
  let record = records.saving(records.edit(open(), "company", "Acme"));
  record = records.saved(record, { ...CONTACT, version: 5, company: "Acme" }, { company: "Acme" });
  assert.equal(records.isDirty(record), false);
  assert.equal(record.saved, true);
  assert.equal(records.canSave(record), false);
});

test("an error stands at its field until the field is typed in", () => {
  let record = records.refused(records.saving(records.edit(open(), "mail", "x")), { mail: "no address" });
  assert.equal(record.errors.mail, "no address");
  assert.equal(records.edit(record, "mail", "x@y.example").errors.mail, undefined);
});

test("two savers: their fields are taken, ours are kept, fields changed by both wait for a choice", () => {
  let record = records.edit(records.edit(open(), "company", "Acme"), "first_name", "Jean-Luc");
  record = records.conflicted(records.saving(record), { ...CONTACT, version: 5, company: "Globex", last_name: "Durand", updated_by: "B. Roy" });
  assert.deepEqual(record.conflict.fields, { company: { mine: "Acme", theirs: "Globex" } });
  assert.deepEqual(record.conflict.taken, ["last_name"]);
  assert.equal(record.conflict.by, "B. Roy");
  assert.equal(records.valueOf(record, "last_name"), "Durand");
  assert.equal(records.valueOf(record, "first_name"), "Jean-Luc");
  assert.equal(records.canSave(record), false);
});

test("a choice per field, then it can be saved at the new version", () => {
  const conflict = () => records.conflicted(records.edit(open(), "company", "Acme"), { ...CONTACT, version: 5, company: "Globex" });
  const mine = records.resolve(conflict(), "company", "mine");
  assert.equal(records.canSave(mine), true);
  assert.deepEqual(records.toSave(mine).body, { version: 5, fields: { company: "Acme" } });
  const theirs = records.resolve(conflict(), "company", "theirs");
  assert.equal(records.valueOf(theirs, "company"), "Globex");
  assert.equal(records.isDirty(theirs), false);
});

test("both typed the same: no choice to make", () => {
  const record = records.conflicted(records.edit(open(), "company", "Acme"), { ...CONTACT, version: 5, company: "Acme" });
  assert.equal(records.openChoices(record), 0);
  assert.equal(records.isDirty(record), false);
});

test("a failure to load does not hide a record that is there", () => {
  assert.equal(records.failed(open()).status, "ready");
  assert.equal(records.failed(records.blankRecord(work())).status, "failed");
});
