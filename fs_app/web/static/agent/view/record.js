/** Open records, a tab each: who, which way the call came, fields, last exchanges (BA-80..83). */

import { personOf, phone } from "../phone.js";
import { isDirty } from "../records.js";
import { clock } from "../timers.js";
import { dayMonth } from "../../js/lib/time.js";
import { close, facts, isCurrent, load, now, page, picture, show } from "../store.js";
import { Contact } from "./contact.js";
import { Exchanges } from "./exchanges.js";
import { html, Icon, t } from "./parts.js";

const nameOf = (record) => personOf(record, facts.value.country) || t("desk.unknown_number");
const initials = (name) => [...name.matchAll(/\p{L}+/gu)].map((m) => [...m[0]][0]).slice(0, 2).join("").toUpperCase();

function Tab({ record, shown }) {
  const leave = (event) => {
    event.stopPropagation();
    if (!isDirty(record) || window.confirm(t("desk.record.close_dirty"))) close(record.call);
  };
  const current = isCurrent(record.call);
  return html`<div class=${`record-tab${shown ? " is-shown" : ""}`}>
    <button type="button" class="record-tab-button" aria-current=${shown ? "true" : undefined} aria-controls="record-panel" onClick=${() => show(record.call)}>
      <span class="record-tab-name"><bdi>${nameOf(record)}</bdi></span>
      ${isDirty(record) && html`<span class="unsaved" title=${t("contact.unsaved")}></span>`}
      ${current && html`<span class="pill tone-blue">${t("desk.record.call")}</span>`}
    </button>
    ${!current && html`<button type="button" class="tool" title=${t("desk.record.close")} aria-label=${`${t("desk.record.close")} ${nameOf(record)}`} onClick=${leave}>
      <${Icon} name="x" cls="small" /></button>`}
  </div>`;
}

/** How long the caller waited: running while he waits, then as the server counted it. */
function waited(record) {
  const call = record.data?.call;
  if (!call?.queued_at) return null;
  const mine = picture.value?.lines.find((l) => l.call === record.call);
  const spoke = call.answered_at ?? (mine && mine.state !== "RINGING" ? mine.since : null) ?? call.ended_at;
  const end = spoke ?? (isCurrent(record.call) ? now.value : null);
  return end == null ? null : clock(end - call.queued_at);
}

function Path({ record }) {
  const steps = (record.data?.path ?? []).map((step) => html`<span class="step" title=${step.label || t(`desk.path.${step.kind}`)}><bdi>${step.text}</bdi></span>`);
  const wait = waited(record);
  if (wait) steps.push(html`<span class="step">${t("desk.path.wait", { time: wait })}</span>`);
  if (isCurrent(record.call)) steps.push(html`<span class="step">${t("desk.path.you")}</span>`);
  return html`<p class="path"><span class="path-label">${t("desk.path")}</span>
    ${steps.map((step, i) => html`${i > 0 && html`<span class="path-arrow" aria-hidden="true">›</span>`}${step}`)}</p>`;
}

function Head({ record }) {
  const name = nameOf(record);
  const c = record.data?.contact;
  const number = phone(record.number, facts.value.country);
  const about = c ? [c.company, c.category].filter((text) => text && text !== name).join(" · ") : "";
  const last = record.data?.history.find((h) => h.disposition);
  return html`<div class="record-head">
    <span class=${`record-avatar${c ? "" : " is-unknown"}`} aria-hidden="true">${(c && initials(name)) || html`<${Icon} name=${c ? "user" : "question-mark"} />`}</span>
    <div class="record-who">
      <h1><bdi>${name}</bdi>${about && html` <span class="record-about"><bdi>${about}</bdi></span>`}</h1>
      <p class="record-number"><${Icon} name="phone-incoming" cls="small" /><bdi>${number || t("desk.unknown_number")}</bdi>
        ${record.name && record.name !== name && html`<span class="record-said"><bdi>${t("desk.record.said", { name: record.name })}</bdi></span>`}
        ${record.data && !c && html`<span class="pill tone-amber">${t("contact.unknown")}</span>`}</p>
    </div>
    ${record.data && html`<div class="record-glance">
      <span>${t("desk.record.recent", { n: record.data.recent })}</span>
      ${last && html`<span>${t("desk.record.last")} <b><bdi>${last.disposition}</bdi></b>, ${dayMonth(last.at)}</span>`}
    </div>`}
    <${Path} record=${record} />
  </div>`;
}

function Body({ record }) {
  if (record.status === "loading") {
    return html`<div class="record-body is-loading" aria-busy="true" aria-label=${t("desk.record.loading")}>
      ${[70, 45, 60, 35].map((width) => html`<span class="placeholder" style=${`width:${width}%`}></span>`)}</div>`;
  }
  if (record.status === "failed") {
    return html`<div class="record-body"><p class="standing tone-red" role="alert"><${Icon} name="alert-triangle" />
      <span>${t("desk.record.failed")}</span> <button type="button" class="btn btn-sm" onClick=${() => load(record.call)}>${t("desk.retry")}</button></p></div>`;
  }
  return html`<div class="record-body"><${Contact} record=${record} /><${Exchanges} record=${record} /></div>`;
}

function Quiet() {
  const p = picture.value;
  const idle = p.state.name === "IDLE";
  return html`<section class="card records is-quiet"><${Icon} name=${idle ? "headset" : "clock-pause"} />
    <h1>${t(idle ? "desk.quiet.idle" : "desk.quiet.away")}</h1><p>${t(idle ? "desk.quiet.idle_lead" : "desk.quiet.away_lead")}</p></section>`;
}

export function Records() {
  const { records, shown } = page.value;
  const record = records.find((r) => r.call === shown);
  if (!record) return html`<${Quiet} />`;
  return html`<section class="card records" aria-label=${nameOf(record)}>
    <div class="record-tabs" role="group" aria-label=${t("desk.records")}>${records.map((r) => html`<${Tab} key=${r.call} record=${r} shown=${r.call === shown} />`)}</div>
    <div id="record-panel" key=${record.call}>
      <${Head} record=${record} /><${Body} record=${record} /></div>
  </section>`;
}
