// What is under way: uploads, conversions, and results that wait to be heard and kept.

import { html } from "../vendor/preact.js";
import { Icon } from "../js/lib/icons.js";
import { t } from "../js/lib/i18n.js";
import { duration } from "../js/lib/time.js";
import { ask, dismiss, jobs, uploads } from "./work.js";

export function Work({ facts }) {
  if (!uploads.value.length && !jobs.value.length) return null;
  return html`<ul class="work" aria-label=${t("sounds.under_way")}>
    ${uploads.value.map((one) => html`<li key=${`u${one.key}`}><div class="work-head"><strong>${one.name}</strong>
      ${one.why && html`<button type="button" class="tool" title=${t("sounds.dismiss")} aria-label=${t("sounds.dismiss")} onClick=${() => dismiss(one.key)}><${Icon} name="x" /></button>`}</div>
      ${one.why ? html`<p class="work-why tone-red" role="alert"><${Icon} name="alert-circle" />${one.why}</p>` : html`<${Bar} words=${t("sounds.uploading")} percent=${one.percent} />`}</li>`)}
    ${jobs.value.map((job) => html`<${Job} key=${job.id} job=${job} facts=${facts} />`)}
  </ul>`;
}

function Bar({ words, percent }) {
  return html`<div class="work-bar"><progress max="100" value=${percent} aria-label=${words}></progress><span>${words} ${percent} %</span></div>`;
}

function Job({ job, facts }) {
  const away = () => ask(`/admin/sounds/jobs/${job.id}/throw-away`);
  const title = facts.sound ? job.file || t(`sounds.source.${job.source}`) : job.name;
  const running = ["waiting", "working"].includes(job.state);
  return html`<li class=${`is-${job.state}`}>
    <div class="work-head"><strong>${title}</strong>${job.language && html`<span class="pill">${job.language.toUpperCase()}</span>`}
      ${job.duration_ms > 0 && html`<span class="timer text-secondary">${duration(job.duration_ms)}</span>`}
      ${!running && job.state !== "ready" && html`<button type="button" class="tool" title=${t("sounds.dismiss")} aria-label=${t("sounds.dismiss")} onClick=${away}><${Icon} name="x" /></button>`}</div>
    ${running && html`<${Bar} words=${job.stage} percent=${job.percent} />`}
    ${job.state === "refused" && html`<p class="work-why tone-red" role="alert"><${Icon} name="alert-circle" />${job.why}</p>`}
    ${job.remarks.map((words) => html`<p class="work-why tone-orange"><${Icon} name="info-circle" />${words}</p>`)}
    ${job.state === "done" && html`<p class="work-why tone-green" role="status"><${Icon} name="circle-check" />${t("sounds.is_kept")}${!facts.sound && html` <a href=${`/admin/sounds/${job.sound}`}>${t("sounds.open")}</a>`}</p>`}
    ${job.state === "ready" && html`<audio controls src=${job.heard} aria-label=${t("sounds.listen_first")}></audio>
      <div class="form-ways"><button type="button" class="btn btn-primary" onClick=${() => ask(`/admin/sounds/jobs/${job.id}/keep`)}><${Icon} name="check" />${t("sounds.use_it")}</button>
        <button type="button" class="btn" onClick=${away}><${Icon} name="trash" />${t("sounds.throw_away")}</button></div>`}
  </li>`;
}
