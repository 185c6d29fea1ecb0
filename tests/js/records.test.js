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

// --- somebody else saves, live; both texts; one contact, one tab ----------------------------------------------
const theirs = (more) => ({ ...CONTACT, version: 5, updated_by: "Sonia", ...more });

test("a record that nobody types in is simply new when somebody saves it, and says so", () => {
  const record = records.renewed(open(), theirs({ company: "Acme" }));
  assert.equal(records.valueOf(record, "company"), "Acme");
  assert.deepEqual(record.renewed, { by: "Sonia" });
  assert.equal(record.conflict, null);
});

test("who types is told at once when somebody saves the same field, and nothing of either is lost", () => {
  const record = records.renewed(records.edit(open(), "company", "Mine"), theirs({ company: "Theirs", first_name: "Jules" }));
  assert.deepEqual(record.conflict.fields, { company: { mine: "Mine", theirs: "Theirs" } });
  assert.equal(records.valueOf(record, "first_name"), "Jules");
  assert.equal(records.canSave(record), false);
  assert.equal(records.toSave(records.resolve(record, "company", "mine")).body.version, 5);
});

test("both texts can stay: lines below each other, numbers once each", () => {
  assert.equal(records.both("description", "b", "a"), "a\nb");
  assert.equal(records.both("mobile", "06 11, 06 22", "06 22, 06 33"), "06 22, 06 33, 06 11");
  const record = records.renewed(records.edit(open(), "company", "Mine"), theirs({ company: "Theirs" }));
  assert.equal(records.valueOf(records.resolve(record, "company", "both"), "company"), "Theirs / Mine");
});

test("a choice that is open survives a second save of somebody else", () => {
  let record = records.renewed(records.edit(open(), "company", "Mine"), theirs({ company: "Theirs" }));
  record = records.renewed(record, theirs({ version: 6, company: "Theirs", last_name: "Durand" }));
  assert.deepEqual(record.conflict.fields, { company: { mine: "Mine", theirs: "Theirs" } });
  assert.equal(records.valueOf(record, "last_name"), "Durand");
});

test("an older or the same version, or one that is just being saved, changes nothing", () => {
  const record = open();
  assert.equal(records.renewed(record, { ...CONTACT }), record);
  const busy = records.saving(records.edit(record, "company", "Mine"));
  assert.equal(records.renewed(busy, theirs({ company: "x" })), busy);
});

test("what was typed before a reload waits for a choice when the field has changed meanwhile", () => {
  const typed = records.edit(open(), "company", "Mine");
  const draft = { ...records.blankRecord(work()), edits: typed.edits, base: records.baseOf(typed) };
  const same = records.loaded(draft, { contact: CONTACT });
  assert.equal(same.conflict, null);
  const other = records.loaded(draft, { contact: theirs({ company: "Theirs" }) });
  assert.deepEqual(other.conflict.fields, { company: { mine: "Mine", theirs: "Theirs" } });
  assert.equal(records.valueOf(other, "company"), "Mine");
});

test("a second call of the same contact takes over the tab, with what was typed there", () => {
  const first = records.edit(open(), "company", "Mine");
  const second = records.loaded(records.blankRecord(work({ call: "c2" })), { contact: CONTACT });
  const list = records.joined([first, second], "c2");
  assert.deepEqual(list.map((r) => r.call), ["c2"]);
  assert.equal(records.valueOf(list[0], "company"), "Mine");
  const newer = records.loaded(records.blankRecord(work({ call: "c3" })), { contact: theirs({ company: "Theirs" }) });
  const merged = records.joined([list[0], newer], "c3")[0];
  assert.deepEqual(merged.conflict.fields, { company: { mine: "Mine", theirs: "Theirs" } });
});
