/** The agent's own callbacks by day or week, on the account's clocks (PW-90). */

import { useEffect, useState } from "../../vendor/preact.js";
import { request } from "../../js/lib/http.js";
import { lang } from "../../js/lib/i18n.js";
import { clock as timeOfDay } from "../../js/lib/time.js";
import { now, signedOut } from "../store.js";
import { html, Icon, t } from "../view/parts.js";
import { zone } from "./card.js";
import { days, fingerprint, standing, turned } from "./logic.js";
import { nameOf } from "./parts.js";
import { chosen, outbound, own } from "./store.js";

const titles = (options) => new Intl.DateTimeFormat(lang() === "en" ? "en-GB" : lang(), { timeZone: zone(), ...options });

function Day({ day, items, alone }) {
  const title = titles(alone ? { weekday: "long", day: "numeric", month: "long" } : { weekday: "short", day: "2-digit", month: "2-digit" }).format(day.begin + 43_200_000);
  const today = now.value >= day.begin && now.value < day.end;
  return html`<div class=${`out-day${today ? " is-today" : ""}`}><h3>${title}</h3>
    ${items.length === 0 ? html`<p class="out-before-none">–</p>` : html`<ul>${items.map((item) => html`<li key=${item.id}><button type="button" class=${`out-slot is-${standing(item, now.value).kind}`} aria-pressed=${chosen.value === item.id}
      onClick=${() => { chosen.value = chosen.value === item.id ? null : item.id; }}><b>${timeOfDay(item.due_at)}</b> <bdi>${nameOf(item)}</bdi>${item.note && html`<small><bdi>${item.note}</bdi></small>`}</button></li>`)}</ul>`}</div>`;
}

export function Calendar() {
  const [view, setView] = useState("week");
  const [at, setAt] = useState(now.value);
  const [items, setItems] = useState(null);
  const shown = days(at, view, zone());
  const [begin, end] = [shown[0].begin, shown.at(-1).end];
  const mark = fingerprint(outbound.value);
  useEffect(() => {
    let here = true;
    const timer = setTimeout(async () => {
      try {
        const answer = await request("GET", `/agent/callbacks/calendar?since=${begin}&until=${end}`);
        if (!here) return;
        setItems(answer.items);
        own.value = answer.items;
      } catch (error) {
        if (error.status === 401) signedOut();
        else if (here) setItems((known) => known ?? []);
      }
    }, items ? 150 : 0);
    return () => { here = false; clearTimeout(timer); };
  }, [begin, end, mark]);
  const step = (by) => setAt(turned(at, view, by, zone()));
  return html`<div class="out-calendar"><div class="out-calendar-head">
      <button type="button" class="tool" aria-label=${t("outbound.calendar.before")} title=${t("outbound.calendar.before")} onClick=${() => step(-1)}><${Icon} name="chevron-left" /></button>
      <button type="button" class="btn btn-sm" onClick=${() => setAt(now.value)}>${t("outbound.calendar.today")}</button>
      <button type="button" class="tool" aria-label=${t("outbound.calendar.after")} title=${t("outbound.calendar.after")} onClick=${() => step(1)}><${Icon} name="chevron-right" /></button>
      <b class="out-calendar-title" role="status">${titles({ month: "long", year: "numeric" }).format(shown[0].begin + 43_200_000)}</b>
      <div class="out-views" role="group" aria-label=${t("outbound.calendar.view")}>${["day", "week"].map((one) => html`<button type="button" key=${one} class=${`out-view${one === view ? " is-on" : ""}`} aria-pressed=${one === view} onClick=${() => setView(one)}>${t(`outbound.calendar.${one}`)}</button>`)}</div></div>
    ${items === null ? html`<p class="module-empty" aria-busy="true">${t("desk.module.loading")}</p>` : html`<div class=${`out-days is-${view}`}>${shown.map((day) => html`<${Day} key=${day.key} day=${day} alone=${view === "day"} items=${items.filter((one) => one.due_at >= day.begin && one.due_at < day.end)} />`)}</div>`}
    ${items?.length === 0 && html`<p class="module-empty">${t("outbound.calendar.none")}</p>`}</div>`;
}
