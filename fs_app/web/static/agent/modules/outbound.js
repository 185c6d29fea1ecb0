/** Who is to be called back in the agent's queues (BA-110), with the keys to do it. */

import { phone } from "../phone.js";
import { facts, picture } from "../store.js";
import { Ask, html, Icon, Since, t } from "../view/parts.js";

function status(one) {
  if (one.under_way) return t("desk.callback.under_way");
  if (one.mine) return t("desk.callback.mine");
  return one.state === "RESERVED" ? t("desk.callback.of", { name: one.owner }) : t(`desk.callback.reason.${one.reason}`);
}

function Keys({ one }) {
  const data = { callback: one.id };
  const free = one.state === "OPEN" || one.mine;
  const key = (event, icon) => html`<${Ask} event=${`callback.${event}`} data=${data} cls="tool" label=${t(`desk.callback.${event}`)}>
    <${Icon} name=${icon} cls="small" /><//>`;
  return html`<span class="callback-keys">
    ${free && one.number && key("call", "phone-outgoing")}
    ${one.state === "OPEN" && key("take", "user-check")}
    ${one.mine && key("release", "arrow-back-up")}
    ${free && key("done", "circle-check")}</span>`;
}

const callbacks = () => picture.value?.callbacks ?? { open: 0, list: [] };

function Aside() {
  const { open } = callbacks();
  return open ? t("desk.callbacks.open", { n: open }) : null;
}

function Body() {
  const { open, list } = callbacks();
  if (open === 0) return html`<p class="module-empty">${t("desk.callbacks.none")}</p>`;
  return html`<table class="module-table callbacks">
      <tbody>${list.map((one) => html`<tr key=${one.id}>
        <td><bdi>${one.name || phone(one.number, facts.value.country) || t("desk.unknown_number")}</bdi>
          <small>${one.queue?.name} · ${status(one)}</small></td>
        <td class="num"><${Since} stamp=${one.since} /></td>
        <td><${Keys} one=${one} /></td></tr>`)}</tbody>
    </table>
    <p class="module-more"><a href="/callbacks" target="_blank" rel="noopener">${t("desk.callbacks.all")}</a></p>`;
}

export const module = { name: "outbound", title: "desk.callbacks", icon: "phone-outgoing", where: "column", Body, Aside };
