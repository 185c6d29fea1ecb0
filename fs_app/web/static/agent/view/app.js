/** The whole page: bandeau above, record left, modules right; or what stands in their place. */

import { mustLogIn } from "../actions.js";
import { useEffect, useState } from "../../vendor/preact.js";
import { announcement, dismiss, facts, isOn, overlay, page, picture, toast, toasts } from "../store.js";
import { Popup } from "./popup.js";
import { clock as timeOfDay } from "../../js/lib/time.js";
import { Bandeau } from "./bandeau.js";
import { SoftphoneStrip } from "../softphone/view.js";
import { Capture } from "./capture.js";
import { Column } from "./column.js";
import { Elsewhere, SignedOut, TakePlace } from "./gate.js";
import { html, Icon, Strip, t } from "./parts.js";
import { Main } from "../outbound/main.js";
import { Refused } from "./web.js";
import { Fresh } from "./words.js";

function Strips() {
  const { link, everUp } = page.value;
  const p = picture.value;
  return html`
    ${link === "down" && html`<${Strip} tone="orange" icon="wifi-off" role="alert">${t(everUp ? "desk.reconnecting" : "desk.unreachable")}<//>`}
    ${link === "up" && p && !p.switch.up && html`<${Strip} tone="red" icon="plug-connected-x" role="alert">
      ${t("desk.switch_down", { time: timeOfDay(p.switch.since) })}<//>`}
    ${link === "up" && p?.supervisor && html`<${Strip} tone=${p.supervisor.mode === "barge" ? "red" : "purple"} icon="user-plus">
      ${t(`desk.supervisor.${p.supervisor.mode}`, { name: p.supervisor.name })}<//>`}
    <${SoftphoneStrip} /><${Refused} /><${Capture} />
    ${link === "up" && p && !p.phone.registered && p.phone.how !== "softphone" && !mustLogIn(p) && html`<${Strip} tone="red" icon="plug-connected-x" role="alert">${t("desk.phone.lost_help")}<//>`}`;
}

function Toasts() {
  const icons = { error: "alert-circle", warning: "alert-triangle", success: "circle-check", info: "info-circle" };
  const tones = { error: "red", warning: "orange", success: "green", info: "blue" };
  return html`<div class="toasts" role="region" aria-label=${t("desk.messages")}>${toasts.value.map((one) => html`
    <div key=${one.id} class=${`desk-toast tone-${tones[one.level] ?? "blue"}`} role=${one.level === "error" ? "alert" : "status"}>
      <${Icon} name=${icons[one.level] ?? "info-circle"} /><span>${one.text}</span>
      <button type="button" class="tool" aria-label=${t("desk.dismiss")} onClick=${() => dismiss(one.id)}><${Icon} name="x" cls="small" /></button>
    </div>`)}</div>`;
}

function Work() {
  const p = picture.value;
  if (!p) return html`<main id="main" class="desk-main" tabindex="-1"></main>`;
  const alone = facts.value.alone;
  return html`<main id="main" class=${`desk-main${alone || !isOn("pop") ? " is-alone" : ""}`} tabindex="-1">
    ${!alone && isOn("pop") && html`<${Main} />`}
    <${Column} label=${t("desk.modules")} />
  </main>`;
}

function Place() {
  const { link, place } = page.value;
  if (link === "refused") return html`<${SignedOut} />`;
  if (place !== "here") return html`<${Elsewhere} />`;
  return html`<${Bandeau} /><${Strips} />${picture.value && mustLogIn(picture.value) ? html`<${TakePlace} />` : html`<${Work} />`}`;
}

/** What lies over the page, fetched when it is asked for first. */
const OVERLAYS = { settings: () => import("./settings.js").then((m) => m.Settings), help: () => import("./help.js").then((m) => m.Help) };

function Overlay() {
  const name = overlay.value;
  const [views, setViews] = useState({});
  useEffect(() => {
    if (!name || views[name]) return;
    OVERLAYS[name]().then((view) => setViews((before) => ({ ...before, [name]: view })), () => {
      overlay.value = null;
      toast("error", t("desk.module.failed"));
    });
  }, [name]);
  const View = name && views[name];
  return View ? html`<${View} key=${name} />` : null;
}

export function App() {
  return html`<${Place} /><${Popup} /><${Overlay} /><${Toasts} />${page.value.place === "here" && html`<${Fresh} />`}
    <div class="visually-hidden" role="status" aria-live="assertive" aria-atomic="true">${announcement.value}</div>`;
}
