/** Who is to be called back in the agent's queues (BA-110), with the keys to do it. */

import { phone } from "../phone.js";
import { facts } from "../store.js";
import { Ask, html, Icon, Module, Since, t } from "./parts.js";

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

export function Callbacks({ callbacks }) {
  const { open, list } = callbacks ?? { open: 0, list: [] };
  return html`<${Module} name="callbacks" title=${t("desk.callbacks")} aside=${open ? t("desk.callbacks.open", { n: open }) : ""}>
    ${open === 0 ? html`<p class="module-empty">${t("desk.callbacks.none")}</p>` : html`<table class="module-table callbacks">
      <tbody>${list.map((one) => html`<tr key=${one.id}>
        <td><bdi>${one.name || phone(one.number, facts.value.country) || t("desk.unknown_number")}</bdi>
          <small>${one.queue?.name} · ${status(one)}</small></td>
        <td class="num"><${Since} stamp=${one.since} /></td>
        <td><${Keys} one=${one} /></td></tr>`)}</tbody>
    </table>
    <p class="module-more"><a href="/callbacks" target="_blank" rel="noopener">${t("desk.callbacks.all")}</a></p>`}
  <//>`;
}
