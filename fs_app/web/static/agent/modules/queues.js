/** The agent's queues (BA-20): who waits, and for how long. */

import { waiting } from "../actions.js";
import { picture } from "../store.js";
import { html, Since, t } from "../view/parts.js";

const queues = () => picture.value?.queues ?? [];

function Aside() {
  const { count } = waiting(queues());
  return count ? t("desk.queue.waiting", { n: count }) : null;
}

function Body() {
  if (!queues().length) return html`<p class="module-empty">${t("desk.queues.none")}</p>`;
  return html`<table class="module-table">
    <thead><tr><th scope="col">${t("desk.queue")}</th><th scope="col" class="num">${t("desk.queue.callers")}</th>
      <th scope="col" class="num">${t("desk.queue.wait")}</th></tr></thead>
    <tbody>${queues().map((queue) => html`<tr key=${queue.id} class=${queue.waiting ? "is-lit" : ""}>
      <td><bdi>${queue.name}</bdi></td><td class="num"><b>${queue.waiting ?? "–"}</b></td>
      <td class="num">${queue.longest_since == null ? "–" : html`<${Since} stamp=${queue.longest_since} />`}</td></tr>`)}</tbody>
  </table>`;
}

export const module = { name: "queues", title: "desk.module.queues", icon: "users", where: "column", Body, Aside };
