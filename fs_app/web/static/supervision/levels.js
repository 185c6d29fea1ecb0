/**
 * How things stand with a queue: ok, warn or bad, each with a colour, a symbol and words. Pure.
 *
 * - The longest wait: beyond the promised seconds warn, beyond three times of them bad; somebody waits and nobody
 *   works: bad.
 * - Service level of the day: at or above the promise ok, less than ten points below warn, else bad; no call yet: none.
 */

export const LOOK = {
  ok: { tone: "green", icon: "circle-check" },
  warn: { tone: "orange", icon: "alert-triangle" },
  bad: { tone: "red", icon: "alert-circle" },
  none: { tone: "grey", icon: "point" },
};

const ORDER = ["none", "ok", "warn", "bad"];

export const worst = (...levels) => levels.reduce((a, b) => (ORDER.indexOf(b) > ORDER.indexOf(a) ? b : a), "none");

const WORKS = ["IDLE", "PREVIEW", "RINGING", "DIALING", "IN_CALL", "WRAP_UP", "INTER_CALL", "NO_ANSWER_DELAY", "BACK_OFFICE"];
const BUSY = ["RINGING", "DIALING", "IN_CALL"];
const AFTER = ["WRAP_UP", "INTER_CALL", "NO_ANSWER_DELAY", "BACK_OFFICE"];

const sum = (states, names) => names.reduce((n, name) => n + (states[name] ?? 0), 0);

/** Agents of a queue: {ready, busy, after, pause, out}. */
export function staff(states) {
  return {
    ready: sum(states, ["IDLE", "PREVIEW"]),
    busy: sum(states, BUSY),
    after: sum(states, AFTER),
    pause: states.UNAVAILABLE ?? 0,
    out: states.LOGGED_OUT ?? 0,
  };
}

export function waitLevel(queue, now) {
  if (!queue.waiting) return "ok";
  if (sum(queue.states, WORKS) === 0) return "bad";
  const waited = queue.longest_since == null ? 0 : now - queue.longest_since;
  const promised = queue.target.s * 1000;
  return waited > 3 * promised ? "bad" : waited > promised ? "warn" : "ok";
}

export function serviceLevel(queue) {
  if (queue.service == null) return "none";
  if (queue.service >= queue.target.percent) return "ok";
  return queue.service >= queue.target.percent - 10 ? "warn" : "bad";
}

export const queueLevel = (queue, now) => worst(waitLevel(queue, now), serviceLevel(queue));
