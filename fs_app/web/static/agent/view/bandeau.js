/** The bandeau: always there, 56 px. State, availability, lines, figures, person (BA-03, BA-10, BA-120). */

import { look, mustLogIn, waiting, worst } from "../actions.js";
import { clock } from "../timers.js";
import { facts, now, picture } from "../store.js";
import { modulesOf } from "./column.js";
import { Ask, html, Icon, Left, Since, t } from "./parts.js";
import { SoftphoneFigure } from "../softphone/view.js";
import { Person } from "./person.js";

const COUNTS_DOWN = new Set(["INTER_CALL", "NO_ANSWER_DELAY", "WRAP_UP"]);

function StateChip({ picture: p }) {
  const { colour, icon, pulse } = look(p);
  const name = p.state.name;
  const aside = p.presence.set_aside && t(`desk.set_aside.${p.presence.set_aside}`);
  const detail = name === "UNAVAILABLE" ? aside || p.presence.reason?.label : p.work?.queue?.name;
  const time = COUNTS_DOWN.has(name) && p.state.until != null
    ? html`<${Left} stamp=${p.state.until} />` : html`<${Since} stamp=${p.state.since} />`;
  return html`<div class=${`state-chip tone-${colour}${pulse ? " is-pulsing" : ""}`} data-state=${name}>
    <${Icon} name=${icon} />
    <span class="state-text"><b>${t(`desk.state.${name}`)}</b><span>${detail && html`<bdi>${detail}</bdi> · `}${time}</span></span>
  </div>`;
}

function Waiting({ queues }) {
  const { count, since } = waiting(queues);
  const longest = since == null ? "" : ` · ${t("desk.queue.longest", { time: clock(now.value - since) })}`;
  const level = worst(queues.map((queue) => queue.alert?.waiting));
  return html`<span class=${`figure ${level ? `tone-${level} is-lit` : ""}`} title=${t("desk.queue.waiting", { n: count }) + longest}>
    <${Icon} name="users" /><b>${count}</b><span class="visually-hidden">${t("desk.queue.waiting", { n: count })}</span>
  </span>`;
}

/** People to be called back in the agent's queues. */
function ToCall({ queues }) {
  const count = queues.reduce((sum, queue) => sum + (queue.callbacks ?? 0), 0);
  const level = worst(queues.map((queue) => queue.alert?.callbacks));
  const said = t("desk.queue.to_call", { n: count });
  return html`<span class=${`figure ${level ? `tone-${level} is-lit` : ""}`} title=${said}>
    <${Icon} name="calendar-event" /><b>${count}</b><span class="visually-hidden">${said}</span></span>`;
}

/** The day's figures (BA-03), one over the other. */
function Today({ today }) {
  const mean = today.mean_handling_ms ? clock(today.mean_handling_ms) : "–";
  return html`<span class="figure-pair" role="group" aria-label=${t("desk.today")}>
    <span title=${t("desk.today.taken_long", { n: today.taken })}><b>${today.taken}</b> <small aria-hidden="true">${t("desk.today.taken", { n: today.taken })}</small>
      <span class="visually-hidden">${t("desk.today.taken_long", { n: today.taken })}</span></span>
    <span title=${t("desk.today.mean_long")}><b>${mean}</b> <small aria-hidden="true">${t("desk.today.mean_short")}</small>
      <span class="visually-hidden">${t("desk.today.mean_long")}</span></span>
  </span>`;
}

function Phone({ phone }) {
  if (phone.registered) return null;
  return html`<span class="figure tone-red is-lit" title=${t("desk.phone.lost")}><${Icon} name="plug-connected-x" title=${t("desk.phone.lost")} /></span>`;
}

/** A permanent line (BY-51): open, being called, or closed with the way to open it again. */
function PermanentLine({ picture: p }) {
  const line = p.line_open;
  if (!line || mustLogIn(p)) return null;
  if (line.state === "OPEN") {
    return html`<span class="figure tone-green" title=${t("desk.nailed.open")}><${Icon} name="plug-connected" title=${t("desk.nailed.open")} /></span>`;
  }
  if (line.state === "RINGING") {
    return html`<span class="figure tone-yellow is-lit" role="status"><${Icon} name="phone-calling" />${t("desk.nailed.ringing")}</span>`;
  }
  return html`<span class="figure tone-red is-lit" title=${t("desk.nailed.closed")}><${Icon} name="plug-connected-x" title=${t("desk.nailed.closed")} /></span>
    ${p.phone.registered && html`<${Ask} event="agent.open_line" cls="btn btn-sm end-delay" label=${t("desk.nailed.call")}>${t("desk.nailed.call")}<//>`}`;
}

export function Bandeau() {
  const p = picture.value;
  if (!p) {
    return html`<header class="bandeau" aria-label=${t("desk.bandeau")}>
      <div class="state-chip tone-grey"><${Icon} name="loader-2" cls="turning" /><span class="state-text"><b>${t("desk.connecting")}</b></span></div>
      <span class="bandeau-gap"></span><${Person} agent=${facts.value.agent ?? {}} /></header>`;
  }
  return html`<header class=${`bandeau${p.lines.length > 1 ? " is-crowded" : ""}${p.lines.length ? " has-lines" : ""}${p.lines.length > 2 ? " has-many" : ""}`} aria-label=${t("desk.bandeau")}>
    <${StateChip} picture=${p} />
    ${modulesOf("bandeau").map((module) => html`<${module.Body} key=${module.name} />`)}
    <span class="bandeau-gap"></span>
    <${PermanentLine} picture=${p} />
    <${SoftphoneFigure} />
    <${Phone} phone=${p.phone} />
    <${Waiting} queues=${p.queues} />
    <${ToCall} queues=${p.queues} />
    <${Today} today=${p.today} />
    <${Person} agent=${p.agent} />
  </header>`;
}
