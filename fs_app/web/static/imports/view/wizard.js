// The frame of the wizard: where one is, what is kept, the way on and back.

import { html } from "../../vendor/preact.js";
import { Icon } from "../../js/lib/icons.js";
import { t } from "../../js/lib/i18n.js";
import { OVER, placeOf, STEPS } from "../plan.js";
import { busy, go, job, keep, notice, plan, preview, problems, reachable, saving, step, trouble } from "../store.js";
import { Check } from "./check.js";
import { Columns } from "./columns.js";
import { Options } from "./options.js";
import { Reading } from "./reading.js";
import { Run } from "./run.js";
import { Notice } from "./parts.js";

const VIEWS = { reading: Reading, columns: Columns, options: Options, check: Check, run: Run };

export function Wizard({ facts }) {
  if (!job.value) return html`<p class="im-wait" role="status"><${Icon} name="loader-2" cls="im-turn" />${t("wizard.reading")}</p>`;
  const View = VIEWS[step.value];
  return html`
    <${Steps} />
    ${trouble.value && html`<${Notice} tone="red" icon="alert-circle" role="alert">${trouble.value}<//>`}
    ${notice.value && html`<${Notice} tone="blue" icon="info-circle" role="status">${notice.value}<//>`}
    <section class="card im-step" aria-labelledby="step-title">
      <div class="card-header"><h2 class="card-title" id="step-title" tabindex="-1">${t(`wizard.step.${step.value}`)}</h2><${Kept} /></div>
      <${View} facts=${facts} />
      <${Ways} />
    </section>`;
}

function Steps() {
  const over = OVER.includes(job.value.state);
  return html`<nav aria-label=${t("wizard.steps")}><ol class="im-steps">${STEPS.map((name, at) => {
    const here = name === step.value;
    const wrong = over ? 0 : problems.value.filter((one) => placeOf(one) === name).length;
    const inside = html`<span class="im-step-number">${at + 1}</span>${t(`wizard.step.${name}`)}${wrong > 0 && html`<span class="pill tone-red" title=${t("wizard.wrong", { n: wrong })}>${wrong}</span>`}`;
    return html`<li key=${name} class=${`${here ? "is-here" : ""}${(over || name === "file") && !here ? " is-done" : ""}`}>${reachable(name) && !here
      ? html`<button type="button" onClick=${() => go(name)}>${inside}</button>`
      : html`<span aria-current=${here ? "step" : undefined}>${inside}</span>`}</li>`;
  })}</ol></nav>`;
}

function Kept() {
  if (OVER.includes(job.value.state) || job.value.state === "CHECKING" || !plan.value) return null;
  const state = saving.value;
  return html`<p class=${`im-kept${state === "failed" ? " tone-red" : ""}`} role="status">${state === "saved" ? html`<${Icon} name="check" />` : null}${t(`wizard.saving.${state}`)}
    ${state === "failed" && html`<button type="button" class="btn btn-sm" onClick=${() => keep()}>${t("wizard.again")}</button>`}</p>`;
}

function Ways() {
  const at = STEPS.indexOf(step.value);
  if (at > 3 || !preview.value) return null;
  return html`<div class="card-body form-ways im-ways">
    ${at > 1 && html`<button type="button" class="btn" onClick=${() => go(STEPS[at - 1])}><${Icon} name="arrow-left" />${t("wizard.back")}</button>`}
    <button type="button" class="btn btn-primary" disabled=${busy.value === "look" || !reachable(STEPS[at + 1])} onClick=${() => go(STEPS[at + 1])}>${t("wizard.next")}<${Icon} name="arrow-right" /></button></div>`;
}
