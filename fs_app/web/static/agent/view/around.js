/** What stands beside a contact in its record: what menus and web services know, decisions of the routing, messages. */

import { clock as timeOfDay, dayMonth } from "../../js/lib/time.js";
import { clock } from "../timers.js";
import { isCurrent, picture } from "../store.js";
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

export function Around({ record }) {
  const { call, values = [], why = [], messages = [] } = record.data;
  return html`<div class="around">
    <${Service} record=${record} />
    <${Values} title=${t("pop.values")} rows=${values.map((one) => ({ label: one.name, value: one.value }))} />
    <${Messages} messages=${messages} />
    ${why.length > 0 && html`<details><summary>${t("pop.why")}</summary><ul>${why.map((one) => html`<li>${one}</li>`)}</ul></details>`}
    ${call.open && html`<p><a href=${`/calls/${encodeURIComponent(call.id)}`} target="_blank" rel="noopener">${t("pop.call_page")}</a>
      ${call.recorded && html` · <a href=${`/calls/${encodeURIComponent(call.id)}#recordings`} target="_blank" rel="noopener">${t("pop.recording")}</a>`}</p>`}
  </div>`;
}
