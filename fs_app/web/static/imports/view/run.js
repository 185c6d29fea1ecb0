// Step 6: the import itself, its end, and what can be done then.

import { html } from "../../vendor/preact.js";
import { Icon } from "../../js/lib/icons.js";
import { t } from "../../js/lib/i18n.js";
import { AT_WORK } from "../plan.js";
import { busy, job, press } from "../store.js";
import { Bar, Figures, Reasons } from "./figures.js";
import { Notice } from "./parts.js";

const LOOKS = {
  RUNNING: ["blue", "upload"], STOPPED: ["orange", "player-pause"], FAILED: ["red", "alert-circle"], DONE: ["green", "circle-check"],
  UNDOING: ["blue", "arrow-back-up"], HALFWAY: ["orange", "alert-triangle"], UNDONE: ["grey", "arrow-back-up"],
};

export function Run() {
  const now = job.value;
  if (!LOOKS[now.state]) return null; // on its way back to the plan
  const [tone, icon] = LOOKS[now.state];
  const at = AT_WORK.includes(now.state);
  const ask = (what, symbol, words, primary = false) => now.may[what] && html`<button type="button" class=${`btn${primary ? " btn-primary" : ""}`} disabled=${Boolean(busy.value)} onClick=${() => press(what)}><${Icon} name=${symbol} />${words}</button>`;
  const link = (path, symbol, words, primary = false) => html`<a class=${`btn${primary ? " btn-primary" : ""}`} href=${path}><${Icon} name=${symbol} />${words}</a>`;
  return html`<div class="card-body">
    <${Notice} tone=${tone} icon=${icon} role="status">${t(`wizard.says.${now.state}`)}${now.error && html` ${now.error.text}`}<//>
    ${at && html`<${Bar} job=${now} />`}
    ${now.changed_since > 0 && html`<${Notice} tone="orange" icon="alert-triangle">${t("wizard.kept", { n: now.changed_since })}<//>`}
    <${Figures} counts=${now.counts} listed=${now.call_list != null} />
    <${Reasons} reasons=${now.refused_reasons} />
    <div class="form-ways">
      ${at && ask("cancel", "player-stop", now.state === "UNDOING" ? t("wizard.stop_undo") : t("wizard.stop"))}
      ${ask("resume", "player-play", t("wizard.resume"), true)}
      ${now.call_list != null && link(`/lists/${now.call_list}`, "list-details", now.call_list_name ? t("wizard.open_list_named", { name: now.call_list_name }) : t("wizard.open_list"), now.state === "DONE")}
      ${now.refused && link(`/imports/${now.id}/refused.csv`, "download", t("wizard.refused_file"))}
      ${now.changed_since > 0 && now.state === "UNDONE" && link(`/imports/${now.id}/kept.csv`, "download", t("wizard.kept_file"))}
      ${now.may.undo && link(`/imports/${now.id}/undo`, "arrow-back-up", t("wizard.undo"))}
      ${!at && link("/imports/new", "plus", t("wizard.another"))}
    </div></div>`;
}
