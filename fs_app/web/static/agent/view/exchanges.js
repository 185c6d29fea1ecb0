/** The last exchanges with this person, newest first. */

import { clock as timeOfDay, dayMonth } from "../../js/lib/time.js";
import { clock } from "../timers.js";
import { html, Icon, t } from "./parts.js";

function look(exchange) {
  if (exchange.direction === "outbound") return { icon: "phone-outgoing", tone: exchange.answered ? "green" : "red" };
  return exchange.answered ? { icon: "phone-incoming", tone: "green" } : { icon: "phone-x", tone: "red" };
}

function Exchange({ one }) {
  const { icon, tone } = look(one);
  const result = one.disposition || t(one.answered ? "desk.exchange.unqualified" : "desk.exchange.missed");
  const who = [one.queue, one.agent].filter(Boolean).join(" · ");
  const when = html`${dayMonth(one.at)} <small>${timeOfDay(one.at)}</small>`;
  return html`<tr>
    <td class=${`tone-${tone} exchange-icon`}><${Icon} name=${icon} title=${t(`desk.exchange.${one.direction === "outbound" ? "out" : "in"}`)} /></td>
    <td class="exchange-when">${one.open ? html`<a href=${`/calls/${encodeURIComponent(one.call)}`} target="_blank" rel="noopener">${when}</a>` : when}</td>
    <td class="exchange-what"><span class=${one.disposition ? "" : "text-secondary"}><bdi>${result}</bdi></span>
      <small><bdi>${who}</bdi></small>${one.note && html`<small class="exchange-note"><bdi>${one.note}</bdi></small>`}</td>
    <td class="num">${clock(one.answered ? one.talk_ms : one.wait_ms)}</td>
  </tr>`;
}

export function Exchanges({ record }) {
  const { history } = record.data;
  return html`<section class="exchanges"><h2>${t("desk.exchanges")}</h2>
    ${history.length ? html`<table><tbody>${history.map((one) => html`<${Exchange} key=${one.call} one=${one} />`)}</tbody></table>`
      : html`<p class="module-empty">${t("desk.exchanges.none")}</p>`}</section>`;
}
