/** The agent's lines, a box each, in the bandeau or in the column as the profile says, or in a window of their own (BA-120..124). */

import { mainLine, mustLogIn } from "../actions.js";
import { detach } from "../detach.js";
import { detached, picture, toast } from "../store.js";
import { Line } from "../view/line.js";
import { html, Icon, t } from "../view/parts.js";
import { Reach } from "../view/reach.js";

const lines = () => picture.value?.lines ?? [];
const where = (facts) => (facts.options?.lines_in_column ? "column" : "bandeau");
const shown = () => Boolean(picture.value && !mustLogIn(picture.value));

function Boxes() {
  const main = mainLine(picture.value);
  return html`<div class="lines">${lines().map((line) => html`<${Line} key=${line.id} line=${line} main=${line.id === main?.id} />`)}</div>`;
}

/** All of it, in the small window. */
function Small() {
  return html`<main class="desk-main is-alone lines-window" aria-label=${t("desk.module.lines")}>
    <${Boxes} />${!lines().length && html`<p class="module-empty">${t("desk.lines.none")}</p>`}<${Reach} id="desk-number" /></main>`;
}

async function takeOut() {
  if (!(await detach(Small, t("desk.module.lines")))) toast("warning", t("desk.lines.blocked"));
}

function Body() {
  const label = t("desk.lines.detach");
  return html`<${Boxes} /><${Reach} />${lines().length > 0 && !detached.value && html`
    <button type="button" class="tool detach" title=${label} aria-label=${label} onClick=${takeOut}><${Icon} name="picture-in-picture" /></button>`}`;
}

function Aside() {
  return lines().length ? t("desk.lines.count", { n: lines().length }) : null;
}

export const module = { name: "lines", title: "desk.module.lines", icon: "phone", where, Body, Aside, shown };
