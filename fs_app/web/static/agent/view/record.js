/** Open records, a tab each: who, which way the call came, fields, last exchanges (BA-80..83). */

import { personOf, phone } from "../phone.js";
import { isDirty } from "../records.js";
import { clock } from "../timers.js";
import { clock as timeOfDay, dayMonth } from "../../js/lib/time.js";
import { chooseContact, close, facts, isCurrent, load, now, page, picture, show, turn } from "../store.js";
import { Around } from "./around.js";
import { CallNumber } from "./call.js";
import { Contact } from "./contact.js";
import { Exchanges } from "./exchanges.js";
import { html, Icon, t } from "./parts.js";
import { Web } from "./web.js";

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

const titleOf = (step) => (step.kind === "choice" ? t("pop.path.choice", { where: step.text, what: step.label }) : t(`desk.path.${step.kind}`));

function Path({ record }) {
  const steps = (record.data?.path ?? []).map((step) => html`<span class="step" title=${titleOf(step)}><bdi>${step.kind === "choice" ? step.label : step.kind === "did" && step.label ? `${step.label} (${step.text})` : step.text}</bdi></span>`);
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
      <p class="record-number"><${Icon} name=${record.data?.call.direction === "inbound" || !record.data ? "phone-incoming" : "phone-outgoing"} cls="small" />
        ${number ? html`<${CallNumber} number=${record.number} contact=${c?.id} queue=${record.queue?.id} />` : html`<bdi>${t("desk.unknown_number")}</bdi>`}
        ${record.data?.call.started_at && html`<span class="record-said">${timeOfDay(record.data.call.started_at)}</span>`}
        ${record.name && record.name !== name && html`<span class="record-said"><bdi>${t("desk.record.said", { name: record.name })}</bdi></span>`}
        ${record.data && !c && html`<span class="pill tone-amber">${t("contact.unknown")}</span>`}</p>
    </div>
    ${record.data && html`<div class="record-glance">
      <span>${t("desk.record.recent", { n: record.data.recent })}</span>
      ${last && html`<span>${t("desk.record.last")} <b><bdi>${last.disposition}</bdi></b>, ${dayMonth(last.at)}</span>`}
    </div>`}
    <${Path} record=${record} />
    <${Others} record=${record} />
  </div>`;
}

/** Several contacts have this number: which one is it? */
function Others({ record }) {
  const others = record.data?.others ?? [];
  if (!others.length) return null;
  const chosen = record.data.contact?.id;
  return html`<p class="record-others" role="group" aria-label=${t("pop.others")}><span>${t("pop.others")}</span>${others.map((one) => html`
    <button type="button" key=${one.id} class="btn btn-sm" aria-pressed=${one.id === chosen} disabled=${isDirty(record) && one.id !== chosen}
      onClick=${() => one.id !== chosen && chooseContact(record.call, one.id)}><bdi>${one.name || one.company || "–"}</bdi>
      ${one.company && one.company !== one.name && html` <small><bdi>${one.company}</bdi></small>`}</button>`)}</p>`;
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
  return html`<div class="record-body"><${Contact} record=${record} />
    <div class="record-side"><${Exchanges} record=${record} /><${Around} record=${record} /></div></div>`;
}

function Tabs({ records, shown }) {
  return html`<div class="record-tabs" role="group" aria-label=${t("desk.records")}>${records.map((r) => html`<${Tab} key=${r.call} record=${r} shown=${r.call === shown} />`)}
    ${records.length > page.value.maxRecords && html`<span class="pill tone-amber" role="status" title=${t("pop.too_many_help")}>${t("pop.too_many", { n: records.length })}</span>`}</div>`;
}

/** The queue's own web page where it wants one in the tab; the contact stays a click away. */
function Inside({ record }) {
  if (!record.web) return html`<${Body} record=${record} />`;
  const way = (ours, text) => html`<button type="button" class=${`btn btn-sm${record.ours === ours ? " btn-primary" : ""}`} aria-pressed=${record.ours === ours}
    onClick=${() => turn(record.call, ours)}>${text}</button>`;
  return html`<div class="record-ways" role="group">${way(false, t("pop.way.web"))} ${way(true, t("pop.way.record"))}</div>
    ${record.ours && html`<${Body} record=${record} />`}`;
}

function Quiet({ bare = false }) {
  const p = picture.value;
  const idle = p.state.name === "IDLE";
  return html`<section class=${bare ? "is-quiet" : "card records is-quiet"}><${Icon} name=${idle ? "headset" : "clock-pause"} />
    <h1>${t(idle ? "desk.quiet.idle" : "desk.quiet.away")}</h1><p>${t(idle ? "desk.quiet.idle_lead" : "desk.quiet.away_lead")}</p></section>`;
}

export function Records() {
  const { records, shown } = page.value;
  const record = records.find((r) => r.call === shown);
  if (!records.length) return html`<${Quiet} />`;
  if (!record) {
    return html`<section class="card records"><${Tabs} records=${records} shown=${null} /><${Quiet} bare /></section>`;
  }
  return html`<section class="card records" aria-label=${nameOf(record)}>
    <${Tabs} records=${records} shown=${shown} />
    <div id="record-panel" key=${record.call}>
      <${Head} record=${record} /><${Inside} record=${record} /></div>
    ${records.filter((r) => r.web).map((r) => html`<div key=${`web-${r.call}`} hidden=${r.call !== shown || r.ours}><${Web} url=${r.web} /></div>`)}
  </section>`;
}
