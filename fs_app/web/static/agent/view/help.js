/** Which key does what: opened by its own key. */

import { DEFAULT_KEYS, shown } from "../keys.js";
import { facts, overlay } from "../store.js";
import { Dialog } from "./dialog.js";
import { html, t } from "./parts.js";

const Row = ({ keys, text }) => html`<tr><th scope="row">${keys.map((key) => html`<kbd key=${key}>${key}</kbd>`)}</th><td>${text}</td></tr>`;

export function Help() {
  const table = facts.value.keys;
  const bound = Object.keys(DEFAULT_KEYS).filter((action) => table[action]);
  return html`<${Dialog} title=${t("desk.help")} cls="help" onClose=${() => { overlay.value = null; }}>
    <table class="help-table"><tbody>
      ${bound.map((action) => html`<${Row} key=${action} keys=${[shown(table[action])]} text=${t(`desk.key.${action}`)} />`)}
      <${Row} keys=${["1", "…", "9"]} text=${t("desk.key.choose")} />
      <${Row} keys=${["⏎", "⇧⏎"]} text=${t("desk.key.enter")} />
      <${Row} keys=${["↑", "↓"]} text=${t("desk.key.arrows")} />
      <${Row} keys=${["Esc"]} text=${t("desk.key.escape")} />
    </tbody></table>
    <p class="form-hint">${t("desk.help.hint")}</p>
    <button type="button" class="btn" onClick=${() => { overlay.value = "settings"; }}>${t("desk.help.change")}</button>
  <//>`;
}
