/** The page's one store: what the server said, what the person filters, what is under way. */

import { computed, signal } from "../vendor/preact.js";
import { t } from "../js/lib/i18n.js";
import { localNow, ticker } from "../agent/timers.js";
import * as b from "./board.js";

export const board = signal(b.newBoard());
/** What the server's clock says, renewed on each of its full seconds. */
export const now = signal(Date.now());
export const filter = signal(b.fromAddress(globalThis.location?.search ?? ""));
/** The session that runs: {agent, agent_name, call, mode, state, since} or null. */
export const listening = signal(null);
export const toasts = signal([]);
/** Questions on their way: a button is not pressed twice. */
export const pending = signal(new Set());
/** What is asked before it is done: {title, text, button, send} or {message: agent}. */
export const dialog = signal(null);
/** {may: [...], country} from the page. */
export const facts = signal({ may: [], country: "FR" });

export const stale = computed(() => b.isStale(board.value));
export const connected = computed(() => board.value.link === "up");

let ask = async () => ({ ok: false, error: { key: "desk.error.offline", text: t("desk.error.offline") } });
export const askThrough = (carrier) => {
  ask = carrier;
};

export const tick = ticker(now, () => board.value.samples);

export function seen(message) {
  const first = !board.value.samples.length;
  board.value = b.receive(board.value, message, localNow());
  if (first) tick();
}
export const link = (change) => {
  board.value = change(board.value);
};

export function heard({ now: session, text }) {
  const before = listening.value;
  listening.value = session;
  if (!session && before && text) toast("info", text);
}

export function narrow(change) {
  filter.value = { ...filter.value, ...change };
  history.replaceState(null, "", location.pathname + b.toAddress(filter.value));
}

export async function send(event, data = {}) {
  const key = event + JSON.stringify(data);
  if (pending.value.has(key)) return false;
  pending.value = new Set([...pending.value, key]);
  const answer = await ask(event, data);
  pending.value = new Set([...pending.value].filter((k) => k !== key));
  if (!answer.ok) toast("error", answer.error.text);
  return answer.ok;
}

let numbers = 0;
export function toast(level, text) {
  const id = ++numbers;
  toasts.value = [...toasts.value.slice(-3), { id, level, text }];
  if (level !== "error") setTimeout(() => dismiss(id), 8000);
}
export const dismiss = (id) => {
  toasts.value = toasts.value.filter((one) => one.id !== id);
};

export const may = (permission) => facts.value.may.includes(permission);
