/**
 * The keyboard. Pure: an event's description in, the name of an action out.
 *
 * Keys are a table so that they can be configured. F1, F5, F11, F12 and everything with Ctrl, Alt or the
 * system key belong to the browser and are never taken.
 */

export const DEFAULT_KEYS = Object.freeze({
  hold: "F2",
  hang_up: "F4",
  availability: "F8",
  qualify: "F9",
  note: "n",
  recording: "r",
  back: "Backspace",
});

const RESERVED = new Set(["F1", "F3", "F5", "F6", "F7", "F10", "F11", "F12", "Tab", "Escape", "Enter", " "]);

/** May this key be bound? A function key of ours, or one printable character; no digit (they choose). */
export function isBindable(key) {
  if (RESERVED.has(key) || /^\d$/.test(key)) return false;
  return /^F\d{1,2}$/.test(key) || key === "Backspace" || [...key].length === 1;
}

/** A configured table with its bad or double entries replaced by the defaults. */
export function keyTable(configured = {}) {
  const table = { ...DEFAULT_KEYS };
  for (const [action, key] of Object.entries(configured)) {
    const taken = Object.entries(table).some(([other, k]) => other !== action && k === key);
    if (action in table && typeof key === "string" && isBindable(key) && !taken) table[action] = key;
  }
  return table;
}

/**
 * `press`: {key, ctrl, alt, meta, shift, typing, repeat}; `typing`: the focus is in a text field, where only
 * function keys act. Answers {action, digit?} or null.
 */
export function actionOf(press, table = DEFAULT_KEYS) {
  if (press.ctrl || press.alt || press.meta || press.repeat) return null;
  const isFunction = /^F\d{1,2}$/.test(press.key);
  if (press.typing && !isFunction) return null;
  if (/^[1-9]$/.test(press.key)) return { action: "choose", digit: Number(press.key) };
  if (press.shift && isFunction) return null;
  const pressed = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  const action = Object.keys(table).find((name) => table[name] === pressed);
  return action ? { action } : null;
}

/** How a key is shown on a button. */
export function shown(key) {
  return key.length === 1 ? key.toUpperCase() : key === "Backspace" ? "⌫" : key;
}
