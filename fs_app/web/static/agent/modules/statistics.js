/** The day's figures (BA-140). */

import { clock } from "../timers.js";
import { picture } from "../store.js";
import { html, t } from "../view/parts.js";

function Body() {
  const { today } = picture.value;
  const figure = (value, text) => html`<div><dd>${value}</dd><dt>${text}</dt></div>`;
  const time = (ms) => (ms ? clock(ms) : "–"); // no call has ended yet: nothing to take a mean of
  return html`<dl class="figures">
    ${figure(today.taken, t("desk.today.taken", { n: today.taken }))}
    ${figure(today.missed, t("desk.today.missed", { n: today.missed }))}
    ${figure(time(today.mean_handling_ms), t("desk.today.mean_handling"))}
    ${figure(time(today.mean_talk_ms), t("desk.today.mean_talk"))}
  </dl>`;
}

export const module = { name: "statistics", title: "desk.today", icon: "chart-bar", where: "column", Body };
