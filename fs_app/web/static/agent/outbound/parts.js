/** Small parts of the outbound module: how an item is named, how it stands, when it is to be called. */

import { useEffect, useState } from "../../vendor/preact.js";
import { clock as timeOfDay, dateTime, dayMonth } from "../../js/lib/time.js";
import { phone } from "../phone.js";
import { clock } from "../timers.js";
import { facts, live, now } from "../store.js";
import { html, Icon, t } from "../view/parts.js";
import { countdown, PUT_OFF, standing } from "./logic.js";
import { historyOf, outbound, setMode } from "./store.js";

export const nameOf = (item) => item.name || phone(item.number, facts.value.country) || t("desk.unknown_number");

const STATUS_TONE = { busy: "amber", no_answer: "amber", machine: "amber", gave_up: "grey", failed: "red", wrong_number: "red", AGENT: "blue", VOICEMAIL: "purple", KEPT_PLACE: "teal", ABANDONED: "orange", UNTREATED: "blue", CALLBACK: "teal", PERSONAL: "purple", REDIAL: "orange", SYSTEM: "amber", positive: "green", argued: "teal", not_argued: "grey" };

/** "Abandon", "Occupé 2×" */
export function Status({ item }) {
  if (item.under_way) return html`<span class="pill tone-yellow"><${Icon} name="phone-outgoing" />${t("desk.callback.under_way")}</span>`;
  const times = item.times > 1 ? t("outbound.times", { times: item.times }) : "";
  return html`<span class=${`pill tone-${STATUS_TONE[item.status] ?? "grey"}`}>${t(`outbound.status.${item.status}`)}${times && html` <b>${times}</b>`}</span>`;
}

/** Whose it is: mine, another one's, nobody's. */
export function Owner({ item }) {
  if (!item.reserved) return null;
  return html`<span class=${`out-owner ${item.mine ? "is-mine" : ""}`}><${Icon} name=${item.mine ? "user-check" : "lock"} cls="small" />
    <bdi>${item.mine ? t(item.personal ? "outbound.mine" : "outbound.mine_now") : item.owner}</bdi></span>`;
}

function span(ms) {
  const minutes = Math.max(1, Math.round(ms / 60_000));
  if (minutes < 60) return t("outbound.minutes", { n: minutes });
  const hours = Math.round(minutes / 60);
  return hours < 48 ? t("outbound.hours", { n: hours }) : t("outbound.days", { n: Math.round(hours / 24) });
}

export function Due({ item }) {
  const { kind, ms } = standing(item, now.value);
  const at = item.due_at ?? item.since;
  const date = dayMonth(at) === dayMonth(now.value) ? timeOfDay(at) : `${dayMonth(at)} ${timeOfDay(at)}`;
  const said = {
    next: () => t("outbound.next"), any: () => t("outbound.since", { time: span(ms) }), late: () => t("outbound.late", { time: span(ms) }),
    now: () => t("outbound.now"), soon: () => t("outbound.in", { time: span(ms) }), later: () => date,
  }[kind]();
  return html`<span class=${`out-due is-${kind}`} title=${dateTime(at)}>${kind === "late" && html`<${Icon} name="alarm" cls="small" />`}${said}</span>`;
}

/** The mode of calling, among those that profile and queues allow. */
export function ModeSwitch({ name }) {
  const { mode, modes } = outbound.value;
  if (modes.length < 2) return html`<p class="out-mode-only">${t("outbound.mode")} <b>${t(`outbound.mode.${mode}`)}</b></p>`;
  return html`<div class="out-modes" role="radiogroup" aria-label=${t("outbound.mode")}>${modes.map((one) => html`
    <label key=${one} class=${`out-mode${one === mode ? " is-on" : ""}`} title=${t(`outbound.mode_hint.${one}`)}>
      <input type="radio" class="visually-hidden" name=${`mode-${name}`} value=${one} checked=${one === mode} disabled=${!live.value}
        onChange=${() => setMode(one)} /><span>${t(`outbound.mode.${one}`)}</span></label>`)}</div>`;
}

/** Runs down to the call; a bar and a number, said once to who can't see it. */
export function Countdown({ preview }) {
  const left = countdown(preview, now.value);
  if (left === null) return null;
  const whole = Math.max(1, (preview.until - preview.shown_since) / 1000);
  return html`<div class="out-countdown"><span class="out-countdown-bar" style=${`width:${Math.min(100, (100 * left) / whole)}%`}></span>
    <span class="timer">${t("outbound.called_in", { n: left })}</span></div>`;
}

/** Quick postponements. `onChoose(minutes)`. */
export function Quick({ onChoose, disabled = false }) {
  return html`<div class="out-quick" role="group" aria-label=${t("outbound.later_by")}>${PUT_OFF.map((minutes) => html`
    <button type="button" class="btn btn-sm" key=${minutes} data-minutes=${minutes} disabled=${disabled || !live.value} onClick=${() => onChoose(minutes)}>
      ${t(`outbound.in.${minutes}`)}</button>`)}</div>`;
}

/** What was before: date, hour, result, note; asked for when it is looked at. */
export function Before({ rows }) {
  if (!rows.length) return html`<p class="out-before-none">${t("outbound.before.none")}</p>`;
  return html`<ol class="out-before">${rows.map((one) => html`<li key=${one.call}>
    <span class="out-before-when">${dayMonth(one.at)} ${timeOfDay(one.at)}</span>
    <span><b><bdi>${one.disposition || t(`call.outcome.${one.outcome || "running"}`)}</bdi></b>${one.agent && html` · <bdi>${one.agent}</bdi>`}
      ${one.talk_ms ? html` · ${clock(one.talk_ms)}` : ""}${one.note && html`<br /><span class="out-before-note">${one.note}</span>`}</span></li>`)}</ol>`;
}

export function BeforeOf({ item }) {
  const [found, setFound] = useState(null);
  useEffect(() => {
    let here = true;
    setFound(null);
    historyOf(item).then((answer) => here && setFound(answer), () => here && setFound({ history: null }));
    return () => { here = false; };
  }, [item.id, item.attempts]);
  if (!found) return html`<p class="out-before-none" aria-busy="true">${t("desk.module.loading")}</p>`;
  if (!found.history) return html`<p class="out-before-none">${t("outbound.before.failed")}</p>`;
  return html`<${Before} rows=${found.history} />`;
}

/** One line each: date, hour, result, note. */
export const inLines = (rows) => rows.map((one) => [`${dayMonth(one.at)} ${timeOfDay(one.at)}`, one.disposition || t(`call.outcome.${one.outcome || "running"}`), one.note].filter(Boolean).join(" · ")).join("\n");

/** History on hover (PW-90): what to spread over a button; asked for when the pointer or the focus comes. `get()` answers {history}. */
export function useHistory(get, first = "") {
  const [lines, setLines] = useState(null);
  const look = () => {
    if (lines !== null) return;
    setLines("");
    get().then((answer) => setLines(inLines(answer.history) || t("outbound.before.none")), () => setLines(null));
  };
  return { title: [first, lines].filter(Boolean).join("\n"), onPointerEnter: look, onFocus: look };
}
