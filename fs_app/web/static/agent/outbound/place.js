/** The list of people to call where the record is when nobody is on the line: list, own callbacks, latest calls. */

import { useEffect, useState } from "../../vendor/preact.js";
import { live, picture } from "../store.js";
import { Ask, html, Icon, t } from "../view/parts.js";
import { Calendar } from "./calendar.js";
import { Card } from "./card.js";
import { Latest } from "./latest.js";
import { may } from "./logic.js";
import { Due, ModeSwitch, nameOf, Owner, Status, useHistory } from "./parts.js";
import { again, ask, asked, chosen, failed, historyOf, itemOf, listed, outbound, watch } from "./store.js";

const VIEWS = ["all", "due", "later", "mine"];

function Filter() {
  const { view, q, queue } = asked.value;
  const counters = outbound.value.counters;
  const count = { all: counters.due + counters.later, due: counters.due, later: counters.later, mine: counters.mine };
  const queues = picture.value.queues;
  return html`<div class="out-filter" role="search">
    <div class="out-views" role="group" aria-label=${t("outbound.views")}>${VIEWS.map((one) => html`<button type="button" key=${one} class=${`out-view${one === view ? " is-on" : ""}`}
      aria-pressed=${one === view} onClick=${() => ask({ view: one })}>${t(`outbound.view.${one}`)} <b>${count[one]}</b></button>`)}</div>
    <label class="out-search"><span class="visually-hidden">${t("filter.search")}</span><input class="form-control form-control-sm" type="search" maxlength="100" value=${q} placeholder=${t("outbound.search")} onInput=${(e) => ask({ q: e.target.value })} /></label>
    ${queues.length > 1 && html`<label><span class="visually-hidden">${t("desk.queue")}</span><select class="form-select form-select-sm" value=${queue} onChange=${(e) => ask({ queue: e.target.value })}>
      <option value="">${t("callbacks.every_queue")}</option>${queues.map((one) => html`<option key=${one.id} value=${one.id}>${one.name}</option>`)}</select></label>`}
  </div>`;
}

function Row({ item }) {
  const here = chosen.value === item.id;
  const before = useHistory(() => historyOf(item));
  return html`<tr class=${here ? "is-chosen" : ""}><th scope="row"><button type="button" class="out-name" aria-pressed=${here} ...${before} onClick=${() => { chosen.value = here ? null : item.id; }}><bdi>${nameOf(item)}</bdi></button>
      ${item.note && html`<small><${Icon} name="note" cls="small" /><bdi>${item.note}</bdi></small>`}</th>
    <td><bdi>${item.queue?.name}</bdi>${item.list && html`<br /><small><bdi>${item.list}</bdi></small>`}</td><td><${Status} item=${item} /> <${Owner} item=${item} /></td><td class="num"><${Due} item=${item} /></td>
    <td class="num">${may(item).call && html`<${Ask} event="outbound.call" data=${{ item: item.id }} cls="tool" label=${t("outbound.call_who", { who: nameOf(item) })}><${Icon} name="phone-outgoing" cls="small" /><//>`}</td></tr>`;
}

function List() {
  useEffect(watch, []);
  const found = listed.value;
  if (failed.value && !found) return html`<p class="module-empty" role="alert">${t("outbound.failed")} <button type="button" class="btn btn-sm" onClick=${again}>${t("desk.retry")}</button></p>`;
  if (!found) return html`<p class="module-empty" aria-busy="true">${t("desk.module.loading")}</p>`;
  if (!found.total) {
    const sought = asked.value.q || asked.value.queue || asked.value.view !== "all";
    return html`<div class="out-empty"><${Icon} name="phone-done" /><p>${t(sought ? "callbacks.none_found" : "desk.callbacks.none")}</p>
      ${sought && html`<button type="button" class="btn btn-sm" onClick=${() => ask({ q: "", queue: "", view: "all" })}>${t("filter.reset")}</button>`}</div>`;
  }
  const { page, pages, total } = found;
  return html`<div class="out-table" tabindex="0" role="region" aria-label=${t("desk.module.outbound")}><table class="table list"><thead><tr><th scope="col">${t("callbacks.who")}</th><th scope="col">${t("desk.queue")}</th>
      <th scope="col">${t("callbacks.state")}</th><th scope="col" class="num">${t("outbound.due")}</th><th scope="col"><span class="visually-hidden">${t("callbacks.actions")}</span></th></tr></thead>
    <tbody>${found.items.map((item) => html`<${Row} key=${item.id} item=${item} />`)}</tbody></table></div>
    ${pages > 1 && html`<nav class="pager" aria-label=${t("pager.label")}><button type="button" class="btn btn-sm" disabled=${page < 2} onClick=${() => ask({ page: page - 1 })}><${Icon} name="chevron-left" />${t("pager.previous")}</button>
      <span>${t("pager.where", { page, pages })}</span><button type="button" class="btn btn-sm" disabled=${page >= pages} onClick=${() => ask({ page: page + 1 })}>${t("pager.next")}<${Icon} name="chevron-right" /></button></nav>`}
    <p class="visually-hidden" role="status">${t("callbacks.count", { n: total })}</p>`;
}

const TABS = [["list", "list-check"], ["calendar", "calendar-event"], ["latest", "history"]];

export function Place() {
  const [tab, setTab] = useState("list");
  const now = outbound.value;
  if (!now || !picture.value) return null;
  const { preview } = now;
  const card = preview ?? (chosen.value ? itemOf(chosen.value) : null);
  const turn = (event) => {
    const at = TABS.findIndex(([name]) => name === tab);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: TABS.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    setTab(TABS[(to + TABS.length) % TABS.length][0]);
    event.currentTarget.querySelectorAll("[role=tab]")[(to + TABS.length) % TABS.length].focus();
  };
  return html`<section class="card out-place" aria-label=${t("desk.module.outbound")} aria-busy=${!live.value}>
    <div class="out-place-head"><h1>${t("outbound.title")}</h1><${ModeSwitch} name="place" /></div>
    ${card && html`<${Card} key=${card.id} item=${card} preview=${Boolean(preview)} onClose=${preview ? undefined : () => { chosen.value = null; }} />`}
    <div class="out-tabs" role="tablist" aria-label=${t("outbound.title")} onKeyDown=${turn}>${TABS.map(([name, icon]) => html`<button type="button" role="tab" key=${name} id=${`out-tab-${name}`}
      aria-selected=${tab === name} aria-controls="out-panel" tabindex=${tab === name ? 0 : -1} onClick=${() => setTab(name)}><${Icon} name=${icon} cls="small" />${t(`outbound.tab_of.${name}`)}
      ${name === "calendar" && now.counters.overdue > 0 && html`<span class="pill tone-red">${now.counters.overdue}</span>`}</button>`)}</div>
    <div id="out-panel" role="tabpanel" aria-labelledby=${`out-tab-${tab}`}>
      ${tab === "list" && html`<${Filter} /><${List} />`}${tab === "calendar" && html`<${Calendar} />`}${tab === "latest" && html`<${Latest} />`}</div>
  </section>`;
}
