/**
 * Open records: loading, typing, saving, and two people saving the same one (BA-80..83). Pure.
 *
 * A record: { call, number, name, queue, status: "loading"|"ready"|"failed", data, edits, errors, conflict,
 * busy, saved }. `edits` holds only fields that differ from what was loaded.
 */

/** The contact's fields in the order in which the page shows them. */
export const FIELDS = [
  "last_name", "first_name", "company", "category", "mobile", "office", "home", "other", "mail", "address", "description",
];

/** … and those of the account's own (`custom.…`) after them. */
export const fieldsOf = (record) => [...FIELDS, ...(record.data?.fields ?? []).map((own) => own.name)];

export function blankRecord(work) {
  return {
    call: work.call, number: work.number, name: work.name, queue: work.queue,
    status: "loading", data: null, edits: {}, errors: {}, conflict: null, busy: false, saved: false, making: false,
    popped: false, // it has come to the front by itself once
    web: null, // the address of the queue's own that stands in its tab
    ours: false, // … and the built-in record before it
    base: null, // what stood in the edited fields before a reload of the page
    renewed: null, // {by}: somebody else has just saved it
  };
}

/** Open the record of a call; beyond `max` the oldest without unsaved changes closes by itself. */
export function openRecord(records, work, max) {
  const next = [...records, blankRecord(work)];
  let surplus = next.length - Math.max(1, max);
  return next.filter((r) => {
    const goes = surplus > 0 && r.call !== work.call && !isDirty(r);
    if (goes) surplus -= 1;
    return !goes;
  });
}

/**
 * What the server knows about the call came; typed text stays. What was typed before a reload of the page over text that
 * has changed since is no silent overwriting either: both wait for a choice.
 */
export function loaded(record, data) {
  const { base } = record;
  const next = withEdits({ ...record, status: "ready", data, base: null }, record.edits);
  if (!base || !data.contact) return next;
  const fields = {};
  for (const [field, mine] of Object.entries(next.edits)) {
    const theirs = data.contact[field] ?? "";
    if (field in base && base[field] !== theirs && mine !== theirs) fields[field] = { mine, theirs };
  }
  if (!Object.keys(fields).length) return next;
  return { ...next, conflict: { by: data.contact.updated_by ?? "", at: data.contact.updated_at ?? null, fields, taken: [] } };
}

/** What stands, as loaded, in the fields that were edited: kept with the draft. */
export function baseOf(record) {
  if (record.base) return record.base;
  return record.data?.contact ? Object.fromEntries(Object.keys(record.edits).map((f) => [f, asLoaded(record, f)])) : null;
}

/**
 * The record of `call` turned out to be of somebody whose record is open already: one tab, with what was typed there.
 * One that is just being saved is left alone.
 */
export function joined(records, call) {
  const record = records.find((r) => r.call === call);
  const id = record?.data?.contact?.id;
  const other = id == null ? null : records.find((r) => r.call !== call && r.data?.contact?.id === id && !r.busy);
  if (!other) return records;
  const carried = withEdits(
    { ...record, conflict: record.conflict ?? other.conflict, base: null }, { ...other.edits, ...record.edits },
  );
  const older = (other.data.contact.version ?? 0) < (record.data.contact.version ?? 0);
  const one = older && isDirty(other) ? conflicted({ ...carried, data: { ...record.data, contact: other.data.contact } }, record.data.contact) : carried;
  return records.filter((r) => r !== other).map((r) => (r.call === call ? one : r));
}

/** Somebody else has saved this contact: `contact` is what is there now. Nothing typed is lost, nothing is hidden. */
export function renewed(record, contact) {
  const known = record.data?.contact;
  if (!known || known.id !== contact.id || contact.version <= known.version || record.busy) return record;
  if (isDirty(record)) return conflicted(record, contact);
  return { ...record, data: { ...record.data, contact }, renewed: { by: contact.updated_by ?? "" }, saved: false };
}

/** The call moved on: what is new about it is taken; a contact in the middle of being changed is left alone. */
export function refreshed(record, data) {
  const touched = record.data && (isDirty(record) || record.busy || record.conflict);
  return loaded(record, touched ? { ...data, contact: record.data.contact, suggested: record.data.suggested } : data);
}

export function failed(record) {
  return record.status === "ready" ? record : { ...record, status: "failed" };
}

const asLoaded = (record, field) => record.data?.contact?.[field] ?? record.data?.suggested?.[field] ?? "";

/** What a field shows: typed text before loaded text. */
export function valueOf(record, field) {
  return record.edits[field] ?? asLoaded(record, field);
}

/** The person typed into a field. Typing the loaded text again is no change; the field's error goes away. */
export function edit(record, field, value) {
  const { [field]: _gone, ...errors } = record.errors;
  return withEdits({ ...record, errors, saved: false, renewed: null }, { ...record.edits, [field]: value });
}

function withEdits(record, edits) {
  const changed = Object.entries(edits).filter(([field, value]) => value !== asLoaded(record, field));
  return { ...record, edits: Object.fromEntries(changed) };
}

export function isDirty(record) {
  return Object.keys(record.edits).length > 0;
}

/** Forget what was typed. */
export function revert(record) {
  return { ...record, edits: {}, errors: {}, conflict: null, making: false, saved: false };
}

/** What to send: a known contact gets the changed fields, a new one all that is filled in. */
export function toSave(record) {
  const contact = record.data?.contact;
  if (contact) return { id: contact.id, body: { version: contact.version, fields: record.edits } };
  const fields = Object.fromEntries(fieldsOf(record).map((f) => [f, valueOf(record, f)]).filter(([, v]) => v !== ""));
  return { id: null, body: { call: record.call, fields } };
}

export function saving(record) {
  return { ...record, busy: true, errors: {}, saved: false };
}

/** The server kept it. Text typed while it was saving is kept as the next change. */
export function saved(record, contact, sent) {
  const later = Object.fromEntries(Object.entries(record.edits).filter(([f, v]) => v !== sent[f]));
  const data = { ...record.data, contact };
  return withEdits({ ...record, data, busy: false, conflict: null, errors: {}, saved: true, making: false }, later);
}

/** The server refused: an error per field, or one for all under "". */
export function refused(record, errors) {
  return { ...record, busy: false, errors };
}

/**
 * Somebody else saved first. Fields that only they changed are taken over; fields that both changed to
 * different text wait for a choice; nothing is overwritten silently.
 */
export function conflicted(record, theirs) {
  const fields = {};
  const taken = [];
  for (const field of fieldsOf(record)) {
    const base = asLoaded(record, field);
    const other = theirs[field] ?? "";
    if (other === base) continue;
    const mine = record.edits[field];
    if (mine === undefined) taken.push(field);
    else if (mine !== other) fields[field] = { mine, theirs: other };
  }
  // A choice that is open still stays so, also when this time others changed something else.
  for (const field of Object.keys(record.conflict?.fields ?? {})) {
    const mine = record.edits[field];
    if (mine !== undefined && mine !== (theirs[field] ?? "")) fields[field] = { mine, theirs: theirs[field] ?? "" };
  }
  const next = withEdits({ ...record, busy: false, data: { ...record.data, contact: theirs } }, record.edits);
  return { ...next, conflict: { by: theirs.updated_by ?? "", at: theirs.updated_at ?? null, fields, taken } };
}

const LISTS = new Set(["mobile", "office", "home", "other"]);
const LONG = new Set(["address", "description"]);

/** Both texts in one field: theirs first, then what of mine is not in it. */
export function both(field, mine, theirs) {
  if (LISTS.has(field)) {
    const there = theirs.split(",").map((one) => one.trim()).filter(Boolean);
    const more = mine.split(",").map((one) => one.trim()).filter((one) => one && !there.includes(one));
    return [...there, ...more].join(", ");
  }
  return [theirs, mine].filter(Boolean).join(LONG.has(field) ? "\n" : " / ");
}

/** The person chose for one field: `side` is "mine", "theirs" or "both". */
export function resolve(record, field, side) {
  const { [field]: choice, ...fields } = record.conflict.fields;
  const edits = { ...record.edits };
  if (side === "theirs") delete edits[field];
  else edits[field] = side === "both" ? both(field, choice.mine, choice.theirs) : choice.mine;
  return withEdits({ ...record, conflict: { ...record.conflict, fields } }, edits);
}

/** May it be saved now? Not while one is under way or a choice between two texts is open. */
export function canSave(record) {
  return record.status === "ready" && !record.busy && !openChoices(record)
    && (isDirty(record) || (!record.data?.contact && record.making));
}

export function openChoices(record) {
  return Object.keys(record.conflict?.fields ?? {}).length;
}
