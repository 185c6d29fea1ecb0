/** The agents with their state and the time in it; a click on a state lists who is in it (PW-50). */

import { RowMenu } from "../../js/lib/menu.js";
import * as b from "../board.js";
import { board, connected, dialog, filter, listening, may, narrow, send } from "../store.js";
import { Entry, html, Icon, number, Since, stateLook, t } from "./parts.js";

const MODES = [["listen", "ear"], ["whisper", "message"], ["barge", "user-plus"]];

function States() {
  const counts = b.counted(board.value, filter.value);
  const shown = b.STATES.filter((state) => counts[state] || filter.value.state === state);
  const chip = (state, text, look, pressed) => html`<button type="button" key=${state} class=${`pill state-filter tone-${look.tone}`} aria-pressed=${pressed}
    onClick=${() => narrow({ state: pressed ? "" : state })}><${Icon} name=${look.icon} />${text}</button>`;
  return html`<div class="state-filters" role="group" aria-label=${t("supervision.by_state")}>${shown.map((state) =>
    chip(state, `${counts[state] ?? 0} ${t(`state.${state}`)}`, stateLook(state), filter.value.state === state))}</div>`;
}

function Filters() {
  const { q, queue } = filter.value;
  return html`<div class="filters">
    <div class="filter filter-search"><label for="agent-search">${t("supervision.search")}</label>
      <div class="input-with-icon"><${Icon} name="search" /><input class="form-control" id="agent-search" type="search" value=${q} maxlength="100"
        onInput=${(event) => narrow({ q: event.target.value })} onKeyDown=${(event) => event.key === "Escape" && narrow({ q: "" })} /></div></div>
    <div class="filter"><label for="agent-queue">${t("supervision.queue")}</label>
      <select class="form-select" id="agent-queue" value=${queue ?? ""} onChange=${(event) => narrow({ queue: event.target.value ? Number(event.target.value) : null })}>
        <option value="">${t("supervision.every_queue")}</option>
        ${b.queues(board.value).map((one) => html`<option key=${one.id} value=${one.id} selected=${queue === one.id}>${one.name}</option>`)}
      </select></div>
  </div>`;
}

function Actions({ agent }) {
  const can = (name) => agent.can.includes(name);
  const hears = listening.value?.agent === agent.id;
  const steers = may("supervision.steer");
  const entries = (close) => html`
    ${can("listen") && may("supervision.listen") && MODES.map(([mode, icon]) => html`<${Entry} key=${mode} close=${close} icon=${icon} label=${t(`supervision.do.${mode}`)}
      event="listen.begin" data=${{ agent: agent.id, mode }} />`)}
    ${steers && can("end_delay") && html`<${Entry} close=${close} icon="player-play" label=${t("supervision.do.end_delay")} event="agent.end_delay" data=${{ agent: agent.id }} />`}
    ${steers && can("available") && html`<${Entry} close=${close} icon="circle-check" label=${t("supervision.do.available")} event="agent.available" data=${{ agent: agent.id }} />`}
    ${steers && can("unavailable") && board.value.reasons.map((reason) => html`<${Entry} key=${reason.id} close=${close} icon="coffee"
      label=${t("supervision.do.unavailable_for", { reason: reason.label })} event="agent.unavailable" data=${{ agent: agent.id, reason: reason.id }} />`)}
    ${steers && can("unavailable") && html`<${Entry} close=${close} icon="user-off" label=${t("supervision.do.unavailable")} event="agent.unavailable" data=${{ agent: agent.id, reason: null }} />`}
    ${steers && agent.state !== "LOGGED_OUT" && html`<${Entry} close=${close} icon="mail" label=${t("supervision.do.message")}
      onPick=${() => { dialog.value = { kind: "message", agent: agent.id, name: agent.name }; }} />`}
    ${steers && can("log_out") && html`<${Entry} close=${close} icon="logout" label=${t("supervision.do.log_out")}
      onPick=${() => { dialog.value = { kind: "confirm", title: t("supervision.log_out.title", { name: agent.name }),
        text: t(agent.call ? "supervision.log_out.in_call" : "supervision.log_out.text"), button: t("supervision.do.log_out"), event: "agent.log_out", data: { agent: agent.id } }; }} />`}`;
  return html`<div class="row-ways">
    ${can("listen") && may("supervision.listen") && !hears && html`<${Listen} agent=${agent} />`}
    ${agent.state !== "LOGGED_OUT" && html`<${RowMenu} label=${t("supervision.actions_of", { name: agent.name })} disabled=${!connected.value}
      button=${html`<${Icon} name="dots-vertical" />`}>${entries}<//>`}
  </div>`;
}

function Listen({ agent }) {
  const label = t("supervision.listen_to", { name: agent.name });
  return html`<button type="button" class="tool" title=${label} aria-label=${label} disabled=${!connected.value}
    onClick=${() => send("listen.begin", { agent: agent.id, mode: "listen" })}><${Icon} name="ear" /></button>`;
}

function AgentRow({ agent }) {
  const look = stateLook(agent.state, agent.reason);
  const queue = agent.queue != null ? board.value.queues.get(agent.queue) : null;
  const state = agent.reason || t(`state.${agent.state}`);
  return html`<tr data-agent=${agent.id} data-state=${agent.state}>
    <th scope="row"><bdi>${agent.name}</bdi><small>${t("person.extension", { number: agent.number })}${!agent.registered && agent.state !== "LOGGED_OUT"
      ? html` · <span class="tone-red warned">${t("home.phone_away")}</span>` : ""}</small></th>
    <td><span class=${`pill tone-${look.tone}${agent.state === "RINGING" ? " is-pulsing" : ""}`}><${Icon} name=${look.icon} /><bdi>${state}</bdi></span>
      ${agent.line === "HELD" && html` <span class="pill tone-amber"><${Icon} name="player-pause" />${t("supervision.held")}</span>`}
      ${agent.wanted && html`<small>${t(`supervision.wanted.${agent.wanted}`)}</small>`}</td>
    <td class="num"><${Since} stamp=${agent.state === "LOGGED_OUT" ? 0 : agent.since} /></td>
    <td>${agent.call ? html`<a href=${`/calls/${encodeURIComponent(agent.call)}`}>${number(agent.party)}</a>${agent.party_name && html`<small><bdi>${agent.party_name}</bdi></small>`}` : "–"}</td>
    <td>${queue ? html`<bdi>${queue.name}</bdi>` : "–"}</td>
    <td class="num">${agent.taken}${agent.missed ? html` <small class="tone-red warned" title=${t("supervision.missed")}>${t("supervision.missed_n", { n: agent.missed })}</small>` : ""}</td>
    <td><${Actions} agent=${agent} /></td>
  </tr>`;
}

function Head({ sort, label, cls = "" }) {
  const here = filter.value.sort === sort;
  return html`<th scope="col" class=${cls} aria-sort=${here ? "ascending" : "none"}><button type="button" class=${`sort${here ? " is-here" : ""}`}
    onClick=${() => narrow({ sort })}>${label}<${Icon} name=${here ? "sort-ascending" : "arrows-sort"} /></button></th>`;
}

export function Agents() {
  const shown = b.agents(board.value, filter.value);
  return html`<section class="card agents-card" aria-labelledby="agents-title">
    <div class="card-header"><h2 class="card-title" id="agents-title">${t("supervision.agents")}</h2><${States} /></div>
    <${Filters} />
    ${shown.length ? html`<div class="table-responsive" tabindex="0" role="region" aria-label=${t("supervision.agents")}><table class="table list agents-list">
      <thead><tr><${Head} sort="name" label=${t("supervision.agent")} /><${Head} sort="state" label=${t("supervision.state")} />
        <${Head} sort="time" label=${t("supervision.since")} cls="num" /><th scope="col">${t("supervision.customer")}</th><th scope="col">${t("supervision.queue")}</th>
        <${Head} sort="taken" label=${t("supervision.calls_today")} cls="num" /><th scope="col"><span class="visually-hidden">${t("supervision.actions")}</span></th></tr></thead>
      <tbody>${shown.map((agent) => html`<${AgentRow} key=${agent.id} agent=${agent} />`)}</tbody></table></div>`
      : board.value.seen && html`<div class="empty-list"><${Icon} name="users" /><h2>${t("supervision.no_agents")}</h2><p>${t("supervision.no_agents_hint")}</p></div>`}
  </section>`;
}
