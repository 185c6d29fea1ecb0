// The first step: a file, dropped or chosen, goes to the server with its progress; the page of its import follows.

import { html, useRef, useState } from "../vendor/preact.js";
import { Icon } from "../js/lib/icons.js";
import { t } from "../js/lib/i18n.js";

const KINDS = [".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".xls", ".ods"];

export function Upload({ facts }) {
  const [state, setState] = useState({ name: "idle", why: "" });
  const [over, setOver] = useState(false);
  const asked = useRef(null);

  function send(file) {
    if (!file || asked.current) return;
    if (!file.size) return setState({ name: "idle", why: t("wizard.upload.empty") });
    if (file.size > facts.most_mb * 1048576) return setState({ name: "idle", why: t("imports.error.too_big", { most_mb: facts.most_mb }) });
    const request = (asked.current = new XMLHttpRequest());
    const failed = (why) => {
      asked.current = null;
      setState({ name: "idle", why });
    };
    request.open("POST", `/imports/upload?${new URLSearchParams({ file: file.name })}`);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("X-CSRFToken", document.querySelector('meta[name="csrf-token"]').content);
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) setState({ name: "sending", file: file.name, percent: Math.round((event.loaded / event.total) * 100), why: "" });
    });
    request.addEventListener("load", () => {
      let told = null;
      try {
        told = JSON.parse(request.responseText);
      } catch {
        // Not ours: a proxy's page.
      }
      if (request.status === 201) location.assign(`/imports/${told.job.id}`);
      else failed(told?.error?.text ?? t("error.unreachable"));
    });
    request.addEventListener("error", () => failed(t("error.unreachable")));
    request.addEventListener("abort", () => failed(""));
    setState({ name: "sending", file: file.name, percent: 0, why: "" });
    request.send(file);
  }

  const drop = (event) => {
    event.preventDefault();
    setOver(false);
    const { files } = event.dataTransfer;
    if (files.length > 1) setState({ name: "idle", why: t("wizard.upload.one") });
    else send(files[0]);
  };
  return html`
    ${state.why && html`<p class="notice tone-red" role="alert"><${Icon} name="alert-circle" /><span>${state.why}</span></p>`}
    ${state.name === "sending"
      ? html`<div class="im-sending" role="status"><p><strong>${state.file}</strong></p>
          <div class="work-bar"><progress max="100" value=${state.percent} aria-label=${t("wizard.upload.sending")}></progress><span>${state.percent} %</span></div>
          <button type="button" class="btn" onClick=${() => asked.current?.abort()}>${t("admin.cancel")}</button></div>`
      : html`<label class=${`drop im-drop${over ? " is-over" : ""}`} onDragOver=${(event) => { event.preventDefault(); setOver(true); }} onDragLeave=${() => setOver(false)} onDrop=${drop}>
          <${Icon} name="upload" /><span class="drop-words">${t("wizard.upload.drop")}</span>
          <span class="form-hint">${t("wizard.upload.limits", { most_mb: facts.most_mb })}</span>
          <input class="drop-input" type="file" accept=${KINDS.join(",")} aria-label=${t("wizard.upload.choose")} onChange=${(event) => send(event.currentTarget.files[0])} /></label>`}`;
}
