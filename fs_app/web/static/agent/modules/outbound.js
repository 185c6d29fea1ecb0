/** The outbound module (BA-110 … BA-112): mode of calling, who is shown, who comes next. The whole list lies where the record is. */

import { useState } from "../../vendor/preact.js";
import { facts, isOn } from "../store.js";
import { Ask, html, Icon, t } from "../view/parts.js";
import { Card } from "../outbound/card.js";
import { may } from "../outbound/logic.js";
import { Due, ModeSwitch, nameOf, Owner, Status } from "../outbound/parts.js";
import { itemOf, outbound } from "../outbound/store.js";

const NEXT = 5;
const MOST = 20;

/** Who is shown to the agent lies where the record is, when there is such a place. */
const hasPlace = () => !facts.value.alone && isOn("pop");

function Aside() {
  const counters = outbound.value?.counters;
  if (!counters) return null;
  return html`${counters.overdue > 0 && html`<span class="pill tone-red">${t("outbound.overdue", { n: counters.overdue })}</span> `}${counters.due > 0 ? t("outbound.to_call", { n: counters.due }) : ""}`;
}

function Line({ item, open, onOpen }) {
  return html`<li class=${open ? "is-open" : ""}>
    <button type="button" class="out-line" aria-expanded=${open} onClick=${onOpen}><span class="out-line-who"><bdi>${nameOf(item)}</bdi><${Due} item=${item} /></span>
      <span class="out-line-more"><bdi>${item.queue?.name}</bdi><${Status} item=${item} /><${Owner} item=${item} /></span></button>
    ${may(item).call && html`<${Ask} event="outbound.call" data=${{ item: item.id }} cls="tool" label=${t("outbound.call_who", { who: nameOf(item) })}><${Icon} name="phone-outgoing" cls="small" /><//>`}</li>`;
}

function Body() {
  const [open, setOpen] = useState(null);
  const [all, setAll] = useState(false);
  const now = outbound.value;
  if (!now) return html`<p class="module-empty">${t("desk.callbacks.none")}</p>`;
  const elsewhere = hasPlace();
  const { preview, list } = now;
  const first = list.filter((item) => item.id !== preview?.id).slice(0, all ? MOST : NEXT);
  const chosen = open && first.some((item) => item.id === open) ? itemOf(open) : null;
  return html`<${ModeSwitch} name="column" />
    ${preview && !elsewhere && html`<${Card} item=${preview} preview compact />`}
    ${list.length === 0 ? html`<p class="module-empty">${t("desk.callbacks.none")}</p>` : html`<ul class="out-list">${first.map((item) => html`
      <${Line} key=${item.id} item=${item} open=${chosen?.id === item.id} onOpen=${() => setOpen(open === item.id ? null : item.id)} />
      ${chosen?.id === item.id && html`<li class="out-inside"><${Card} item=${chosen} compact onClose=${() => setOpen(null)} /></li>`}`)}</ul>`}
    ${list.length > NEXT + 1 && html`<button type="button" class="out-all" onClick=${() => setAll(!all)}>${t(all ? "outbound.fewer" : "outbound.more")}</button>`}`;
}

export const module = { name: "outbound", title: "desk.module.outbound", icon: "phone-outgoing", where: "column", Body, Aside };
