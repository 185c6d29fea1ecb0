/** The customer was given away on the telephone itself, where nobody tells the program (BA-40): the agent says so. */

import { picture, send } from "../store.js";
import { html, Icon, t } from "../view/parts.js";

const can = () => {
  const p = picture.value;
  const [line, ...others] = p?.lines ?? [];
  // In the page there is no such key, a permanent line belongs to the agent.
  return Boolean(line && !others.length && line.state === "TALKING" && !p.line_open && p.phone.how !== "softphone");
};

function Body() {
  return html`<div class="module-pad"><p>${t("desk.transferred.lead")}</p>
    <button type="button" class="btn btn-sm" onClick=${() => send("agent.transferred")}><${Icon} name="corner-up-right" />${t("desk.transferred.button")}</button></div>`;
}

export const module = { name: "transferred", title: "desk.module.transferred", icon: "corner-up-right", where: "column", folded: true, shown: can, Body };
