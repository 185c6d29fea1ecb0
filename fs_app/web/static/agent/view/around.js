/** What stands beside a contact in its record: what menus and web services know, decisions of the routing, messages. */

import { clock as timeOfDay, dayMonth } from "../../js/lib/time.js";
import { clock } from "../timers.js";
import { phone } from "../phone.js";
import { facts, isCurrent, picture } from "../store.js";
import { html, Icon, t } from "./parts.js";

const MESSAGE = { mail: "mail", sms: "message", voicemail: "record-mail" };

function Values({ title, rows }) {
  if (!rows.length) return null;
  return html`<section><h2>${title}</h2><dl>${rows.map((one) => html`<dt><bdi>${one.label}</bdi></dt><dd><bdi>${one.value}</bdi></dd>`)}</dl></section>`;
}

/** What the service answered, when it does; a failure is said quietly. */
function Service({ record }) {
  const told = isCurrent(record.call) ? picture.value?.work?.lookup : null;
  const lookup = record.data.lookup ?? told;
  if (!lookup) return null;
  const state = lookup.state === "asking" && told ? told.state : lookup.state;
  if (state === "found") return html`<${Values} title=${t("pop.from", { name: lookup.name })} rows=${lookup.more ?? []} />`;
  return html`<p class="module-empty">${t(`pop.lookup.${state}`, { name: lookup.name })}</p>`;
}

function Messages({ messages }) {
  if (!messages.length) return null;
  return html`<section><h2>${t("pop.messages")}</h2><ul>${messages.map((one) => html`<li><${Icon} name=${MESSAGE[one.kind] ?? "message"} cls="small" />
    ${dayMonth(one.at)} ${timeOfDay(one.at)} · ${t(`pop.message.${one.kind}`)}${one.ms ? ` ${clock(one.ms)}` : ""}${one.text && html` · <bdi>${one.text}</bdi>`}</li>`)}</ul></section>`;
}

/** What call lists know of him: the record that this call is for, then others that are open. */
function Lists({ lists }) {
  return lists.map((one) => html`<section key=${one.id}><h2>${t(one.mine ? "listwork.for" : "listwork.also", { list: one.list })}</h2>
    ${one.memo && html`<p class="around-memo"><${Icon} name="note" cls="small" /><bdi>${one.memo}</bdi></p>`}
    <dl><dt>${t("listwork.state")}</dt><dd>${t(`outbound.status.${one.state}`)}${one.due_at ? html` · ${dayMonth(one.due_at)} ${timeOfDay(one.due_at)}` : ""}</dd>
      <dt>${t("listwork.attempts")}</dt><dd>${t("listwork.attempts_of", { n: one.attempts, most: one.most })}</dd>
      ${one.others.length > 0 && html`<dt>${t("listwork.others")}</dt><dd>${one.others.map((n, i) => html`${i ? ", " : ""}<bdi>${phone(n, facts.value.country)}</bdi>`)}</dd>`}</dl></section>`);
}

export function Around({ record }) {
  const { call, values = [], why = [], messages = [], lists = [] } = record.data;
  return html`<div class="around">
    <${Lists} lists=${lists} />
    <${Service} record=${record} />
    <${Values} title=${t("pop.values")} rows=${values.map((one) => ({ label: one.name, value: one.value }))} />
    <${Messages} messages=${messages} />
    ${why.length > 0 && html`<details><summary>${t("pop.why")}</summary><ul>${why.map((one) => html`<li>${one}</li>`)}</ul></details>`}
    ${call.open && html`<p><a href=${`/calls/${encodeURIComponent(call.id)}`} target="_blank" rel="noopener">${t("pop.call_page")}</a>
      ${call.recorded && html` · <a href=${`/calls/${encodeURIComponent(call.id)}#recordings`} target="_blank" rel="noopener">${t("pop.recording")}</a>`}</p>`}
  </div>`;
}
