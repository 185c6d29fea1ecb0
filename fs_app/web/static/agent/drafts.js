/**
 * What was typed outlives a reload of the page (another language, an accidental F5): kept in this tab only, per
 * call, and gone with it.
 */

import { note as withNote, NOTHING } from "./qualify.js";
import { baseOf, isDirty } from "./records.js";

const KEY = "fs_app.drafts";
const MOST = 10;

/** What this tab kept under a name, or null. */
export function get(name) {
  try {
    return JSON.parse(sessionStorage.getItem(name));
  } catch {
    return null;
  }
}

export function put(name, value) {
  try {
    if (value === null) sessionStorage.removeItem(name);
    else sessionStorage.setItem(name, JSON.stringify(value));
  } catch {
    // No storage (private window, full): the page works, only a reload forgets.
  }
}

const read = () => get(KEY) ?? {};

/** Remember all that is typed and not yet with the server. */
export function keep(page) {
  const kept = {};
  for (const record of page.records) if (isDirty(record)) kept[record.call] = { edits: record.edits, base: baseOf(record) };
  const { call, note, sent } = page.qualification;
  if (call && note !== (sent?.note ?? "")) kept[call] = { ...kept[call], note };
  put(KEY, Object.fromEntries(Object.entries(kept).slice(-MOST)));
}

/** A record just opened gets back what was typed into it. */
export function restored(record) {
  const { edits, base = null } = read()[record.call] ?? {};
  return edits && !isDirty(record) ? { ...record, edits, base, making: true } : record;
}

export function restoredNote(qualification) {
  const note = qualification === NOTHING ? undefined : read()[qualification.call]?.note;
  return note && qualification.note === "" ? withNote(qualification, note) : qualification;
}
