/** A tile per queue: who waits, how long, the day's service against the promise, who works (PW-50). */

import * as b from "../board.js";
import { LOOK, queueLevel, serviceLevel, staff, waitLevel } from "../levels.js";
import { board, filter, narrow, now } from "../store.js";
import { lang } from "../../js/lib/i18n.js";
import { html, Icon, Level, Since, t } from "./parts.js";

function Figure({ value, name, level = "none", hint }) {
  return html`<div class="q-figure" title=${hint}><dd><${Level} level=${level}>${value}<//></dd><dt>${name}</dt></div>`;
}

const count = (n) => new Intl.NumberFormat(lang()).format(n);

export const percent = (value) => (value == null ? "–" : `${Math.round(value)} %`);

function Tile({ queue }) {
  const level = queueLevel(queue, now.value);
  const people = staff(queue.states);
  const chosen = filter.value.queue === queue.id;
  const target = t("supervision.target", { percent: queue.target.percent, s: queue.target.s });
  return html`<article class=${`card q-tile tone-${LOOK[level].tone}${chosen ? " is-chosen" : ""}`} data-queue=${queue.id} data-level=${level}>
    <h3><button type="button" aria-pressed=${chosen} title=${t("supervision.only_queue")}
      onClick=${() => narrow({ queue: chosen ? null : queue.id })}><bdi>${queue.name}</bdi></button>
      ${queue.open ? "" : html`<span class="pill tone-grey"><${Icon} name="clock" />${t("supervision.closed")}</span>`}
      <${Level} level=${level} /></h3>
    <dl class="q-figures">
      <${Figure} value=${queue.waiting} name=${t("supervision.waiting")} level=${queue.waiting ? waitLevel(queue, now.value) : "none"} />
      <${Figure} value=${queue.waiting ? html`<${Since} stamp=${queue.longest_since} />` : "–"} name=${t("supervision.longest")}
        level=${queue.waiting ? waitLevel(queue, now.value) : "none"} />
      <${Figure} value=${percent(queue.service)} name=${t("supervision.service")} level=${serviceLevel(queue)} hint=${`${target}. ${t("supervision.service_means")}`} />
      <${Figure} value=${html`${queue.answered} / ${queue.abandoned}`} name=${t("supervision.answered_abandoned")} />
    </dl>
    ${queue.records && html`<p class="q-records" title=${t("supervision.records_hint")}><${Icon} name="list-details" cls="small" />
      ${t("supervision.records", { usable: count(queue.records.usable), due: count(queue.records.due), later: count(queue.records.later) })}</p>`}
    <p class="q-staff">
      <span class="tone-green" title=${t("supervision.ready")}><${Icon} name="circle" title=${t("supervision.ready")} />${people.ready}</span>
      <span class="tone-blue" title=${t("supervision.busy")}><${Icon} name="phone-call" title=${t("supervision.busy")} />${people.busy}</span>
      <span class="tone-purple" title=${t("supervision.after")}><${Icon} name="pencil" title=${t("supervision.after")} />${people.after}</span>
      <span class="tone-orange" title=${t("supervision.pause")}><${Icon} name="coffee" title=${t("supervision.pause")} />${people.pause}</span>
      <span class="q-target">${target}</span>
    </p>
  </article>`;
}

export function Tiles() {
  const shown = b.queues(board.value);
  if (!shown.length && board.value.seen) {
    return html`<div class="card empty-list"><${Icon} name="list-details" /><h2>${t("supervision.no_queues")}</h2><p>${t("supervision.no_queues_hint")}</p></div>`;
  }
  return html`<section class="q-tiles" aria-label=${t("supervision.queues")}>${shown.map((queue) => html`<${Tile} key=${queue.id} queue=${queue} />`)}</section>`;
}
