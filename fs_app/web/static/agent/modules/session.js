/** Available or not (BA-10): one of two facts side by side; the other, what the agent does now, is the state beside it. */

import { availabilityMenu, mustLogIn, wanted } from "../actions.js";
import { live, picture, send } from "../store.js";
import { leave } from "../view/person.js";
import { html, Icon, Menu, t, withKey } from "../view/parts.js";

function Body() {
  const p = picture.value;
  const now_ = wanted(p);
  const later = p.presence.wanted != null;
  const text = now_.name === "AVAILABLE" ? t("desk.available") : now_.reason?.label ?? t(`desk.state.${now_.name}`);
  const tone = now_.name === "AVAILABLE" ? "green" : now_.name === "BACK_OFFICE" ? "teal" : now_.reason ? "orange" : now_.name === "LOGGED_OUT" ? "grey" : "red";
  const button = html`<span class=${`dot tone-${tone}`}></span>
    <span class="availability-text"><bdi>${text}</bdi>${later && html`<small>${t("desk.after_call")}</small>`}</span>
    <span class="visually-hidden">, ${t("desk.availability")}</span><${Icon} name="chevron-down" cls="small" />`;
  const labels = { available: "desk.available", back_office: "desk.state.BACK_OFFICE", unavailable: "desk.unavailable_plain" };
  const tones = { available: "green", back_office: "teal", unavailable: "red" };
  const labelOf = (entry) => entry.label ?? t(labels[entry.key]);
  const toneOf = (entry) => tones[entry.key] ?? "orange";
  return html`<${Menu} cls="availability" spoken label=${withKey(t("desk.availability"), "availability")} button=${button}
    disabled=${!live.value || mustLogIn(p)}>${(close) => availabilityMenu(p).map((entry) => html`
      <button type="button" key=${entry.key} role="menuitemradio" aria-checked=${String(entry.current)}
        onClick=${() => { close(); if (!entry.current) send(entry.event, entry.data); }}>
        <span class=${`dot tone-${toneOf(entry)}`}></span><bdi>${labelOf(entry)}</bdi>
        ${entry.current && html`<${Icon} name="check" cls="small" />`}
      </button>`).concat(html`<hr key="line" />`, html`<button type="button" key="leave" role="menuitem" onClick=${() => { close(); leave(); }}>
        <${Icon} name="logout" cls="small" /><span>${t("desk.leave")}</span></button>`)}
  <//>`;
}

export const module = { name: "session", title: "desk.module.session", icon: "user-check", where: "bandeau", Body };
