/** Promising the person on the line (or of the call just over) to call again: when, and who does it (HN-150). */

import { signal, useEffect, useState } from "../../vendor/preact.js";
import { dateTime } from "../../js/lib/time.js";
import { live, now, qualification, send } from "../store.js";
import { html, Icon, t } from "../view/parts.js";
import { Moment, zone } from "./card.js";
import { momentOf, PUT_OFF } from "./logic.js";
import { outbound } from "./store.js";

/** What was promised of the call that is worked on: {call, at, mine}. */
const booked = signal(null);

/** The disposition `id` of the tree; null when there is none. */
export function dispositionOf(tree, id) {
  for (const one of tree ?? []) {
    const found = one.id === id ? one : dispositionOf(one.children, id);
    if (found) return found;
  }
  return null;
}

/** `needed`: the chosen result asks for one; `own`: for one of the agent's own. */
export function Book({ needed: asked, own = false }) {
  const needed = asked || own;
  const { call, note } = qualification.value;
  const [open, setOpen] = useState(false);
  const [mine, setMine] = useState(true);
  const [at, setAt] = useState("");
  const [busy, setBusy] = useState(false);
  useEffect(() => { setOpen(false); setAt(""); }, [call]);
  useEffect(() => { if (needed) setOpen(true); if (own) setMine(true); }, [needed, own]);
  const rules = outbound.value?.booking;
  if (!rules) return null;
  const done = booked.value?.call === call ? booked.value : null;
  const book = async (when, moment) => {
    if (busy) return;
    setBusy(true);
    const answer = await send("outbound.book", { call, mine, note: note.slice(0, 1000), ...when });
    setBusy(false);
    if (answer.ok) { booked.value = { call, at: moment, mine }; setOpen(false); }
  };
  const off = !live.value || busy;
  const choose = (who) => html`<label class="form-check"><input class="form-check-input" type="radio" name="book-for" checked=${mine === (who === "mine")} onChange=${() => setMine(who === "mine")} />
    <span class="form-check-label">${t(`book.${who}`)}</span></label>`;
  return html`<div class="book"><button type="button" class="book-head" aria-expanded=${open} onClick=${() => setOpen(!open)}><${Icon} name="calendar-clock" cls="small" />${t("book.title")}<${Icon} name=${open ? "chevron-up" : "chevron-down"} cls="small" /></button>
    ${done && html`<p class="standing tone-green"><${Icon} name="check" cls="small" /><span>${t("book.booked", { when: done.at ? dateTime(done.at) : t("book.any_time"), who: t(done.mine ? "book.mine" : "book.all") })}</span></p>`}
    ${needed && !done && html`<p class="standing tone-amber"><${Icon} name="alert-circle" cls="small" /><span>${t("book.needed")}</span></p>`}
    ${open && html`<div class="book-for" role="radiogroup" aria-label=${t("book.for")}>${choose("mine")}${choose("all")}</div>
      <div class="out-quick" role="group" aria-label=${t("outbound.later_by")}><button type="button" class="btn btn-sm" disabled=${off} onClick=${() => book({}, null)}>${t("book.any_time")}</button>${PUT_OFF.map((minutes) => html`
        <button type="button" class="btn btn-sm" key=${minutes} data-minutes=${minutes} disabled=${off} onClick=${() => book({ minutes }, now.value + minutes * 60_000)}>${t(`outbound.in.${minutes}`)}</button>`)}</div>
      <${Moment} item=${rules} label=${t("outbound.at")} value=${at} onInput=${setAt} onChoose=${(text) => book({ at: text }, momentOf(new Date(`${text}:00Z`), zone()))} />`}</div>`;
}
