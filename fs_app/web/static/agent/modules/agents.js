/** The agents of the same queues with their live state (BA-70): call, consult, transfer to, write. Asks only while it is open. */

import { signal, useEffect } from "../../vendor/preact.js";
import { RowMenu } from "../../js/lib/menu.js";
import * as b from "../../supervision/board.js";
import { connect } from "../../supervision/link.js";
import { look, opened } from "../messages.js";
import { mayDial } from "../dialling.js";
import { live, picture, send } from "../store.js";
import { localNow } from "../timers.js";
import { html, Icon, Since, t } from "../view/parts.js";
import { Words } from "../view/words.js";

const LOOK = {
  LOGGED_OUT: ["red", "power"], UNAVAILABLE: ["orange", "coffee"], IDLE: ["green", "circle"], RINGING: ["yellow", "bell-ringing"],
  DIALING: ["yellow", "phone-outgoing"], IN_CALL: ["blue", "phone-call"], WRAP_UP: ["purple", "pencil"], INTER_CALL: ["amber", "hourglass"],
  NO_ANSWER_DELAY: ["amber", "clock-pause"], BACK_OFFICE: ["teal", "notes"], PREVIEW: ["teal", "id"],
};
const ABSENT = ["LOGGED_OUT", "UNAVAILABLE"];

const team = signal(b.newBoard());
const everybody = signal(false);
const sought = signal("");

const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
/** Every word of the search stands in the name, or the extension begins so. */
export function matches(one, search) {
  const words = plain(search).split(/\s+/).filter(Boolean);
  const where = plain(`${one.name} ${one.number}`);
  return words.every((word) => where.includes(word));
}

/** The line that may go to somebody now: consulted about, or handed over. */
const lineThat = (verb) => (picture.value?.lines ?? []).find((line) => line.can.includes(verb));

function Ways({ one, close }) {
  const away = one.state === "LOGGED_OUT";
  const to = { kind: "agent", agent: one.id };
  const entry = (icon, text, off, act, title) => html`<button type="button" role="menuitem" disabled=${off} title=${title} onClick=${() => { close(); act(); }}><${Icon} name=${icon} cls="small" />${text}</button>`;
  const ways = [];
  const consult = lineThat("consult");
  const transfer = lineThat("transfer");
  if (!picture.value?.lines.length && mayDial()) ways.push(entry("phone", t("desk.history.call", { who: one.name }), away, () => send("call.dial", { agent: one.id })));
  if (consult) ways.push(entry("phone-plus", t("desk.colleagues.consult"), away, () => send("line.consult", { line: consult.id, to })));
  if (transfer) ways.push(entry("phone-outgoing", t("desk.colleagues.transfer"), away, () => send("line.transfer", { line: transfer.id, to })));
  ways.push(entry("message", t("desk.colleagues.message"), away, () => look(String(one.id)), away ? t("desk.colleagues.away", { name: one.name }) : undefined));
  return ways;
}

function Person({ one }) {
  const [tone, icon] = LOOK[one.state] ?? ["grey", "circle-dot"];
  const label = t("desk.colleagues.menu", { name: `${one.name} ${one.number}` });
  return html`<tr data-colleague=${one.id}><td class="colleague-name"><${RowMenu} label=${label} disabled=${!live.value} cls="colleague-button"
      button=${html`<bdi>${one.name}</bdi> <small>${one.number}</small>`}>${(close) => html`<${Ways} one=${one} close=${close} />`}<//></td>
    <td class=${`colleague-state tone-${one.state === "UNAVAILABLE" && !one.reason ? "red" : tone}`}><${Icon} name=${icon} cls="small" /><bdi>${one.reason || t(`state.${one.state}`)}</bdi></td>
    <td class="num">${one.state === "LOGGED_OUT" ? "" : html`<${Since} stamp=${one.since} />`}</td></tr>`;
}

function Team({ others }) {
  const names = new Map((picture.value?.queues ?? []).map((queue) => [queue.id, queue.name]));
  const shown = others.filter((one) => (everybody.value || sought.value || !ABSENT.includes(one.state)) && matches(one, sought.value));
  return html`<div class=${b.isStale(team.value) && team.value.seen ? "is-old" : ""}>
    <input type="search" class="form-control" maxlength="60" placeholder=${t("desk.colleagues.search")} aria-label=${t("desk.colleagues.search")} value=${sought.value} onInput=${(event) => { sought.value = event.target.value; }} />
    <label class="form-check module-check"><input class="form-check-input" type="checkbox" checked=${everybody.value} onChange=${(event) => { everybody.value = event.target.checked; }} />
      <span class="form-check-label">${t("desk.colleagues.all")}</span></label>
    ${[...names].map(([queue, name]) => {
      const here = shown.filter((one) => one.queues.includes(queue));
      return here.length ? html`<table class="module-table" key=${queue}><caption><bdi>${name}</bdi> <span>${t("desk.colleagues.count", { n: here.length, all: others.filter((one) => one.queues.includes(queue)).length })}</span></caption>
        <tbody>${here.map((one) => html`<${Person} key=${one.id} one=${one} />`)}</tbody></table>` : null;
    })}
    ${team.value.seen && !shown.length && html`<p class="module-empty">${t("desk.colleagues.none")}</p>`}</div>`;
}

export function Body() {
  useEffect(() => connect({ page: "team" }, {
    up: () => { team.value = b.linkUp(team.value); },
    down: () => { team.value = b.linkDown(team.value); },
    refused: () => { team.value = b.linkRefused(team.value); },
    board: (message) => { team.value = b.receive(team.value, message, localNow()); },
  }).close, []);
  const own = picture.value?.agent.id;
  const others = [...team.value.team.values()].filter((one) => one.id !== own).sort((x, y) => x.name.localeCompare(y.name));
  const named = (agent) => team.value.team.get(agent)?.name ?? "";
  return html`${opened.value === null && html`<${Team} others=${others} />`}<${Words} named=${named} />`;
}
