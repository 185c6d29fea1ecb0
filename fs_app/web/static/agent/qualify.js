/**
 * The agent's verdict on a call (BA-30..32). Pure.
 *
 * During the call a choice is sent at once and applied by the server at hang-up; after it, choosing marks and
 * "Qualify" sends. A note typed after the choice follows it.
 */

export const NOTHING = Object.freeze({
  call: null, path: [], choice: null, note: "", sent: null, busy: false, error: "", ended: false,
});

/** Follow the call to work on: a new one starts with what the server keeps for it, the same one is left alone. */
export function followWork(q, work) {
  // A late note of a call that is already through is still on its way: it keeps its place until it arrived.
  if (!work) return unsent(q) && q.sent !== null ? { ...q, ended: true } : NOTHING;
  const sent = work.disposition ? { choice: work.disposition.id, note: work.note ?? "" } : null;
  const ended = Boolean(work.ended);
  if (q.call !== work.call) return { ...NOTHING, call: work.call, note: work.note ?? "", ...sent, sent, ended };
  const untouched = q.choice === null && q.note === "";
  return untouched && sent ? { ...q, ...sent, sent, ended } : { ...q, ended };
}

/** The dispositions under `path` (identifiers from the top down), in their order. */
export function level(dispositions, path) {
  return path.reduce((list, id) => list.find((d) => d.id === id)?.children ?? [], dispositions ?? []);
}

/** Choose or open a disposition: one with children opens them, the others are the verdict. */
export function choose(q, dispositions, id) {
  const item = level(dispositions, q.path).find((d) => d.id === id);
  if (!item) return q;
  if (item.children?.length) return { ...q, path: [...q.path, id], error: "" };
  return { ...q, choice: id, error: "" };
}

/** Key 1-9 → the identifier of that choice on the level shown, or null. */
export function byDigit(q, dispositions, digit) {
  return level(dispositions, q.path)[digit - 1]?.id ?? null;
}

export function back(q) {
  return { ...q, path: q.path.slice(0, -1) };
}

export function note(q, text) {
  return { ...q, note: text };
}

/** Labels from the top down to the disposition `id`; empty when it is not in the tree. */
export function labels(dispositions, id) {
  for (const item of dispositions ?? []) {
    if (item.id === id) return [item.label];
    const below = labels(item.children, id);
    if (below.length) return [item.label, ...below];
  }
  return [];
}

/** Is there something the server does not have yet? A note alone waits for a choice. */
export function unsent(q) {
  return q.choice !== null && (q.sent === null || q.sent.choice !== q.choice || q.sent.note !== q.note);
}

/** Should it be sent without a click: during the call, and a late note of a call whose verdict is known. */
export function sendsItself(q) {
  return unsent(q) && !q.busy && !q.error && (!q.ended || q.sent !== null);
}

/** Was a choice made in time, but not confirmed when the countdown ended or somebody else took the call away? */
export function leftBehind(before, after) {
  return before.ended && !before.busy && before.call !== after.call && unsent(before);
}

/** May the agent confirm? */
export function canConfirm(q) {
  return q.call !== null && q.choice !== null && !q.busy;
}

export function sending(q) {
  return { ...q, busy: true, error: "" };
}

/** The server has it (durable). `what` is what was sent; text typed meanwhile stays unsent. */
export function kept(q, call, what) {
  return q.call === call ? { ...q, busy: false, sent: what } : q;
}

export function refused(q, call, text) {
  return q.call === call ? { ...q, busy: false, error: text } : q;
}
