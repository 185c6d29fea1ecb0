import test from "node:test";
import assert from "node:assert/strict";
import { actionOf, DEFAULT_KEYS, isBindable, keyTable, shown } from "../../fs_app/web/static/agent/keys.js";

const press = (key, more = {}) => ({ key, ctrl: false, alt: false, meta: false, shift: false, typing: false, repeat: false, ...more });

test("digits choose dispositions, but not while typing", () => {
  assert.deepEqual(actionOf(press("3")), { action: "choose", digit: 3 });
  assert.equal(actionOf(press("3", { typing: true })), null);
  assert.equal(actionOf(press("0")), null);
});

test("function keys act even while typing", () => {
  assert.deepEqual(actionOf(press("F2", { typing: true })), { action: "hold" });
  assert.deepEqual(actionOf(press("F4")), { action: "hang_up" });
  assert.deepEqual(actionOf(press("F9", { typing: true })), { action: "qualify" });
});

test("digits of a French keyboard come with shift", () => {
  assert.deepEqual(actionOf(press("1", { shift: true })), { action: "choose", digit: 1 });
});

test("the browser's keys are never taken", () => {
  for (const key of ["F1", "F5", "F11", "F12"]) {
    assert.equal(isBindable(key), false);
    assert.equal(actionOf(press(key)), null);
  }
  for (const modifier of ["ctrl", "alt", "meta"]) assert.equal(actionOf(press("F4", { [modifier]: true })), null);
});

test("a key held down acts once", () => {
  assert.equal(actionOf(press("F4", { repeat: true })), null);
});

test("keys are configurable; bad and double ones keep the default", () => {
  const table = keyTable({ hang_up: "x", hold: "F12", note: "F9", unknown: "y", availability: "7" });
  assert.deepEqual(table, { ...DEFAULT_KEYS, hang_up: "x" });
  assert.deepEqual(actionOf(press("X", { shift: true }), table), { action: "hang_up" });
});

test("every default is a key that may be bound", () => {
  for (const key of Object.values(DEFAULT_KEYS)) assert.equal(isBindable(key), true, key);
  assert.equal(shown("n"), "N");
});
