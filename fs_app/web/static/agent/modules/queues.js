/** The agent's queues (BA-20): connected for calls in and out, who waits, whom to call back. */

import { waiting } from "../actions.js";
import { facts, live, pending, picture, send } from "../store.js";
import { html, Icon, Since, t } from "../view/parts.js";

const queues = () => picture.value?.queues ?? [];

function Aside() {
  const { count } = waiting(queues());
  return count ? t("desk.queue.waiting", { n: count }) : null;
}

/** A tick where the profile lets the agent change it, else a sign of what is so. */
function Connected({ queue, direction }) {
  const on = queue[direction] !== false;
  const label = t(`desk.queue.${direction}`, { name: queue.name });
  if (!facts.value.options.may_tick_queues) {
    return on ? html`<span class="tone-green ticked"><${Icon} name="check" cls="small" title=${t("desk.queue.on")} /></span>`
      : html`<span class="unticked" role="img" aria-label=${t("desk.queue.off")}>–</span>`;
  }
  const data = { queue: queue.id, direction, on: !on };
  const busy = pending.value.has(`queue.tick${JSON.stringify(data)}`);
  return html`<input class="form-check-input queue-tick" type="checkbox" aria-label=${label} title=${label} checked=${on} disabled=${busy || !live.value}
    onClick=${(event) => { event.preventDefault(); send("queue.tick", data); }} />`;
}

function Figure({ n, level, said }) {
  return html`<b class=${level ? `tone-${level} is-toned` : ""}>${n ?? "–"}</b>${level && html`<span class="visually-hidden">, ${t(`desk.queue.alert.${level}`)}</span>`}${said}`;
}

function Row({ queue }) {
  const wait = queue.longest_since == null ? null
    : html`<small class="queue-wait">${t("desk.queue.since")} <${Since} stamp=${queue.longest_since} /></small>`;
  return html`<tr>
    <th scope="row"><bdi>${queue.name}</bdi>${wait}</th>
    <td class="mid"><${Connected} queue=${queue} direction="inbound" /></td>
    <td class="num"><${Figure} n=${queue.waiting} level=${queue.alert?.waiting} /></td>
    <td class="mid"><${Connected} queue=${queue} direction="outbound" /></td>
    <td class="num"><${Figure} n=${queue.callbacks} level=${queue.alert?.callbacks} /></td></tr>`;
}

function Body() {
  if (!queues().length) return html`<p class="module-empty">${t("desk.queues.none")}</p>`;
  const head = (name, cls) => html`<th scope="col" class=${cls}>${t(`desk.queue.column.${name}`)}</th>`;
  return html`<table class="module-table queues-table">
    <thead><tr>${head("name", "")}${head("inbound", "mid")}${head("waiting", "num")}${head("outbound", "mid")}${head("callbacks", "num")}</tr></thead>
    <tbody>${queues().map((queue) => html`<${Row} key=${queue.id} queue=${queue} />`)}</tbody></table>`;
}

export const module = { name: "queues", title: "desk.module.queues", icon: "users", where: "column", Body, Aside };
