/** A line's box: who, since when, what may be done with it (BA-120..124, BA-130). */

import { keyOf, lineActions, lineIcon, recordingLook } from "../actions.js";
import { phone } from "../phone.js";
import { facts, isOn, picture } from "../store.js";
import { Keypad } from "./keypad.js";
import { Ask, html, Icon, Since, t, withKey } from "./parts.js";

const RECORDING = new Set(["start_recording", "pause_recording", "resume_recording"]);

/**
 * Is it recorded? Colour and icon always; words too when it is not as it should be. Where the agent may change it, it is
 * the button that does.
 */
function Recorded({ line, action, label }) {
  const look = recordingLook(line);
  if (!look && !action) return null;
  const said = !look ? label : look.problem ? t(`recording.problem.${look.problem}`) : t(`desk.recording.${look.state}`);
  const words = look?.state === "paused" ? t("desk.recording.paused_short") : look?.state === "problem" ? t("desk.recording.problem_short") : "";
  const inside = html`<${Icon} name=${look?.icon ?? action.icon} cls=${action ? "" : "small"} />${words && html`<small aria-hidden="true">${words}</small>`}`;
  if (!action) return html`<span class=${`recording ${look.cls}`} title=${said} role="img" aria-label=${said}>${inside}</span>`;
  return html`<${Ask} event=${action.event} data=${action.data} cls=${`line-button recording ${look?.cls ?? ""}`} label=${label}
    title=${look ? `${said} · ${label}` : label}>${inside}${look && html`<span class="visually-hidden">, ${said}</span>`}<//>`;
}

/** What is to be known beside the name: state, who wanted it, where he comes from. */
function About({ line }) {
  const state = t(`desk.line.${line.state}`);
  const notes = [];
  if (line.state === "RINGING") notes.push(line.kind === "consult" && !line.consulted_by ? state : t("desk.line.pick_up"));
  else if (line.state !== "TALKING") notes.push(state);
  if (line.muted) notes.push(t("desk.line.muted"));
  if (line.consulted_by) notes.push(t("desk.line.consulted_by", { name: line.consulted_by.name }));
  return html`${notes.length > 0 && html`<small>${notes.join(" · ")}</small>`}
    ${line.callback && html`<small class="line-callback">${t("desk.line.callback")}</small>`}`;
}

export function Line({ line, main }) {
  const number = phone(line.number, facts.value.country);
  const named = line.party?.kind === "number" && line.party.name === line.number ? "" : line.party?.name;
  const name = line.name || named || number || t("desk.unknown_number");
  const state = t(`desk.line.${line.state}`);
  const actions = lineActions(line, picture.value.lines, isOn);
  const labelOf = (action) => {
    const text = t(`desk.line.${action.name}`);
    return main || action.name === "swap" ? withKey(text, keyOf(action.name)) : text;
  };
  const recording = actions.find((action) => RECORDING.has(action.name));
  const look = (action) => `line-button${action.danger ? " is-danger" : ""}${action.pressed ? " is-pressed" : ""}${action.tone ? ` tone-${action.tone} is-toned` : ""}`;
  return html`<section class=${`line is-${line.state.toLowerCase()}${main ? " is-main" : ""}`} aria-label=${`${name}, ${state}`} data-line=${line.id}>
    <${Icon} name=${lineIcon(line)} title=${state} />
    <span class="line-who"><bdi title=${name !== number && number ? `${name} · ${number}` : name}>${name}</bdi><${About} line=${line} /></span>
    <${Since} stamp=${line.since} />
    ${!recording && html`<${Recorded} line=${line} />`}
    ${actions.map((action) => {
      if (action === recording) return html`<${Recorded} key="recording" line=${line} action=${action} label=${labelOf(action)} />`;
      if (action.opens) return html`<${Keypad} key=${action.name} line=${line} label=${labelOf(action)} cls=${look(action)} icon=${action.icon} />`;
      return html`<${Ask} key=${action.name} event=${action.event} data=${action.data} cls=${look(action)} label=${labelOf(action)}
        aria-pressed=${action.pressed}><${Icon} name=${action.icon} /><//>`;
    })}
  </section>`;
}
