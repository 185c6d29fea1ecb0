/** The agent's lines, a box each, in the bandeau or in the column as the profile says (BA-120..124). */

import { mainLine } from "../actions.js";
import { picture } from "../store.js";
import { Line } from "../view/line.js";
import { html, t } from "../view/parts.js";

const lines = () => picture.value?.lines ?? [];
const where = (facts) => (facts.options?.lines_in_column ? "column" : "bandeau");

function Body() {
  const main = mainLine(picture.value);
  return html`<div class="lines">${lines().map((line) => html`<${Line} key=${line.id} line=${line} main=${line.id === main?.id} />`)}</div>`;
}

function Aside() {
  return lines().length ? t("desk.lines.count", { n: lines().length }) : null;
}

export const module = { name: "lines", title: "desk.module.lines", icon: "phone", where, Body, Aside };
