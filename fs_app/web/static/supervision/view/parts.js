/** Small parts that every view of supervision uses. */

import { html } from "../../vendor/preact.js";
import { Icon } from "../../js/lib/icons.js";
import { t } from "../../js/lib/i18n.js";
import { elapsed } from "../../agent/timers.js";
import { phone } from "../../agent/phone.js";
import { connected, facts, now, pending, send } from "../store.js";
import { LOOK } from "../levels.js";

export { html, Icon, t };

/** Time since a stamp of the server, renewed each second. */
export function Since({ stamp }) {
  return html`<span class="timer">${stamp ? elapsed(stamp, now.value) : "–"}</span>`;
}

export const number = (text) => phone(text, facts.value.country) || t("desk.unknown_number");

const STATE_LOOK = {
  LOGGED_OUT: ["grey", "power"],
  UNAVAILABLE: ["orange", "coffee"],
  IDLE: ["green", "circle"],
  RINGING: ["yellow", "bell-ringing"],
  DIALING: ["yellow", "phone-outgoing"],
  IN_CALL: ["blue", "phone-call"],
  WRAP_UP: ["purple", "pencil"],
  INTER_CALL: ["amber", "hourglass"],
  NO_ANSWER_DELAY: ["amber", "clock-pause"],
  BACK_OFFICE: ["teal", "notes"],
  PREVIEW: ["teal", "eye"],
};
export function stateLook(state, reason = "x") {
  const [tone, icon] = STATE_LOOK[state] ?? ["grey", "circle-dot"];
  return { tone: state === "UNAVAILABLE" && !reason ? "red" : tone, icon };
}

/** Colour, symbol and (for those who see neither) words. */
export function Level({ level, children }) {
  const { tone, icon } = LOOK[level];
  const says = level === "warn" || level === "bad";
  return html`<span class=${`level tone-${tone}`}>${says && html`<${Icon} name=${icon} title=${t(`supervision.level.${level}`)} />`}${children}</span>`;
}

/** An entry of a menu that asks the server one thing. */
export function Entry({ icon, label, event, data, close, onPick, tone = "" }) {
  const busy = event && pending.value.has(event + JSON.stringify(data));
  const pick = () => {
    close();
    if (onPick) onPick();
    else send(event, data);
  };
  return html`<button type="button" role="menuitem" class=${tone && `tone-${tone}`} disabled=${busy || !connected.value} onClick=${pick}>
    <${Icon} name=${icon} /><span>${label}</span></button>`;
}
