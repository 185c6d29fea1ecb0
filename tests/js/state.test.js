import test from "node:test";
import assert from "node:assert/strict";
import { linkDown, linkRefused, linkUp, newPage, notHere, receive, ringChange, withRecord } from "../../fs_app/web/static/agent/state.js";
import { edit, loaded, valueOf } from "../../fs_app/web/static/agent/records.js";
import { note } from "../../fs_app/web/static/agent/qualify.js";
import { AT, picture, work } from "./support.js";

const ringing = (changes = {}) => picture({ seq: 2, state: { name: "RINGING", since: AT, until: null }, work: work(), ...changes });

test("a picture older than the one shown changes nothing", () => {
  const page = receive(newPage(), picture({ seq: 7 }), AT);
  assert.equal(receive(page, picture({ seq: 6 }), AT), page);
  assert.equal(receive(page, picture({ seq: 7 }), AT), page);
});

test("after a reconnection a lower number is right: it may be another server process", () => {
  let page = receive(linkUp(newPage()), picture({ seq: 700 }), AT);
  page = linkUp(linkDown(page));
  page = receive(page, picture({ seq: 1, state: { name: "WRAP_UP", since: AT, until: null } }), AT);
  assert.equal(page.picture.state.name, "WRAP_UP");
});

test("while the link is down the last picture stays on the screen", () => {
  const page = linkDown(receive(linkUp(newPage()), picture(), AT));
  assert.equal(page.link, "down");
  assert.equal(page.picture.state.name, "IDLE");
});

test("a refused login stays refused when the socket then closes", () => {
  assert.equal(linkDown(linkRefused(newPage())).link, "refused");
});

test("the record opens and comes to the front when the call rings", () => {
  const page = receive(newPage(), ringing(), AT);
  assert.deepEqual(page.records.map((r) => r.call), ["c1"]);
  assert.equal(page.shown, "c1");
});

test("what is typed survives pictures and reconnections", () => {
  let page = receive(linkUp(newPage()), ringing(), AT);
  page = withRecord(page, "c1", (r) => edit(loaded(r, { contact: null }), "last_name", "Dupont"));
  page = { ...page, qualification: note(page.qualification, "à rappeler jeudi") };
  page = linkUp(linkDown(page));
  page = receive(page, ringing({ seq: 1 }), AT);
  page = receive(page, ringing({ seq: 2, work: work({ ended: true }) }), AT);
  assert.equal(valueOf(page.records[0], "last_name"), "Dupont");
  assert.equal(page.qualification.note, "à rappeler jeudi");
  assert.equal(page.qualification.ended, true);
});

test("the record stays in front after the call, for whoever still types", () => {
  let page = receive(newPage(), ringing(), AT);
  page = receive(page, picture({ seq: 3 }), AT);
  assert.equal(page.shown, "c1");
});

test("with one record allowed the next call takes the place of an untouched one", () => {
  let page = receive(newPage({ maxRecords: 1 }), ringing(), AT);
  page = receive(page, ringing({ seq: 3, work: work({ call: "c2" }) }), AT);
  assert.deepEqual(page.records.map((r) => r.call), ["c2"]);
});

test("a record with unsaved changes never closes by itself", () => {
  let page = receive(newPage({ maxRecords: 1 }), ringing(), AT);
  page = withRecord(page, "c1", (r) => edit(r, "company", "Oscorp"));
  page = receive(page, ringing({ seq: 3, work: work({ call: "c2" }) }), AT);
  assert.deepEqual(page.records.map((r) => r.call), ["c1", "c2"]);
  assert.equal(page.shown, "c2");
});

test("a picture brings a waiting tab to life", () => {
  const page = notHere(newPage(), "elsewhere");
  assert.equal(receive(page, picture(), AT).place, "here");
});

test("ringing starts and ends once", () => {
  assert.equal(ringChange(null, picture()), null);
  assert.equal(ringChange(picture(), ringing()), "ringing");
  assert.equal(ringChange(ringing(), ringing()), null);
  assert.equal(ringChange(ringing(), picture()), "quiet");
});

test("a queue without a pop leaves what is in front; one that pops at the answer waits for it", () => {
  const ring = (pop, state) => picture({ seq: 1, work: { ...work({ call: "c9" }), pop }, lines: [{ id: "l", call: "c9", state, can: [] }] });
  const none = receive(newPage(), ring({ mode: "none" }, "RINGING"), 0);
  assert.equal(none.records.length, 1);
  assert.equal(none.shown, null);
  const later = receive(newPage(), ring({ mode: "record", when: "answer" }, "RINGING"), 0);
  assert.equal(later.shown, null);
  const talks = receive(later, { ...ring({ mode: "record", when: "answer" }, "TALKING"), seq: 2 }, 0);
  assert.equal(talks.shown, "c9");
});

test("a queue's own address stands in the tab of its call, as it was when the call rang", () => {
  const pop = { mode: "url", when: "ring", target: "tab", url: "https://crm.example/1" };
  const one = receive(newPage(), picture({ seq: 1, work: { ...work({ call: "c9" }), pop }, lines: [] }), 0);
  assert.equal(one.records[0].web, "https://crm.example/1");
  const two = receive(one, picture({ seq: 2, work: { ...work({ call: "c9" }), pop: { ...pop, url: "https://crm.example/2" } }, lines: [] }), 0);
  assert.equal(two.records[0].web, "https://crm.example/1");
});
