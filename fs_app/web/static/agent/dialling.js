/**
 * Calling somebody (BA-90). Every number of the page comes through `dial`: typed, pasted, clicked, or from a `tel:` link
 * of another page. The server reads the number, however it is written, and says whether it may be called.
 */

import { computed, signal } from "../vendor/preact.js";
import { t } from "../js/lib/i18n.js";
import { facts, fold, isOn, picture, send, toast } from "./store.js";
import { phone } from "./phone.js";

/** What stands in the field of the module. */
export const typed = signal("");
/** It came from elsewhere and waits for the person's word. */
export const fromLink = signal(false);

const KEPT = "fs_app.dial";
const MOST_TYPED = 200;

function kept() {
  try {
    return JSON.parse(localStorage.getItem(`${KEPT}.${facts.value.device}`)) ?? {};
  } catch {
    return {};
  }
}

/** The queue for which the agent called last, on this computer; null: the server's first. */
export const lastQueue = () => kept().queue ?? null;

export function keepQueue(queue) {
  try {
    localStorage.setItem(`${KEPT}.${facts.value.device}`, JSON.stringify({ queue }));
  } catch {
    // Without storage the first queue is proposed again.
  }
}

export const mayDial = () => facts.value.mayDial !== false;

/** His telephone rings, then the number is called. `queue` null: the one for which he called last. */
export async function dial(number, queue = null, { callerId = null, contact = null } = {}) {
  const text = String(number ?? "").trim().slice(0, MOST_TYPED);
  if (!text || !mayDial()) return { ok: false };
  const own = picture.value?.queues ?? [];
  const wanted = queue ?? (own.some((one) => one.id === lastQueue()) ? lastQueue() : null);
  return send("call.dial", { number: text, queue: wanted, caller_id: callerId, contact });
}

/** The call that the agent makes, or its end for as long as it is news; null. */
export const dialling = computed(() => picture.value?.dialling ?? null);

/** The words for it: its state, or why it came to nothing. */
export function said(attempt) {
  if (attempt.state === "ENDED" && attempt.why) return t(`dial.cause.${attempt.why}`);
  return t(`dial.state.${attempt.state}`);
}

/** A number from elsewhere is shown, never called by itself: a link may have been set by anybody. */
export function propose(text) {
  const number = String(text ?? "").slice(0, MOST_TYPED).trim();
  if (!number || !mayDial()) return;
  typed.value = number;
  fromLink.value = true;
  if (isOn("dial")) fold("dial", false);
  else toast("info", t("dial.click", { number: phone(number, facts.value.country) }));
  setTimeout(() => document.getElementById("dial-number")?.focus(), 50);
}

// --- links ------------------------------------------------------------------------------------------------------
/** `tel:` links of the page, wherever they stand: one click calls. */
export function onClick(event) {
  const link = event.target.closest?.('a[href^="tel:"]');
  if (!link || event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const queue = Number(link.dataset.queue) || null;
  const contact = Number(link.dataset.contact) || null;
  dial(link.getAttribute("href"), queue, { contact });
}

/** The number in the page's address (`/agent?dial=…`), which is taken out of it: a reload does not bring it again. */
export function fromAddress(place = location, past = history) {
  const asked = new URLSearchParams(place.search);
  const number = asked.get("dial");
  if (number === null) return null;
  asked.delete("dial");
  const left = asked.toString();
  past.replaceState(null, "", place.pathname + (left ? `?${left}` : "") + place.hash);
  return number.slice(0, MOST_TYPED);
}

const HEARD_MS = 400;

/**
 * A link opens a new tab; the toolbar that is open already takes its number, and this one closes. `isLive()`: whether
 * this tab is the one that works.
 */
export function shareLinks(isLive) {
  if (typeof BroadcastChannel === "undefined") {
    const number = fromAddress();
    if (number) propose(number);
    return;
  }
  const channel = new BroadcastChannel(`${KEPT}.${facts.value.device}`);
  let unheard = 0;
  channel.onmessage = ({ data }) => {
    if (data?.heard && unheard) {
      clearTimeout(unheard);
      unheard = 0;
      window.close();
    } else if (typeof data?.number === "string" && isLive()) {
      channel.postMessage({ heard: true });
      propose(data.number);
    }
  };
  const number = fromAddress();
  if (!number) return;
  unheard = setTimeout(() => {
    unheard = 0;
    propose(number);
  }, HEARD_MS);
  channel.postMessage({ number });
}

/** Ask the browser to bring telephone links of all pages here; it asks the person. */
export function takeLinks() {
  const address = `${location.origin}/agent?dial=%s`;
  let taken = false;
  for (const scheme of ["tel", "web+tel"]) {
    try {
      navigator.registerProtocolHandler(scheme, address);
      taken = true;
    } catch {
      // Some browsers take one of the two only.
    }
  }
  return taken;
}
