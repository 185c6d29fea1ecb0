/** Modules of the right column that only show: queues (BA-20) and the day's figures (BA-140). */

import { clock } from "../timers.js";
import { waiting } from "../actions.js";
import { html, Module, Since, t } from "./parts.js";

export function Queues({ queues }) {
  const { count } = waiting(queues);
  return html`<${Module} name="queues" title=${t("desk.queues")} aside=${count ? t("desk.queue.waiting", { n: count }) : ""}>
    ${queues.length === 0 ? html`<p class="module-empty">${t("desk.queues.none")}</p>` : html`<table class="module-table">
      <thead><tr><th scope="col">${t("desk.queue")}</th><th scope="col" class="num">${t("desk.queue.callers")}</th>
        <th scope="col" class="num">${t("desk.queue.wait")}</th></tr></thead>
      <tbody>${queues.map((queue) => html`<tr key=${queue.id} class=${queue.waiting ? "is-lit" : ""}>
        <td><bdi>${queue.name}</bdi></td><td class="num"><b>${queue.waiting ?? "–"}</b></td>
        <td class="num">${queue.longest_since == null ? "–" : html`<${Since} stamp=${queue.longest_since} />`}</td></tr>`)}</tbody>
    </table>`}
  <//>`;
}

export function Today({ today }) {
  const figure = (value, text) => html`<div><dd>${value}</dd><dt>${text}</dt></div>`;
  const time = (ms) => (ms ? clock(ms) : "–"); // no call has ended yet: nothing to take a mean of
  return html`<${Module} name="today" title=${t("desk.today")}>
    <dl class="figures">
      ${figure(today.taken, t("desk.today.taken", { n: today.taken }))}
      ${figure(today.missed, t("desk.today.missed", { n: today.missed }))}
      ${figure(time(today.mean_handling_ms), t("desk.today.mean_handling"))}
      ${figure(time(today.mean_talk_ms), t("desk.today.mean_talk"))}
    </dl>
  <//>`;
}
