/**
 * The keyboard. Pure: an event's description in, the name of an action out.
 *
 * Keys are a table that the agent changes (settings). What browsers use themselves, and everything with Ctrl, Alt or the
 * system key, is never taken. What ends or joins a conversation lies on function keys: they act while a note is typed,
 * and nobody strikes them by chance.
 */

export const DEFAULT_KEYS = Object.freeze({
  hold: "F2",
  swap: "Shift+F2",
  hang_up: "F4",
  availability: "F8",
  complete: "Shift+F8",
  qualify: "F9",
  conference: "Shift+F9",
  leave: "",
  mute: "m",
  dtmf: "t",
  number: "+",
  recording: "r",
  capture: "",
  note: "n",
  back: "Backspace",
  end_delay: "d",
  record: "f",
  save: "s",
  pop: "o",
  help: "?",
});

const RESERVED = new Set(["F1", "F3", "F5", "F6", "F7", "F10", "F11", "F12", "Tab", "Escape", "Enter", " "]);
const FUNCTION = /^(Shift\+)?F([1-9]|1[0-2])$/;

/** May this key be bound? A function key of ours, or one printable character; no digit (they choose). "": no key. */
export function isBindable(key) {
  if (RESERVED.has(key.replace(/^Shift\+/, "")) || /^\d$/.test(key)) return false;
  return key === "" || FUNCTION.test(key) || key === "Backspace" || [...key].length === 1;
}

/** The other action that has this key, or null. */
export function takenBy(table, action, key) {
  const same = (other) => other !== "" && other.toLowerCase() === key.toLowerCase();
  return Object.keys(table).find((name) => name !== action && same(table[name])) ?? null;
}

/** A configured table. Keys that can't be are as by default; of two actions with the same key the changed one has it. */
export function keyTable(configured = {}) {
  const table = { ...DEFAULT_KEYS };
  const chosen = Object.entries(configured).filter(([action, key]) => action in table && typeof key === "string" && isBindable(key));
  for (const [action, key] of chosen) table[action] = key;
  for (const [action, key] of chosen) {
    const other = key && takenBy(table, action, key);
    if (other) table[other] = "";
  }
  return table;
}

/** What differs from the defaults: as it is kept. */
export function changed(table) {
  return Object.fromEntries(Object.entries(table).filter(([action, key]) => key !== DEFAULT_KEYS[action]));
}

/** The key of a press as tables have it. */
export function nameOf({ key, shift }) {
  if (/^F\d{1,2}$/.test(key)) return shift ? `Shift+${key}` : key;
  return [...key].length === 1 ? key.toLowerCase() : key;
}

/**
 * `press`: {key, ctrl, alt, meta, shift, typing, repeat}; `typing`: the focus is in a text field, where only
 * function keys act. Answers {action, digit?} or null.
 */
export function actionOf(press, table = DEFAULT_KEYS) {
  if (press.ctrl || press.alt || press.meta || press.repeat) return null;
  const pressed = nameOf(press);
  if (press.typing && !FUNCTION.test(pressed)) return null;
  if (/^[1-9]$/.test(pressed)) return { action: "choose", digit: Number(pressed) };
  const action = Object.keys(table).find((name) => table[name] !== "" && table[name].toLowerCase() === pressed.toLowerCase());
  return action ? { action } : null;
}

/** An event as `actionOf` wants it. */
export function pressOf(event) {
  const { target } = event;
  const typing = target.isContentEditable || (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && !["checkbox", "radio", "button"].includes(target.type));
  return {
    key: event.key, ctrl: event.ctrlKey, alt: event.altKey, meta: event.metaKey, shift: event.shiftKey, repeat: event.repeat, typing: Boolean(typing),
  };
}

/** How a key is shown on a button. */
export function shown(key) {
  if (key.startsWith("Shift+")) return `⇧${key.slice(6)}`;
  return key.length === 1 ? key.toUpperCase() : key === "Backspace" ? "⌫" : key;
}
