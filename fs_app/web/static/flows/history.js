/** Undo and redo. Pure; the state is {past, now, future, tag, at}. */

const MOST = 200;
const TOGETHER_MS = 1200;

export const begin = (now) => ({ past: [], now, future: [], tag: "", at: 0 });

/** A step. Steps of one `tag` that follow quickly (typing in one field) are one. */
export function step(history, now, tag = "", at = 0) {
  if (now === history.now) return history;
  const together = tag && tag === history.tag && at - history.at < TOGETHER_MS && history.past.length > 0;
  const past = together ? history.past : [...history.past, history.now].slice(-MOST);
  return { past, now, future: [], tag, at };
}

export function undo(history) {
  if (!history.past.length) return history;
  return { past: history.past.slice(0, -1), now: history.past.at(-1), future: [history.now, ...history.future], tag: "", at: 0 };
}

export function redo(history) {
  if (!history.future.length) return history;
  return { past: [...history.past, history.now], now: history.future[0], future: history.future.slice(1), tag: "", at: 0 };
}
