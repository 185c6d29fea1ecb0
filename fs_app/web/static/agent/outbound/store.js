/** What the outbound module knows beside the agent's picture: the list as it is sought, what is chosen, the calendar. */

import { computed, effect, signal } from "../../vendor/preact.js";
import { request } from "../../js/lib/http.js";
import { picture, send, signedOut } from "../store.js";
import { fingerprint } from "./logic.js";

export const outbound = computed(() => picture.value?.outbound ?? null);
/** What the list shows: view (all, due, later, mine), text, queue, page. */
export const asked = signal({ view: "all", q: "", queue: "", page: 1 });
/** {total, pages, page, items} or null; `failed` when it could not be asked for. */
export const listed = signal(null);
export const failed = signal(false);
/** His own ones that the calendar shows. */
export const own = signal([]);
/** The item that is chosen, by its identifier. */
export const chosen = signal(null);

const mark = computed(() => fingerprint(outbound.value));

let watchers = 0;
let timer = 0;
let asking = 0;

async function load() {
  const number = (asking += 1);
  const { view, q, queue, page } = asked.value;
  const params = new URLSearchParams({ view, q, queue, page });
  try {
    const answer = await request("GET", `/agent/callbacks?${params}`);
    if (number !== asking) return;
    failed.value = false;
    if (answer.page > answer.pages) ask({ page: answer.pages });
    else listed.value = answer;
  } catch (error) {
    if (error.status === 401) signedOut();
    else if (number === asking) failed.value = true;
  }
}

function soon(ms) {
  clearTimeout(timer);
  timer = setTimeout(() => watchers && load(), ms);
}

/** While somebody looks at the list it follows what happens; answers how to stop. */
export function watch() {
  watchers += 1;
  const stop = effect(() => {
    const told = mark.value + JSON.stringify(asked.value);
    soon(told && listed.peek() ? 150 : 0); // what came is no reason to ask again
  });
  return () => {
    watchers -= 1;
    stop();
  };
}

/** Seek otherwise; another page only when nothing else changes. */
export function ask(change) {
  asked.value = { ...asked.value, page: 1, ...change };
}

export const again = () => load();

/** An item by its identifier: the newest that is known of it. */
export function itemOf(id) {
  const shown = outbound.value?.preview;
  if (shown?.id === id) return shown;
  const first = outbound.value?.list.find((one) => one.id === id);
  const known = (items) => items?.find((one) => one.id === id);
  return first ?? known(listed.value?.items) ?? known(own.value) ?? null;
}

export const setMode = (mode) => send("outbound.mode", { mode });

const before = new Map();
/** What was with somebody before, asked for once: {history, recording}. Raises ApiError. */
export async function historyOf(item) {
  const key = `${item.id} ${item.attempts}`;
  if (!before.has(key)) {
    if (before.size > 100) before.clear();
    before.set(key, request("GET", `/agent/callbacks/${encodeURIComponent(item.id)}/history`));
    before.get(key).catch(() => before.delete(key));
  }
  return before.get(key);
}
