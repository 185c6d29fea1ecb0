/** The calls in progress: who waits in which place, whom it rings, who talks with whom (PW-50). */

import { RowMenu } from "../../js/lib/menu.js";
import * as b from "../board.js";
import { board, connected, dialog, filter, may } from "../store.js";
import { Entry, html, Icon, number, Since, t } from "./parts.js";

const LOOK = { WAITING: ["orange", "hourglass"], OFFERED: ["yellow", "bell-ringing"], CONNECTING: ["yellow", "phone-calling"], TALKING: ["blue", "phone-call"], HELD: ["amber", "player-pause"] };

function Actions({ call }) {
  if (!may("supervision.steer")) return null;
  const others = b.queues(board.value).filter((queue) => queue.id !== call.queue);
  const who = number(call.number);
  const entries = (close) => html`
    ${call.stage === "WAITING" && call.position > 1 && html`<${Entry} close=${close} icon="arrow-up" label=${t("supervision.do.first")} event="call.first" data=${{ call: call.id }} />`}
    ${call.stage === "WAITING" && others.map((queue) => html`<${Entry} key=${queue.id} close=${close} icon="transfer" label=${t("supervision.do.move", { queue: queue.name })}
      event="call.move" data=${{ call: call.id, queue: queue.id }} />`)}
    <${Entry} close=${close} icon="phone-end" tone="red" label=${t("supervision.do.hang_up")}
      onPick=${() => { dialog.value = { kind: "confirm", danger: true, title: t("supervision.hang_up.title", { who }), text: t(call.stage === "WAITING" ? "supervision.hang_up.waiting" : "supervision.hang_up.talking"),
        button: t("supervision.do.hang_up"), event: "call.hang_up", data: { call: call.id } }; }} />`;
  return html`<${RowMenu} label=${t("supervision.actions_of", { name: who })} disabled=${!connected.value} button=${html`<${Icon} name="dots-vertical" />`}>${entries}<//>`;
}

function CallRow({ call }) {
  const [tone, icon] = LOOK[call.stage] ?? ["grey", "phone"];
  const queue = board.value.queues.get(call.queue);
  const more = call.more ? ` +${call.more}` : "";
  return html`<tr data-call=${call.id} data-stage=${call.stage}>
    <td><a href=${`/calls/${encodeURIComponent(call.id)}`}>${number(call.number)}</a>${call.name && html`<small><bdi>${call.name}</bdi></small>`}</td>
    <td><span class=${`pill tone-${tone}`}><${Icon} name=${icon} />${t(`stage.${call.stage}`)}${call.position ? ` · ${t("supervision.place", { place: call.position })}` : ""}</span>
      <small>${call.agent_name ? html`<bdi>${call.agent_name}</bdi>${more}` : ""}${call.agent_name && queue ? " · " : ""}${queue ? html`<bdi>${queue.name}</bdi>` : ""}</small></td>
    <td class="num"><${Since} stamp=${b.callSince(call)} /></td>
    <td><${Actions} call=${call} /></td>
  </tr>`;
}

const MOST = 200;

export function Calls() {
  const shown = b.calls(board.value, filter.value);
  return html`<section class="card" aria-labelledby="calls-title">
    <div class="card-header"><h2 class="card-title" id="calls-title">${t("supervision.calls")}</h2><span class="ms-auto text-secondary">${shown.length || ""}</span></div>
    ${shown.length ? html`<div class="table-responsive" tabindex="0" role="region" aria-label=${t("supervision.calls")}><table class="table list calls-list">
      <thead><tr><th scope="col">${t("supervision.customer")}</th><th scope="col">${t("supervision.state")}</th><th scope="col" class="num">${t("supervision.since")}</th>
        <th scope="col"><span class="visually-hidden">${t("supervision.actions")}</span></th></tr></thead>
      <tbody>${shown.slice(0, MOST).map((call) => html`<${CallRow} key=${call.id} call=${call} />`)}</tbody></table></div>
      ${shown.length > MOST && html`<p class="list-bar">${t("supervision.more_calls", { n: shown.length - MOST })}</p>`}`
      : board.value.seen && html`<div class="empty-list"><${Icon} name="phone" /><h2>${t("home.no_calls_now")}</h2></div>`}
  </section>`;
}
