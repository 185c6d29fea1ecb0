/** The agents of the same queues with their live state (BA-70). Asks only while it is open. */

import { signal, useEffect } from "../../vendor/preact.js";
import * as b from "../../supervision/board.js";
import { connect } from "../../supervision/link.js";
import { localNow } from "../timers.js";
import { picture } from "../store.js";
import { html, Icon, Since, t } from "../view/parts.js";

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

export function Body() {
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
