// Step 5: what would become of the lines, without writing any.

import { html, useState } from "../../vendor/preact.js";
import { Icon } from "../../js/lib/icons.js";
import { t } from "../../js/lib/i18n.js";
import { left, partOf, parts, placeOf } from "../plan.js";
import { busy, checked, go, job, plan, press, preview, problems } from "../store.js";
import { headed, Left } from "./columns.js";
import { Bar, Figures, Reasons } from "./figures.js";
import { Notice, Select } from "./parts.js";

const TONES = Object.fromEntries(parts({}).map(([name, , tone]) => [name, tone]));

export function Check() {
  const { state } = job.value;
  if (state === "CHECKING") {
    return html`<div class="card-body"><p>${t("wizard.checking")}</p><${Bar} job=${job.value} />
      <button type="button" class="btn" disabled=${Boolean(busy.value)} onClick=${() => press("cancel")}><${Icon} name="player-stop" />${t("wizard.stop_check")}</button></div>`;
  }
  if (problems.value.length) return html`<${Wrong} />`;
  return html`<div class="card-body">
    ${job.value.error && html`<${Notice} tone="red" icon="alert-circle" role="alert">${job.value.error.text}<//>`}
    ${checked.value ? html`<${Found} told=${checked.value} />` : html`<p class="im-lead">${t("wizard.check_lead")}</p>`}
    <div class="form-ways">
      <button type="button" class="btn" onClick=${() => go("options")}><${Icon} name="arrow-left" />${t("wizard.back")}</button>
      <button type="button" class=${`btn${checked.value ? "" : " btn-primary"}`} disabled=${Boolean(busy.value)} onClick=${() => press("check")}><${Icon} name="list-check" />${checked.value ? t("wizard.check_again") : t("wizard.check")}</button>
      <button type="button" class=${`btn${checked.value ? " btn-primary" : ""}`} disabled=${Boolean(busy.value) || state === "NEW"} onClick=${() => press("start")}><${Icon} name="upload" />${checked.value ? t("wizard.start") : t("wizard.start_unchecked")}</button>
    </div></div>`;
}

function Wrong() {
  return html`<div class="card-body"><${Notice} tone="red" icon="alert-circle" role="alert">${t("wizard.wrong", { n: problems.value.length })}<//>
    <ul class="rows">${problems.value.map((one) => html`<li key=${one.place + one.key}><span>${one.text}</span><span class="row-ways"><button type="button" class="btn btn-sm" onClick=${() => go(placeOf(one))}>${t(`wizard.step.${placeOf(one)}`)}<${Icon} name="arrow-right" /></button></span></li>`)}</ul></div>`;
}

function Found({ told }) {
  const [only, choose] = useState("");
  const outcomes = [...new Set(told.lines.map((one) => partOf(one.outcome)))];
  const lines = told.lines.filter((one) => !only || partOf(one.outcome) === only);
  const header = preview.value?.header ?? [];
  const used = header.map((_, at) => at).filter((at) => plan.value.columns.some((one) => one.column === at) || plan.value.memo.columns.includes(at));
  return html`<${Figures} counts=${told.counts} listed=${Boolean(plan.value.call_list)} />
    <${Reasons} reasons=${told.refused_reasons} />
    <${Left} names=${left(plan.value, header.length).map((at) => headed(header, at))} />
    <div class="im-lines-head"><h3 class="form-part">${t("wizard.first_lines", { n: told.lines.length })}</h3>
      <${Select} label=${t("wizard.show")} value=${only} offered=${[["", t("wizard.show_all")], ...outcomes.map((one) => [one, t(`wizard.part.${one}`)])]} change=${choose} /></div>
    <div class="table-responsive im-sheet" tabindex="0" role="region" aria-label=${t("wizard.first_lines", { n: told.lines.length })}><table class="table list">
      <thead><tr><th class="num" scope="col">${t("wizard.line")}</th><th scope="col">${t("wizard.verdict")}</th>${used.map((at) => html`<th scope="col" key=${at}><bdi title=${headed(header, at)}>${headed(header, at)}</bdi></th>`)}</tr></thead>
      <tbody>${lines.map((one) => html`<tr key=${one.line}><td class="num">${one.line}</td>
        <td class="im-verdict"><span class=${`pill tone-${TONES[partOf(one.outcome)] ?? "grey"}`}>${t(`wizard.one.${partOf(one.outcome)}`)}</span>${one.blacklisted && html` <span class="pill tone-orange">${t("wizard.is_blacklisted")}</span>`}${one.record === false && plan.value.call_list && html` <span class="pill tone-grey">${t("wizard.not_on_list")}</span>`}${one.text && html` <span class="text-secondary">${one.text}</span>`}</td>
        ${used.map((at) => html`<td key=${at}><bdi title=${one.cells[at] ?? ""}>${one.cells[at] ?? ""}</bdi></td>`)}</tr>`)}</tbody>
    </table></div>`;
}
