/** Calls taken and made over a period (BA-60): filter, pages, call again, record, listen. Asks only while it is open. */

import { signal, useEffect, useRef } from "../../vendor/preact.js";
import { request } from "../../js/lib/http.js";
import { clock as timeOfDay, dayMonth } from "../../js/lib/time.js";
import { clock } from "../timers.js";
import { phone } from "../phone.js";
import { announce, facts, isOn, openCall, picture, signedOut } from "../store.js";
import { html, Icon, Menu, t } from "../view/parts.js";
import { CallNumber } from "../view/call.js";

const PERIODS = ["today", "yesterday", "7days", "last_week", "month", "dates"];
const DIRECTIONS = ["in", "out", "missed", "internal"];
const LOOK = {
  in: ["phone-incoming", "blue"], out: ["phone-outgoing", "teal"], missed: ["phone-x", "red"], internal: ["users", "purple"],
};
const LATER_MS = 700; // the database hears of a call a moment after the page

const filter = signal({ period: "today", since: "", until: "", direction: "", q: "", page: 1 });
const found = signal(null);
const trouble = signal("");
const heard = signal(null); // the part whose recording is open

function query(wanted) {
  const said = new URLSearchParams(Object.entries(wanted).filter(([name, value]) => value && !(name === "page" && value === 1)));
  if (wanted.period !== "dates") {
    said.delete("since");
    said.delete("until");
  }
  return said.toString();
}

let asked = 0;
async function load() {
  const mine = (asked += 1);
  try {
    const answer = await request("GET", `/agent/history?${query(filter.value)}`);
    if (mine !== asked) return; // the filter has changed meanwhile
    found.value = answer;
    trouble.value = "";
  } catch (error) {
    if (error.status === 401) signedOut();
    else if (mine === asked) trouble.value = error.text;
  }
}

const change = (values) => {
  filter.value = { ...filter.value, page: 1, ...values };
};

function Filter() {
  const { period, since, until, direction, q } = filter.value;
  return html`<div class="history-filter">
    <select class="form-select" aria-label=${t("desk.history.period")} value=${period} onChange=${(event) => change({ period: event.target.value })}>
      ${PERIODS.map((name) => html`<option key=${name} value=${name}>${t(`desk.history.period.${name}`)}</option>`)}</select>
    <select class="form-select" aria-label=${t("desk.history.direction")} value=${direction} onChange=${(event) => change({ direction: event.target.value })}>
      <option value="">${t("desk.history.all")}</option>${DIRECTIONS.map((name) => html`<option key=${name} value=${name}>${t(`desk.history.${name}`)}</option>`)}</select>
    ${period === "dates" && html`<label>${t("desk.history.since")} <input type="date" class="form-control" value=${since} max=${until || undefined} onChange=${(event) => change({ since: event.target.value })} /></label>
      <label>${t("desk.history.until")} <input type="date" class="form-control" value=${until} min=${since || undefined} onChange=${(event) => change({ until: event.target.value })} /></label>`}
    <input type="search" class="form-control history-search" maxlength="100" placeholder=${t("desk.history.search")} aria-label=${t("desk.history.search")}
      value=${q} onInput=${(event) => change({ q: event.target.value })} /></div>`;
}

function Listen({ row }) {
  const box = useRef(null);
  useEffect(() => box.current?.querySelector("audio")?.focus(), []);
  return html`<div class="history-player" ref=${box}>
    ${row.recordings.map((recording, n) => html`<audio key=${recording} controls preload="none" autoplay=${n === 0}
      aria-label=${t("desk.history.listen_n", { n: n + 1 })} onError=${() => { trouble.value = t("desk.history.unheard"); }}
      src=${`/calls/${encodeURIComponent(row.call)}/recordings/${encodeURIComponent(recording)}.wav`}></audio>`)}
    <button type="button" class="tool" title=${t("desk.history.close_player")} aria-label=${t("desk.history.close_player")} onClick=${() => { heard.value = null; }}><${Icon} name="x" cls="small" /></button></div>`;
}

function details(row) {
  const said = [row.queue];
  if (row.running) said.push(t("desk.history.running"));
  if (row.direction !== "out" && row.wait_ms >= 1000) said.push(t("desk.history.wait", { time: clock(row.wait_ms) }));
  if (row.talk_ms != null) said.push(t("desk.history.talk", { time: clock(row.talk_ms) }));
  if (row.cause_text) said.push(row.cause_text);
  return said.filter(Boolean).join(" · ");
}

function Row({ row, day }) {
  const kind = row.missed ? "missed" : row.direction;
  const [icon, ofKind] = LOOK[kind] ?? LOOK.in;
  const tone = kind === "in" && row.talk_ms == null && !row.running ? "grey" : ofKind;
  const number = phone(row.number, facts.value.country);
  const who = row.name || row.company || number || t("desk.unknown_number");
  const open = heard.value === row.id;
  return html`<li class="history-row" data-part=${row.id}>
    <span class=${`history-kind tone-${tone}`} title=${t(`desk.history.${kind}`)}><${Icon} name=${icon} cls="small" /><span class="visually-hidden">${t(`desk.history.${kind}`)}</span></span>
    <span class="history-at">${day && html`<small>${dayMonth(row.at)}</small>`} ${timeOfDay(row.at)}</span>
    <span class="history-who">${who !== number && html`<bdi class="history-name">${who}</bdi> `}${number && html`<${CallNumber} number=${row.number} />`}
      <small class="history-more">${details(row)}</small>
      ${row.disposition && html`<small class="history-more"><${Icon} name="tag" cls="small" /> <bdi title=${row.note || undefined}>${row.disposition}</bdi></small>`}</span>
    <span class="history-keys">
      ${row.recordings.length > 0 && html`<button type="button" class="tool" title=${t("desk.history.listen")} aria-label=${t("desk.history.listen")} aria-expanded=${open}
        onClick=${() => { trouble.value = ""; heard.value = open ? null : row.id; }}><${Icon} name="player-play" cls="small" /></button>`}
      ${isOn("pop") && html`<button type="button" class="tool" title=${t("desk.history.record", { who })} aria-label=${t("desk.history.record", { who })}
        onClick=${() => openCall({ call: row.call, number: row.number, name: row.name, queue: null })}><${Icon} name="id" cls="small" /></button>`}</span>
    ${open && html`<${Listen} row=${row} />`}</li>`;
}

function Pages({ answer }) {
  const { page, pages, total, may_export: mayExport } = answer;
  const go = (to) => {
    filter.value = { ...filter.value, page: to };
    announce(t("desk.history.page", { n: to, all: pages }));
  };
  const file = (kind) => `/agent/history.${kind}?${query({ ...filter.value, page: 1 })}`;
  return html`<div class="history-foot"><span>${t("desk.history.total", { n: total })}</span>
    ${mayExport && total > 0 && html`<${Menu} cls="btn btn-sm" label=${t("desk.history.export")} spoken button=${t("desk.history.export")}>${(close) => ["csv", "xlsx"].map((kind) => html`
      <a role="menuitem" key=${kind} href=${file(kind)} download onClick=${() => close()}>${kind.toUpperCase()}</a>`)}<//>`}
    ${pages > 1 && html`<span class="history-pages">
      <button type="button" class="tool" disabled=${page <= 1} title=${t("desk.history.newer")} aria-label=${t("desk.history.newer")} onClick=${() => go(page - 1)}><${Icon} name="chevron-left" cls="small" /></button>
      ${t("desk.history.page", { n: page, all: pages })}
      <button type="button" class="tool" disabled=${page >= pages} title=${t("desk.history.older")} aria-label=${t("desk.history.older")} onClick=${() => go(page + 1)}><${Icon} name="chevron-right" cls="small" /></button></span>`}</div>`;
}

export function Body() {
  // Anew when the filter has changed, and when something has happened to the agent.
  const wanted = query(filter.value);
  const p = picture.value;
  const happened = JSON.stringify([p?.today, p?.work?.call, p?.work?.disposition, p?.state.name]);
  const before = useRef({ wanted: null });
  useEffect(() => {
    const typed = before.current.wanted !== null && before.current.wanted !== wanted;
    const wait = found.value && !typed ? LATER_MS : typed ? 200 : 0;
    before.current.wanted = wanted;
    const timer = setTimeout(load, wait);
    return () => clearTimeout(timer);
  }, [wanted, happened]);
  const answer = found.value;
  return html`<${Filter} />
    ${trouble.value && html`<p class="module-empty tone-red" role="alert">${trouble.value} <button type="button" class="btn btn-sm" onClick=${load}>${t("desk.retry")}</button></p>`}
    ${answer && !answer.list.length && html`<p class="module-empty">${t("desk.history.none")}</p>`}
    ${answer && answer.list.length > 0 && html`<ol class="history-list">${answer.list.map((row) => html`<${Row} key=${row.id} row=${row} day=${answer.since !== answer.until} />`)}</ol>`}
    ${answer && html`<${Pages} answer=${answer} />`}`;
}
