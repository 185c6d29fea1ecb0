/** Ends the delay after an unanswered call, or the pause between two calls (BA-50). */

import { canEndDelay } from "../actions.js";
import { picture } from "../store.js";
import { Ask, html, t } from "../view/parts.js";

const shown = () => Boolean(picture.value && canEndDelay(picture.value));

function Body() {
  return html`<${Ask} event="agent.end_delay" cls="btn btn-sm end-delay" label=${t("desk.end_delay")}>${t("desk.end_delay")}<//>`;
}

export const module = { name: "delay", title: "desk.module.delay", icon: "hourglass", where: "bandeau", Body, shown };
