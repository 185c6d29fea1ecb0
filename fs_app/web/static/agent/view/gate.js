/** What stands in place of the work: take my place, open elsewhere, login ended. */

import { useState } from "../../vendor/preact.js";
import * as alarm from "../alarm.js";
import * as pop from "../pop.js";
import { live, page, picture, send, toast, update } from "../store.js";
import { linkUp } from "../state.js";
import { html, Icon, t } from "./parts.js";
import { PhoneChoice } from "./phone_choice.js";

function Card({ icon, tone, title, children }) {
  return html`<main id="main" class="gate" tabindex="-1"><section class="card gate-card">
    <span class=${`gate-icon tone-${tone}`}><${Icon} name=${icon} /></span><h1>${title}</h1>${children}</section></main>`;
}

/** The click that begins the day also unlocks sound and notifications: browsers want one for both. */
export function TakePlace() {
  const [busy, setBusy] = useState(false);
  const p = picture.value;
  const take = async () => {
    setBusy(true);
    pop.prepare();
    const sound = alarm.unlock({ ask: true });
    await send("agent.log_in");
    setBusy(false);
    if (!(await sound)) toast("warning", t("desk.ring.locked"));
  };
  return html`<${Card} icon="headset" tone="blue" title=${t("desk.hello", { name: p.agent.name })}>
    <${PhoneChoice} />
    <button type="button" class="btn btn-primary btn-lg" disabled=${busy || !live.value} onClick=${take} autofocus>
      <${Icon} name="power" />${t("desk.take")}</button>
    <p class="gate-hint">${t("desk.take.hint")}</p>
  <//>`;
}

export function Elsewhere() {
  const replaced = page.value.place === "replaced";
  return html`<${Card} icon=${replaced ? "arrows-exchange" : "apps"} tone="orange" title=${t(replaced ? "desk.replaced" : "desk.elsewhere")}>
    <p>${t("desk.elsewhere.lead")}</p>
    <button type="button" class="btn btn-primary" disabled=${page.value.link !== "up"} onClick=${() => { update(linkUp); send("agent.take_over"); }}>
      ${t("desk.take_over")}</button>
  <//>`;
}

export function SignedOut() {
  const next = encodeURIComponent(location.pathname);
  return html`<${Card} icon="lock" tone="orange" title=${t("desk.signed_out")}>
    <p>${t("desk.signed_out.lead")}</p>
    <a class="btn btn-primary" href=${`/login?next=${next}`}>${t("desk.signed_out.again")}</a>
  <//>`;
}
