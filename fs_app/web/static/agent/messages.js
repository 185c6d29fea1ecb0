/** Words among agents (BA-70): those of the day, whose are unread, and the one that has just come. */

import { computed, signal } from "../vendor/preact.js";
import { t } from "../js/lib/i18n.js";
import { request } from "../js/lib/http.js";
import { announce, picture, send } from "./store.js";

export const MOST = 1000;
const KEPT = 300;

/** In order; `key` of each: the conversation it belongs to. */
export const words = signal([]);
/** Conversations that somebody has not looked at since a message came: their keys. */
export const unread = signal(new Set());
/** The conversation that is open: its key, or null. */
export const opened = signal(null);
/** The conversation that is on the screen: one that is open in a folded module is read by nobody. */
export const shown = signal(null);
/** Messages that have just come, to be shown over the page. */
export const fresh = signal([]);

const own = () => picture.value?.agent.id;

/** A colleague's identifier, or "s" and a supervisor's name: nobody can answer him here. */
export function keyOf(word, me = own()) {
  if (word.from.agent === me) return String(word.to.agent);
  return word.from.agent === null ? `s ${word.from.name}` : String(word.from.agent);
}

/** Each once, by number. Pure. */
export function merged(before, more) {
  const all = new Map([...before, ...more].map((word) => [word.id, word]));
  return [...all.values()].sort((a, b) => a.id - b.id).slice(-KEPT);
}

/** [{key, name, agent, last}], the latest first. Pure. */
export function conversations(list, me) {
  const found = new Map();
  for (const word of list) {
    const other = word.from.agent === me ? word.to : word.from;
    found.set(keyOf(word, me), { key: keyOf(word, me), name: other.name, agent: other.agent, last: word });
  }
  return [...found.values()].sort((a, b) => b.last.id - a.last.id);
}

export const mine = computed(() => conversations(words.value, own()));

/** One came over the link, of others or one's own. */
export function came(word) {
  words.value = merged(words.value, [word]);
  if (word.from.agent === own()) return;
  const key = keyOf(word);
  announce(t("desk.words.came", { name: word.from.name, text: word.text }));
  if (shown.value === key) return;
  unread.value = new Set(unread.value).add(key);
  if (word.from.agent === null) return; // a supervisor's is said by a notice already, and can't be answered
  // In the place of the one before: somebody may be typing his answer there.
  const there = fresh.value.some((one) => keyOf(one) === key);
  fresh.value = there ? fresh.value.map((one) => (keyOf(one) === key ? word : one)) : [...fresh.value, word].slice(-3);
}

/** What was typed to whom and not sent yet: it outlives a card that goes and a module that is folded. */
export const unsent = new Map();

let loaded = false;
/** Those of the day: at the start, and when the link was away (then what is new has just come). */
export async function reload() {
  const answer = await request("GET", "/agent/messages").catch(() => null);
  if (!answer) return;
  const known = new Set(words.value.map((word) => word.id));
  const again = loaded;
  loaded = true;
  words.value = merged(words.value, answer.list);
  for (const word of answer.list) if (again && !known.has(word.id)) came(word);
}

/** Open a conversation. */
export function look(key) {
  opened.value = key;
  read(key);
}

/** Its messages have been seen. */
export function read(key) {
  unread.value = new Set([...unread.value].filter((one) => one !== key));
  dismiss(key);
}

export const dismiss = (key) => {
  fresh.value = fresh.value.filter((one) => keyOf(one) !== key);
};

/** Write to a colleague; answers whether it went. */
export async function write(agent, text) {
  const said = text.trim();
  if (!said) return false;
  const answer = await send("agent.message", { agent, text: said });
  if (answer.ok) read(String(agent));
  return answer.ok;
}
