/** The agent's figures (BA-140): session, day, week, month. Each says what it counts. Asks only while it is open. */

import { signal, useEffect, useState } from "../../vendor/preact.js";
import { request } from "../../js/lib/http.js";
import { dateTime } from "../../js/lib/time.js";
import { clock } from "../timers.js";
import { picture, signedOut } from "../store.js";
import { html, t } from "../view/parts.js";

const PERIODS = ["session", "today", "week", "month"];
const PARTS = {
  in: ["presented", "taken", "missed", "mean_handling_ms", "mean_talk_ms", "mean_wrap_up_ms", "handling_ms", "talk_ms"],
  out: ["made", "made_mean_ms", "made_ms"],
};
const LATER_MS = 700; // the database hears of a call a moment after the page

const figures = signal(null);
const trouble = signal("");

async function load() {
  try {
    figures.value = await request("GET", "/agent/statistics");
    trouble.value = "";
  } catch (error) {
    if (error.status === 401) signedOut();
    else trouble.value = error.text;
  }
}

function shown(name, of) {
  const value = of?.[name];
  if (value == null) return "–";
  return name.endsWith("_ms") ? clock(value) : value;
}

/** The name of a figure; what it counts is said on hover and on focus. */
function Name({ name }) {
  const [open, setOpen] = useState(false);
  const id = `about-${name}`;
  return html`<th scope="row"><span class="stat-name" tabindex="0" aria-describedby=${id} onFocus=${() => setOpen(true)} onBlur=${() => setOpen(false)}
    onKeyDown=${(event) => event.key === "Escape" && setOpen(false)} onMouseEnter=${() => setOpen(true)} onMouseLeave=${() => setOpen(false)}>${t(`desk.statistics.${name}`)}</span>
    <span id=${id} role="tooltip" class="stat-about" hidden=${!open}>${t(`desk.statistics.about.${name}`)}</span></th>`;
}

function Body() {
  const p = picture.value;
  const happened = JSON.stringify([p?.today, p?.state.name, p?.state.since]);
  useEffect(() => {
    const timer = setTimeout(load, figures.value ? LATER_MS : 0);
    return () => clearTimeout(timer);
  }, [happened]);
  const all = figures.value;
  if (trouble.value && !all) return html`<p class="module-empty" role="alert">${trouble.value} <button type="button" class="btn btn-sm" onClick=${load}>${t("desk.retry")}</button></p>`;
  if (!all) return html`<p class="module-empty" aria-busy="true">${t("desk.module.loading")}</p>`;
  return html`<table class="module-table statistics">
    <thead><tr><td></td>${PERIODS.map((name) => html`<th scope="col" class="num" key=${name}>${t(`desk.statistics.${name}`)}</th>`)}</tr></thead>
    ${Object.entries(PARTS).map(([part, names]) => html`<tbody key=${part}>
      <tr><th scope="colgroup" colspan="5" class="stat-part">${t(`desk.statistics.${part}`)}</th></tr>
      ${names.map((name) => html`<tr key=${name} data-figure=${name}><${Name} name=${name} />
        ${PERIODS.map((period) => html`<td class="num" key=${period} data-period=${period}>${shown(name, all[period])}</td>`)}</tr>`)}</tbody>`)}
  </table>
  ${all.session_since != null && html`<p class="module-more">${t("desk.statistics.session_since", { at: dateTime(all.session_since) })}</p>`}`;
}

/** Seen while it is folded: calls taken today. */
function Aside() {
  const { today } = picture.value ?? {};
  return today ? t("desk.today.taken_long", { n: today.taken }) : null;
}

export const module = { name: "statistics", title: "desk.module.statistics", icon: "chart-bar", where: "column", folded: true, Body, Aside };
