/**
 * Time as the agent sees it: the server's stamps against a local clock that never jumps.
 *
 * All stamps are ms since the epoch as the server counts them. `local` is a steady clock of this page
 * (performance.timeOrigin + performance.now()), because the computer's own clock may be wrong or be set.
 */

const SAMPLES = 20;

/** The steady local clock, in ms. */
export function localNow() {
  return performance.timeOrigin + performance.now();
}

/** A picture stamped `at` arrived at `local`. Keep the last samples; start again with each connection. */
export function sample(samples, at, local) {
  return [...samples, at - local].slice(-SAMPLES);
}

/**
 * Server time minus local time, in ms. A picture always arrives after its stamp, so every sample is too small
 * by its delay on the way: the largest one had the least delay.
 */
export function offset(samples) {
  return samples.length ? Math.max(...samples) : 0;
}

/** What the server's clock says now, in ms. */
export function serverNow(samples, local) {
  return local + offset(samples);
}

/** mm:ss, from one hour on h:mm:ss; never negative. */
export function clock(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const pad = (n) => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h ? `${h}:${pad(m)}:${pad(s)}` : `${pad(m)}:${pad(s)}`;
}

/** Time since `since`; empty when there is no stamp. */
export function elapsed(since, now) {
  return since == null ? "" : clock(now - since);
}

/** Time left until `until`, rounded up so that 00:00 means over; empty when there is no end. */
export function remaining(until, now) {
  return until == null ? "" : clock(Math.ceil(Math.max(0, until - now) / 1000) * 1000);
}

/** Ms to wait so that the next tick falls on a full second of the server's clock. */
export function untilNextSecond(now) {
  return 1000 - (((Math.floor(now) % 1000) + 1000) % 1000);
}

/** Marks every other second on the page's root: what should catch the eye changes with it, once a second. An animation
 * is drawn sixty times a second, for as long as somebody talks or rings. */
export function beat(root, now) {
  root.dataset.beat = Math.floor(now / 1000) % 2 ? "1" : "0";
}

/** A function that sets `now` to the server's time, and again with each of its seconds. `samples`: gives the latest. */
export function ticker(now, samples) {
  let ticking = 0;
  return function tick() {
    clearTimeout(ticking);
    now.value = serverNow(samples(), localNow());
    beat(document.documentElement, now.value);
    ticking = setTimeout(tick, untilNextSecond(now.value) + 5);
  };
}
