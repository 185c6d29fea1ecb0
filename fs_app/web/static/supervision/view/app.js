/** The supervisor's page: head, what is wrong, tiles, agents, calls. */

import { clock as timeOfDay } from "../../js/lib/time.js";
import { board, dialog, dismiss, may, stale, toasts } from "../store.js";
import { Agents } from "./agents.js";
import { Calls } from "./calls.js";
import { Dialogs } from "./dialogs.js";
import { ListeningBar } from "./listening.js";
import { html, Icon, t } from "./parts.js";
import { Tiles } from "./tiles.js";

function Strip({ tone, icon, children }) {
  return html`<div class=${`notice tone-${tone}`} role="alert"><${Icon} name=${icon} /><span>${children}</span></div>`;
}

function Trouble() {
  const { link, seen, switch: link_to_switch } = board.value;
  if (link === "refused") return html`<${Strip} tone="red" icon="lock">${t("supervision.signed_out")} <a href="/login?next=/supervision">${t("supervision.log_in_again")}</a><//>`;
  if (link === "down") return html`<${Strip} tone="orange" icon="wifi-off">${t(seen ? "supervision.reconnecting" : "desk.unreachable")}<//>`;
  if (link === "up" && seen && !link_to_switch.up) {
    return html`<${Strip} tone="red" icon="plug-connected-x">${t("supervision.switch_down", { time: timeOfDay(link_to_switch.since) })}<//>`;
  }
  return null;
}

function Toasts() {
  const look = { error: ["red", "alert-circle"], success: ["green", "circle-check"], info: ["blue", "info-circle"] };
  return html`<div class="s-toasts" role="region" aria-label=${t("desk.messages")}>${toasts.value.map((one) => {
    const [tone, icon] = look[one.level] ?? look.info;
    return html`<div key=${one.id} class=${`s-toast tone-${tone}`} role=${one.level === "error" ? "alert" : "status"}><${Icon} name=${icon} /><span>${one.text}</span>
      <button type="button" class="tool" aria-label=${t("desk.dismiss")} onClick=${() => dismiss(one.id)}><${Icon} name="x" /></button></div>`;
  })}</div>`;
}

function Head() {
  const present = [...board.value.agents.values()].filter((agent) => agent.state !== "LOGGED_OUT").length;
  return html`<div class="page-head"><div><h1>${t("supervision.title")}</h1><p>${board.value.seen ? t("supervision.present", { n: present }) : t("desk.connecting")}</p></div>
    <div class="actions">
      ${may("supervision.steer") && html`<button type="button" class="btn" onClick=${() => { dialog.value = { kind: "message", agent: null }; }}><${Icon} name="mail" />${t("supervision.message")}</button>`}
      <a class="btn btn-primary" href="/supervision/wall" target="_blank" rel="noopener"><${Icon} name="external-link" />${t("supervision.wall")}</a>
    </div></div>`;
}

export function App() {
  return html`<${Head} /><${Trouble} /><${ListeningBar} />
    <div class=${`floor${stale.value && board.value.seen ? " is-stale" : ""}`}><${Tiles} />
      <div class="floor-columns"><${Agents} /><${Calls} /></div></div><${Toasts} /><${Dialogs} />`;
}
