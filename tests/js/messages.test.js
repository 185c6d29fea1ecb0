import test from "node:test";
import assert from "node:assert/strict";
import * as messages from "../../fs_app/web/static/agent/messages.js";
import * as store from "../../fs_app/web/static/agent/store.js";
import { picture } from "./support.js";

const ME = 1;
const said = (id, from, to, text = "x") => ({ id, at: id, text, from: { agent: from, name: `Agent ${from ?? "boss"}` }, to: { agent: to, name: `Agent ${to}` } });

test("a message is in the list once, however often it is told, and in order", () => {
  const list = messages.merged([said(2, 2, ME), said(5, ME, 2)], [said(3, 3, ME), said(5, ME, 2)]);
  assert.deepEqual(list.map((word) => word.id), [2, 3, 5]);
});

test("conversations are with the other one, the latest first", () => {
  const found = messages.conversations([said(1, 2, ME), said(2, null, ME), said(3, ME, 3), said(4, 2, ME, "last")], ME);
  assert.deepEqual(found.map((one) => one.agent), [2, 3, null]);
  assert.equal(found[0].last.text, "last");
  assert.equal(found[2].name, "Agent boss");
});

test("what comes is unread until its conversation is looked at; one's own never is", () => {
  globalThis.document ??= { getElementById: () => null, documentElement: { dataset: {} } };
  store.update((page) => ({ ...page, picture: picture() }));
  messages.came(said(10, ME, 2));
  assert.equal(messages.unread.value.size, 0);
  messages.came(said(11, 2, ME, "hello"));
  messages.came(said(12, 2, ME, "again"));
  assert.deepEqual(messages.fresh.value.map((word) => word.text), ["again"], "one card of each, with the latest");
  messages.came(said(13, null, ME, "meeting"));
  assert.equal(messages.fresh.value.length, 1, "a supervisor's is said by a notice");
  assert.equal(messages.unread.value.size, 2);
  messages.look("2");
  assert.deepEqual([messages.unread.value.size, messages.fresh.value.length], [1, 0]);
  messages.shown.value = "2";
  messages.came(said(14, 2, ME, "seen at once"));
  assert.deepEqual([messages.unread.value.size, messages.fresh.value.length], [1, 0]);
  messages.shown.value = null;
  messages.came(said(15, 2, ME, "the module was folded"));
  assert.deepEqual([messages.unread.value.size, messages.fresh.value.length], [2, 1]);
});

test("the next word of somebody takes the place of the one before: who types his answer there goes on typing", () => {
  messages.fresh.value = [];
  for (const [id, from] of [[20, 2], [21, 3], [22, 2]]) messages.came(said(id, from, ME));
  assert.deepEqual(messages.fresh.value.map((word) => word.id), [22, 21]);
});
