/** The agents of the same queues with their live state (BA-70), and one's own latest calls. Both ask only while they are open. */

import { signal, useEffect } from "../../vendor/preact.js";
import { request } from "../../js/lib/http.js";
import { clock as timeOfDay, dayMonth } from "../../js/lib/time.js";
import * as b from "../../supervision/board.js";
import { connect } from "../../supervision/link.js";
import { clock, localNow } from "../timers.js";
import { phone } from "../phone.js";
import { facts, picture } from "../store.js";
import { html, Icon, Module, Since, t } from "./parts.js";

const LOOK = {
  LOGGED_OUT: ["grey", "power"], UNAVAILABLE: ["orange", "coffee"], IDLE: ["green", "circle"], RINGING: ["yellow", "bell-ringing"],
  DIALING: ["yellow", "phone-outgoing"], IN_CALL: ["blue", "phone-call"], WRAP_UP: ["purple", "pencil"], INTER_CALL: ["amber", "hourglass"],
  NO_ANSWER_DELAY: ["amber", "clock-pause"], BACK_OFFICE: ["teal", "notes"],
};
const ABSENT = ["LOGGED_OUT", "UNAVAILABLE"];

const team = signal(b.newBoard());
const everybody = signal(false);

function Person({ one }) {
  const [tone, icon] = LOOK[one.state] ?? ["grey", "circle-dot"];
  return html`<tr data-colleague=${one.id}><td><bdi>${one.name}</bdi> <small>${one.number}</small></td>
    <td class=${`colleague-state tone-${one.state === "UNAVAILABLE" && !one.reason ? "red" : tone}`}><${Icon} name=${icon} cls="small" /><bdi>${one.reason || t(`state.${one.state}`)}</bdi></td>
    <td class="num">${one.state === "LOGGED_OUT" ? "" : html`<${Since} stamp=${one.since} />`}</td></tr>`;
}

function Team() {
  useEffect(() => connect({ page: "team" }, {
    up: () => { team.value = b.linkUp(team.value); },
    down: () => { team.value = b.linkDown(team.value); },
    refused: () => { team.value = b.linkRefused(team.value); },
    board: (message) => { team.value = b.receive(team.value, message, localNow()); },
  }).close, []);
  const names = new Map((picture.value?.queues ?? []).map((queue) => [queue.id, queue.name]));
  const own = picture.value?.agent.id;
  const others = [...team.value.team.values()].filter((one) => one.id !== own).sort((x, y) => x.name.localeCompare(y.name));
  const shown = everybody.value ? others : others.filter((one) => !ABSENT.includes(one.state));
  return html`<div class=${b.isStale(team.value) && team.value.seen ? "is-old" : ""}>
    <label class="form-check module-check"><input class="form-check-input" type="checkbox" checked=${everybody.value} onChange=${(event) => { everybody.value = event.target.checked; }} />
      <span class="form-check-label">${t("desk.colleagues.all")}</span></label>
    ${[...names].map(([queue, name]) => {
      const here = shown.filter((one) => one.queues.includes(queue));
      return here.length ? html`<table class="module-table" key=${queue}><caption><bdi>${name}</bdi> <span>${t("desk.colleagues.count", { n: here.length, all: others.filter((one) => one.queues.includes(queue)).length })}</span></caption>
        <tbody>${here.map((one) => html`<${Person} key=${one.id} one=${one} />`)}</tbody></table>` : null;
    })}
    ${team.value.seen && !shown.length && html`<p class="module-empty">${t("desk.colleagues.none")}</p>`}</div>`;
}

export function Colleagues() {
  return html`<${Module} name="colleagues" title=${t("desk.colleagues")} folded><${Team} /><//>`;
}

const calls = signal(null);

function Latest() {
  // Anew whenever a call has been taken or qualified.
  const taken = picture.value?.today.taken;
  const working = picture.value?.work?.call;
  useEffect(() => {
    const wait = setTimeout(async () => {
      const answer = await request("GET", "/agent/calls").catch(() => null);
      if (answer) calls.value = answer.calls;
    }, calls.value ? 700 : 0); // the database hears of it a moment later
    return () => clearTimeout(wait);
  }, [taken, working]);
  if (!calls.value) return null;
  if (!calls.value.length) return html`<p class="module-empty">${t("desk.mine.none")}</p>`;
  return html`<table class="module-table"><tbody>${calls.value.map((call) => html`<tr key=${call.id}>
    <td><a href=${`/calls/${encodeURIComponent(call.id)}`} target="_blank" rel="noopener">${dayMonth(call.at)} ${timeOfDay(call.at)}</a></td>
    <td><bdi>${call.name || phone(call.number, facts.value.country) || t("desk.unknown_number")}</bdi><br /><small>${call.disposition || t("desk.mine.no_disposition")}</small></td>
    <td class="num">${call.talk_ms == null ? "–" : clock(call.talk_ms)}</td></tr>`)}</tbody></table>`;
}

export function MyCalls() {
  return html`<${Module} name="mine" title=${t("desk.mine")} folded><${Latest} /><//>`;
}
