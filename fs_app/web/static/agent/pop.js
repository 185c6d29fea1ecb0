/**
 * What opens for a call beside, or instead of, the record: an address of the queue's own (BA-81). In a tab of the page
 * (view/web.js), in a new window, or always in the same one, which the click that begins the day has opened: a browser
 * lets a page open windows on its own account only then. What it refuses is offered as a link, and by a key.
 */

import { effect, signal } from "../vendor/preact.js";
import { t } from "../js/lib/i18n.js";
import { facts, isOn, live, picture, toast } from "./store.js";
import { popsUp } from "./state.js";

const WINDOW = "fs_app_pop";
const KEPT = "fs_app.popped";
const MOST_KEPT = 20;

/** An address that the browser would not open: {call, url, target}. */
export const refused = signal(null);

/** What the address of this call is opened in, if it has one. In the bandeau alone there is no place for a tab. */
export function targetOf(work) {
  const pop = work?.pop;
  if (pop?.mode !== "url" || !pop.url) return null;
  return pop.target === "tab" && facts.value.alone ? "same" : pop.target;
}

function popped() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT)) ?? [];
  } catch {
    return [];
  }
}

function remember(call) {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify([...popped(), call].slice(-MOST_KEPT)));
  } catch {
    // Without storage a page that is loaded again opens the window again.
  }
}

/** By the click that begins the day: the window is there before the first call. */
export function prepare() {
  if (!facts.value.popWindow || !isOn("pop")) return;
  const made = window.open("", WINDOW, "popup,width=1100,height=800");
  try {
    if (made && made.location.href === "about:blank") {
      made.document.title = t("pop.window.title");
      made.document.body.textContent = t("pop.window.waiting");
    }
  } catch {
    // It shows another site already.
  }
  window.focus();
}

/** Opens it; false when the browser refused. */
export function open({ url, target }) {
  if (!/^https?:\/\//i.test(url)) return true;
  if (target === "same") {
    const known = window.open(url, WINDOW);
    known?.focus();
    return Boolean(known);
  }
  const made = window.open("", "_blank");
  if (!made) return false;
  made.opener = null;
  made.location.href = url;
  return true;
}

/** The key, or the link: with a gesture no browser refuses. */
export function openRefused() {
  const work = picture.value?.work;
  const wanted = refused.value ?? (targetOf(work) ? { call: work.call, url: work.pop.url, target: targetOf(work) === "tab" ? "window" : targetOf(work) } : null);
  if (!wanted) return;
  if (open(wanted)) refused.value = null;
  else toast("warning", t("pop.blocked"));
}

/** Watches the pictures from now on. */
export function follow() {
  effect(() => {
    const now = picture.value;
    const work = now?.work;
    if (!live.value || !work) {
      refused.value = null;
      return;
    }
    if (refused.value && refused.value.call !== work.call) refused.value = null;
    const target = targetOf(work);
    if (!isOn("pop") || !target || target === "tab" || !popsUp(now) || popped().includes(work.call)) return;
    remember(work.call);
    const wanted = { call: work.call, url: work.pop.url, target };
    if (!open(wanted)) refused.value = wanted;
  });
}
