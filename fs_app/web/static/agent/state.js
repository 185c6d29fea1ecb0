/**
 * The page's state and how it follows the server. Pure: no DOM, no network, no clock of its own.
 *
 * The server sends whole pictures, never differences. What the person typed (records, note, choice) lives
 * beside the picture and is never touched by one.
 */

import { sample } from "./timers.js";
import { openRecord } from "./records.js";
import { followWork, NOTHING } from "./qualify.js";

/** A page that has not heard from the server yet. `maxRecords`: how many records stay open (BA-83). */
export function newPage({ maxRecords = 1 } = {}) {
  return {
    picture: null,
    samples: [],
    link: "connecting", // connecting | up | down | refused
    place: "here", // here | elsewhere (another tab was first) | replaced (another tab took over)
    everUp: false,
    records: [],
    shown: null, // the record in front, by its call
    qualification: NOTHING,
    maxRecords,
  };
}

/** The socket is up. Sequence numbers and clock samples start afresh: it may be another server process. */
export function linkUp(page) {
  return { ...page, link: "up", everUp: true, samples: [], picture: page.picture && { ...page.picture, seq: -1 } };
}

export function linkDown(page) {
  return page.link === "refused" ? page : { ...page, link: "down" };
}

/** The server knows this login no longer. */
export function linkRefused(page) {
  return { ...page, link: "refused" };
}

/** Another tab of this agent is the live one. */
export function notHere(page, place) {
  return { ...page, place };
}

/**
 * A picture arrived at local time `local`. One that is older than what is shown changes nothing.
 * A call to work on opens its record; what was typed stays.
 */
export function receive(page, picture, local) {
  if (page.picture && picture.seq <= page.picture.seq) return page;
  const next = {
    ...page,
    picture,
    place: "here",
    samples: sample(page.samples, picture.at, local),
    qualification: followWork(page.qualification, picture.work),
  };
  const call = picture.work?.call;
  if (call && !next.records.some((r) => r.call === call)) {
    next.records = openRecord(next.records, picture.work, next.maxRecords);
  }
  if (call && popsUp(picture) && !next.records.find((r) => r.call === call)?.popped) {
    const { mode, target, url } = picture.work.pop ?? {};
    const web = mode === "url" && target === "tab" ? url : null;
    next.records = next.records.map((r) => (r.call === call ? { ...r, popped: true, web } : r));
    next.shown = call;
  }
  if (next.shown && !next.records.some((r) => r.call === next.shown)) {
    next.shown = next.records.at(-1)?.call ?? null;
  }
  return next;
}

const UNANSWERED = new Set(["RINGING", "DIALING", "CONNECTING"]);

/** Does the queue want the record, or its web page, to come to the front now (BA-81)? */
export function popsUp(picture) {
  const { call, ended, pop } = picture.work ?? {};
  if (!call || pop?.mode === "none") return false;
  const talks = picture.lines.some((l) => l.call === call && !UNANSWERED.has(l.state));
  return pop?.when === "answer" ? talks || ended : true;
}

/** What changed between two pictures that the person should notice: "ringing", "quiet", or null. */
export function ringChange(before, after) {
  const was = isRinging(before);
  const is = isRinging(after);
  return was === is ? null : is ? "ringing" : "quiet";
}

export function isRinging(picture) {
  return picture?.state.name === "RINGING";
}

/** One record by its call was changed by `change`. */
export function withRecord(page, call, change) {
  return { ...page, records: page.records.map((r) => (r.call === call ? change(r) : r)) };
}
