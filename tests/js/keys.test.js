import test from "node:test";
import assert from "node:assert/strict";
import { actionOf, changed, DEFAULT_KEYS, isBindable, keyTable, pressOf, shown, takenBy } from "../../fs_app/web/static/agent/keys.js";

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

test("keys are configurable; those that can't be keep the default", () => {
  const table = keyTable({ hang_up: "x", hold: "F12", unknown: "y", availability: "7", leave: "l" });
  assert.deepEqual(table, { ...DEFAULT_KEYS, hang_up: "x", leave: "l" });
  assert.deepEqual(actionOf(press("X", { shift: true }), table), { action: "hang_up" });
});

test("of two actions with one key the changed one has it, and what is kept is what was changed", () => {
  const table = keyTable({ note: "F9" });
  assert.equal(table.qualify, "");
  assert.deepEqual(changed(table), { note: "F9", qualify: "" });
  assert.deepEqual(keyTable(changed(table)), table);
  assert.equal(takenBy(DEFAULT_KEYS, "note", "M"), "mute");
  assert.equal(takenBy(DEFAULT_KEYS, "mute", "m"), null);
});

test("an action without a key is not reached by any", () => {
  assert.equal(actionOf(press(""), DEFAULT_KEYS), null);
  assert.equal(actionOf(press("Unidentified"), DEFAULT_KEYS), null);
});

test("function keys with shift are keys of their own", () => {
  assert.deepEqual(actionOf(press("F2", { shift: true, typing: true })), { action: "swap" });
  assert.equal(actionOf(press("F4", { shift: true })), null);
  assert.equal(isBindable("Shift+F5"), false);
  assert.equal(shown("Shift+F2"), "⇧F2");
});

test("no two actions have the same key by default", () => {
  const keys = Object.values(DEFAULT_KEYS).filter(Boolean).map((key) => key.toLowerCase());
  assert.equal(new Set(keys).size, keys.length);
});

test("every default is a key that may be bound", () => {
  for (const key of Object.values(DEFAULT_KEYS)) assert.equal(isBindable(key), true, key);
  assert.equal(shown("n"), "N");
});

test("what is typed into a field is no key of the page, a box that is ticked is no field", () => {
  const event = (target, more = {}) => ({ key: "h", ctrlKey: false, altKey: false, metaKey: false, shiftKey: false, repeat: false, target, ...more });
  const letter = { ...DEFAULT_KEYS, hold: "h" };
  assert.equal(actionOf(pressOf(event({ tagName: "TEXTAREA" })), letter), null);
  assert.equal(actionOf(pressOf(event({ tagName: "DIV", isContentEditable: true })), letter), null);
  assert.deepEqual(actionOf(pressOf(event({ tagName: "INPUT", type: "checkbox" })), letter), { action: "hold" });
  assert.deepEqual(actionOf(pressOf(event({ tagName: "BODY" }, { key: "F2", shiftKey: true }))), { action: "swap" });
});
