// What becomes of the lines: figures that add up, and how far a work is.

import { html } from "../../vendor/preact.js";
import { t } from "../../js/lib/i18n.js";
import { duration } from "../../js/lib/time.js";
import { parts } from "../plan.js";
import { number } from "./parts.js";

export function Figures({ counts, listed }) {
  const all = parts(counts);
  const lines = counts.lines ?? all.reduce((sum, [, n]) => sum + n, 0);
  const beside = ["records", "list_filtered", "blacklisted", "rows", "values_dropped"].filter((name) => counts[name] > 0 || (listed && name === "records"));
  return html`<div class="im-figures">
    <p class="im-total"><strong>${number(lines)}</strong> ${t("wizard.lines_read", { n: lines })}</p>
    ${lines > 0 && html`<div class="phase-bar" aria-hidden="true">${all.filter(([, n]) => n > 0).map(([name, n, tone]) => html`<span key=${name} class=${`tone-${tone}`} style=${`flex-grow:${n}`}></span>`)}</div>`}
    <ul class="phase-key">${all.filter(([name, n]) => n > 0 || name === "new" || name === "refused").map(([name, n, tone]) => html`<li key=${name} class=${`tone-${tone}`}>${t(`wizard.part.${name}`)} <span>${number(n)}</span></li>`)}</ul>
    ${beside.length > 0 && html`<p class="im-beside">${beside.map((name) => html`<span key=${name}>${t(`wizard.beside.${name}`, { n: counts[name] ?? 0, many: number(counts[name] ?? 0) })}</span>`)}</p>`}
  </div>`;
}

export function Bar({ job }) {
  const waiting = job.phase === "waiting";
  const known = job.total > 0 && !waiting;
  const percent = known ? Math.min(100, Math.floor((100 * job.done) / job.total)) : 0;
  return html`<div class="work-bar im-bar"><progress max="100" value=${known ? percent : undefined} aria-label=${t(`wizard.state.${job.state}`)}></progress><span>${known ? `${percent} %` : t("wizard.waiting")}</span></div>
    <p class="im-speed" role="status">${known && html`<span>${t("wizard.done_of", { done: number(job.done), total: number(job.total) })}</span>`}
      ${job.per_second > 0 && html`<span>${t("wizard.per_second", { n: Math.round(job.per_second), speed: number(Math.round(job.per_second)) })}</span>`}
      ${job.seconds_left != null && html`<span>${t("wizard.time_left", { time: duration(job.seconds_left * 1000) })}</span>`}</p>`;
}

export function Reasons({ reasons }) {
  if (!reasons?.length) return null;
  return html`<div class="im-reasons"><h3 class="form-part">${t("wizard.why_refused")}</h3><ul class="rows">${reasons.map((one) => html`<li key=${one.reason}><span>${one.text}</span><span class="im-n">${number(one.n)}</span></li>`)}</ul></div>`;
}
