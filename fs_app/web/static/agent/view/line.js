/** A line's box: who, since when, what may be done with it (BA-120). */

import { keyOf, lineActions, recordingLook } from "../actions.js";
import { phone } from "../phone.js";
import { facts } from "../store.js";
import { Ask, html, Icon, Since, t, withKey } from "./parts.js";

const ICONS = { RINGING: "phone-incoming", TALKING: "phone", HELD: "music", DIALING: "phone-outgoing" };

/** Is it recorded? Colour and icon always; words too when it is not as it should be. */
function Recorded({ line }) {
  const look = recordingLook(line);
  if (!look) return null;
  const said = look.problem ? t(`recording.problem.${look.problem}`) : t(`desk.recording.${look.state}`);
  const words = look.state === "paused" ? t("desk.recording.paused_short") : look.state === "problem" ? t("desk.recording.problem_short") : "";
  return html`<span class=${`recording ${look.cls}`} title=${said} role="img" aria-label=${said}>
    <${Icon} name=${look.icon} cls="small" />${words && html`<small aria-hidden="true">${words}</small>`}</span>`;
}

export function Line({ line, main }) {
  const number = phone(line.number, facts.value.country);
  const name = line.name || number || t("desk.unknown_number");
  const state = t(`desk.line.${line.state}`);
  return html`<section class=${`line is-${line.state.toLowerCase()}${main ? " is-main" : ""}`} aria-label=${`${name}, ${state}`}>
    <${Icon} name=${ICONS[line.state] ?? "phone"} title=${state} />
    <span class="line-who"><bdi title=${line.name && number ? `${line.name} · ${number}` : name}>${name}</bdi>
      ${line.state === "RINGING" ? html`<small>${t("desk.line.pick_up")}</small>` : line.state === "HELD" || line.state === "DIALING" ? html`<small>${state}</small>` : null}
      ${line.callback && html`<small class="line-callback">${t("desk.line.callback")}</small>`}</span>
    <${Since} stamp=${line.since} />
    <${Recorded} line=${line} />
    ${lineActions(line).map((action) => html`
      <${Ask} key=${action.name} event=${action.event} data=${action.data} cls=${`line-button${action.danger ? " is-danger" : ""}`}
        label=${main ? withKey(t(`desk.line.${action.name}`), keyOf(action.name)) : t(`desk.line.${action.name}`)}>
        <${Icon} name=${action.icon} /><//>`)}
  </section>`;
}
