/**
 * The page's one store: state as a signal, and everything that may be asked. Views read `page` and call these
 * functions; nothing else talks to the server.
 */

import { batch, computed, signal } from "../vendor/preact.js";
import { t } from "../js/lib/i18n.js";
import { request } from "../js/lib/http.js";
import { clock as timeOfDay } from "../js/lib/time.js";
import * as drafts from "./drafts.js";
import * as q from "./qualify.js";
import * as records from "./records.js";
import { changed as changedKeys, keyTable } from "./keys.js";
import { folded, NOTHING } from "./layout.js";
import { localNow, ticker } from "./timers.js";
import { isRinging, newPage, receive, withRecord } from "./state.js";

export const page = signal(newPage());
/** What the server's clock says, renewed on each of its full seconds. */
export const now = signal(Date.now());
/** [{id, level, text}] */
export const toasts = signal([]);
/** Events on their way to the server: a button is not pressed twice. */
export const pending = signal(new Set());
/** Facts from the server about this page (see agent.py). */
export const facts = signal({ country: "FR", keys: {}, alone: false, modules: null, options: {}, settings: {} });
/** What lies over the page: "settings", "help" or null. */
export const overlay = signal(null);
/** The line whose keypad is open. */
export const openKeypad = signal(null);
/** The small window with the lines, while there is one. */
export const detached = signal(null);
/** How the modules of the column lie: the agent's own, kept by the server. */
export const layout = signal(NOTHING);

export const picture = computed(() => page.value.picture);
export const live = computed(() => page.value.link === "up" && page.value.place === "here");
export const qualification = computed(() => page.value.qualification);
/** The dispositions of the call to qualify. */
export const choices = computed(() => recordOf(page.value.qualification.call)?.data?.dispositions ?? []);

let ask = async () => ({ ok: false, error: { key: "desk.error.offline", text: t("desk.error.offline") } });
/** Who carries questions to the server: set once by the page's link. */
export function askThrough(carrier) {
  ask = carrier;
}

const change = (make) => {
  page.value = make(page.value);
};
const recordOf = (call) => page.value.records.find((r) => r.call === call);
const changeRecord = (call, make) => change((p) => withRecord(p, call, make));

// --- time ---------------------------------------------------------------------------------------------------
export const tick = ticker(now, () => page.value.samples);

// --- the server's pictures ----------------------------------------------------------------------------------
export function seen(next) {
  const before = page.value;
  batch(() => {
    change((p) => receive(p, next, localNow()));
    tick();
  });
  for (const record of page.value.records) {
    const known = before.records.find((r) => r.call === record.call);
    if (!known) {
      changeRecord(record.call, drafts.restored);
      change((p) => ({ ...p, qualification: drafts.restoredNote(p.qualification) }));
      loadSoon(record.call);
    } else if (callMoved(before.picture, next, record.call)) loadSoon(record.call);
  }
  if (q.leftBehind(before.qualification, page.value.qualification)) sendLeftBehind(before.qualification);
  sendVerdictSoon();
}

/** Answered or over since the last picture: path and history have changed. */
function callMoved(before, after, call) {
  const about = (p) => (p?.work?.call === call ? `${p.work.ended} ${p.work.contact} ${p.work.lookup?.state}` : "");
  const stage = (p) => `${about(p)} ${p?.lines.some((l) => l.call === call && l.state !== "RINGING")}`;
  return stage(before) !== stage(after);
}

// --- records ------------------------------------------------------------------------------------------------
const RETRY_MS = [400, 1000, 2000, 4000, 8000];
const SOON_MS = 80;

/** First the state is drawn; several pictures in a moment ask once, and by then the database has heard of the call. */
const soon = new Map();
function loadSoon(call) {
  if (soon.has(call)) return;
  soon.set(call, setTimeout(() => {
    soon.delete(call);
    if (recordOf(call)) load(call);
  }, SOON_MS));
}

export async function load(call, attempt = 0) {
  const again = () => {
    if (attempt < RETRY_MS.length) setTimeout(() => recordOf(call) && load(call, attempt + 1), RETRY_MS[attempt]);
  };
  try {
    const data = await request("GET", `/agent/record/${encodeURIComponent(call)}`);
    changeRecord(call, (r) => records.refreshed(r, data));
    change((p) => ({ ...p, records: records.joined(p.records, call) }));
    if (!data.call.complete) again();
  } catch (error) {
    if (error.status === 401) return signedOut();
    changeRecord(call, records.failed);
    again();
  }
}

/** The record of any call of his, in a tab: from the history. */
export function openCall(work) {
  if (!recordOf(work.call)) {
    change((p) => ({ ...p, records: records.openRecord(p.records, work, p.maxRecords) }));
    load(work.call);
  }
  show(work.call);
}
export const show = (call) => change((p) => ({ ...p, shown: call }));
export const edit = (call, field, value) => {
  changeRecord(call, (r) => records.edit(r, field, value));
  drafts.keep(page.value);
};
export const revert = (call) => {
  changeRecord(call, records.revert);
  drafts.keep(page.value);
};
/** Somebody has saved a contact: who has it open, and perhaps is typing, sees it at once (BA-82). */
export async function contactSaved({ id, version }) {
  const old = (r) => r.data?.contact?.id === id && r.data.contact.version < version && !r.busy;
  if (!page.value.records.some(old)) return;
  const answer = await request("GET", `/agent/contacts/${id}`).catch(() => null);
  for (const record of answer ? page.value.records.filter(old) : []) {
    changeRecord(record.call, (r) => records.renewed(r, answer.contact));
    announce(t("contact.conflict", {
      name: answer.contact.updated_by || t("contact.conflict.somebody"), time: timeOfDay(answer.contact.updated_at),
    }));
  }
}

/** Of several contacts with the caller's number it is this one. */
export async function chooseContact(call, contact) {
  try {
    const data = await request("POST", `/agent/record/${encodeURIComponent(call)}/contact`, { contact });
    changeRecord(call, (r) => records.loaded(records.revert(r), data));
    change((p) => ({ ...p, records: records.joined(p.records, call) }));
  } catch (error) {
    if (error.status === 401) return signedOut();
    toast("error", error.text);
  }
  return undefined;
}

/** In a tab with a web page of the queue's own: that page, or the built-in record. */
export const turn = (call, ours) => changeRecord(call, (r) => ({ ...r, ours }));

/** The tab after the one in front. */
export function nextRecord() {
  const { records: open, shown } = page.value;
  if (open.length) show(open[(open.findIndex((r) => r.call === shown) + 1) % open.length].call);
}

export const startContact = (call) => changeRecord(call, (r) => ({ ...r, making: true }));
export const resolve = (call, field, side) => changeRecord(call, (r) => records.resolve(r, field, side));
export const isCurrent = (call) => picture.value?.work?.call === call;

export function close(call) {
  change((p) => {
    const left = p.records.filter((r) => r.call !== call);
    return { ...p, records: left, shown: p.shown === call ? (left.at(-1)?.call ?? null) : p.shown };
  });
  drafts.keep(page.value);
}

export async function save(call) {
  const record = recordOf(call);
  if (!record || !records.canSave(record)) return;
  const { id, body } = records.toSave(record);
  changeRecord(call, records.saving);
  try {
    const answer = id
      ? await request("PUT", `/agent/contacts/${id}`, body)
      : await request("POST", "/agent/contacts", body);
    changeRecord(call, (r) => records.saved(r, answer.contact, body.fields));
    drafts.keep(page.value);
    announce(t("contact.saved"));
  } catch (error) {
    if (error.status === 401) return signedOut();
    if (error.body?.theirs) changeRecord(call, (r) => records.conflicted(r, error.body.theirs));
    else changeRecord(call, (r) => records.refused(r, error.body?.fields ?? { "": error.text }));
    announce(error.text);
  }
}

// --- qualification ------------------------------------------------------------------------------------------
export function choose(id) {
  change((p) => ({ ...p, qualification: q.choose(p.qualification, choices.value, id) }));
  drafts.keep(page.value);
  sendVerdictSoon(0);
}
export function chooseDigit(digit) {
  const id = q.byDigit(page.value.qualification, choices.value, digit);
  if (id !== null) choose(id);
}
export const chooseBack = () => change((p) => ({ ...p, qualification: q.back(p.qualification) }));
export function note(text) {
  change((p) => ({ ...p, qualification: { ...q.note(p.qualification, text), error: "" } }));
  drafts.keep(page.value);
  sendVerdictSoon(600);
}
/** The agent confirms: after the call. */
export function confirm() {
  if (q.canConfirm(page.value.qualification)) return sendVerdict();
  return undefined;
}

let verdictTimer = 0;
/** During the call a verdict needs no click; a note is sent when typing pauses, at once when the call is over. */
function sendVerdictSoon(delay = page.value.qualification.ended ? 0 : 600) {
  clearTimeout(verdictTimer);
  verdictTimer = setTimeout(() => q.sendsItself(page.value.qualification) && live.value && sendVerdict(), delay);
}

async function sendVerdict() {
  const { call, choice, note: text } = page.value.qualification;
  change((p) => ({ ...p, qualification: q.sending(p.qualification) }));
  const answer = await ask("call.qualify", { call, disposition: choice, note: text });
  change((p) => {
    const next = answer.ok
      ? q.followWork(q.kept(p.qualification, call, { choice, note: text }), p.picture?.work ?? null)
      : q.refused(p.qualification, call, answer.error.text);
    return { ...p, qualification: next };
  });
  if (answer.ok) drafts.keep(page.value);
  else announce(answer.error.text);
  sendVerdictSoon();
}

/** What was chosen and not yet confirmed when the countdown ended: the server takes it a moment late. */
async function sendLeftBehind({ call, choice, note: text }) {
  const answer = await ask("call.qualify", { call, disposition: choice, note: text });
  if (!answer.ok) toast("error", answer.error.text);
}

// --- everything else that a button asks ---------------------------------------------------------------------
/** `again`: the same thing twice is meant (a digit). */
export async function send(event, data = {}, { again = false } = {}) {
  const key = event + JSON.stringify(data);
  if (again) {
    const answer = await ask(event, data);
    if (!answer.ok) toast("error", answer.error.text);
    return answer;
  }
  if (pending.value.has(key)) return { ok: false };
  pending.value = new Set(pending.value).add(key);
  const answer = await ask(event, data);
  pending.value = new Set([...pending.value].filter((k) => k !== key));
  if (!answer.ok) toast("error", answer.error.text);
  return answer;
}

// --- how the modules lie --------------------------------------------------------------------------------------
/** Does the profile have this module? */
export const isOn = (name) => facts.value.modules?.includes(name) ?? true;

const LAYOUT_MS = 400;
/** Of this agent: another one may work in this tab later. */
const unsentAt = () => `fs_app.layout.${facts.value.device ?? ""}`;
let layoutTimer = 0;
function keepLayout(next) {
  layout.value = next;
  // A page that is left or reloaded right now has asked for its layout before this one arrives.
  drafts.put(unsentAt(), next);
  clearTimeout(layoutTimer);
  layoutTimer = setTimeout(sendLayout, LAYOUT_MS);
}

async function sendLayout() {
  const sent = layout.value;
  try {
    await request("PUT", "/agent/layout", sent);
    if (layout.value === sent) drafts.put(unsentAt(), null);
  } catch (error) {
    if (error.status === 401) signedOut();
    else toast("warning", t("desk.layout.failed"));
  }
}

/** At the start: what the server keeps, or what it has not heard yet. */
export function laidOut(kept) {
  const unsent = drafts.get(unsentAt());
  layout.value = unsent ?? kept;
  if (unsent) sendLayout();
}

export const fold = (name, value) => keepLayout(folded(layout.value, name, value));
export const rearrange = (order) => keepLayout({ ...layout.value, order });

// --- what the agent has chosen --------------------------------------------------------------------------------
/** Keep some settings; answers what is wrong with them, or "". */
export async function settle(changes) {
  try {
    const { settings } = await request("PUT", "/agent/settings", { settings: changes });
    facts.value = { ...facts.value, settings, keys: keyTable(settings.keys) };
    change((p) => ({ ...p, maxRecords: settings.max_records }));
    return "";
  } catch (error) {
    if (error.status === 401) signedOut();
    return Object.values(error.body?.fields ?? {})[0] ?? error.text;
  }
}

/** A whole table of keys. */
export const chooseKeys = (table) => settle({ keys: changedKeys(table) });

export function signedOut() {
  change((p) => ({ ...p, link: "refused" }));
}

let goes = false;
/** The page is left on purpose (language, logout): no question, what was typed is kept for the reload. */
export function leaving() {
  goes = true;
}
export const isLeaving = () => goes;

// --- telling the person -------------------------------------------------------------------------------------
let toastNumber = 0;
export function toast(level, text) {
  const id = (toastNumber += 1);
  toasts.value = [...toasts.value.filter((other) => other.text !== text), { id, level, text }].slice(-4);
  setTimeout(() => dismiss(id), level === "error" ? 12_000 : 6_000);
}
export const dismiss = (id) => {
  toasts.value = toasts.value.filter((one) => one.id !== id);
};

/** For screen readers: read aloud, not shown. */
export const announcement = signal("");
export const announce = (text) => {
  announcement.value = text;
};

export const update = change;
export const ringing = computed(() => isRinging(picture.value));
