// Small parts that the steps of the wizard are made of.

import { html } from "../../vendor/preact.js";
import { Icon } from "../../js/lib/icons.js";
import { lang } from "../../js/lib/i18n.js";

export const number = (n) => new Intl.NumberFormat(lang()).format(n);

export function Problems({ of }) {
  return of.map((one) => html`<p class="field-error" key=${one.place + one.key}><${Icon} name="alert-circle" /><span>${one.text}</span></p>`);
}

export function Field({ id, label, hint = "", problems = [], cls = "", children }) {
  return html`<div class=${`field ${cls}${problems.length ? " has-error" : ""}`}><label class="form-label" for=${id}>${label}</label>${children}
    <${Problems} of=${problems} />${hint && html`<p class="form-hint" id=${`h-${id}`}>${hint}</p>`}</div>`;
}

export function Select({ id, value, offered, change, label, disabled = false }) {
  return html`<select class="form-select" id=${id} value=${value} aria-label=${label} disabled=${disabled} onChange=${(event) => change(event.currentTarget.value)}>
    ${offered.map(([key, words]) => html`<option value=${key} selected=${key === value}>${words}</option>`)}</select>`;
}

export function Text({ id, value, change, most = 100, list, placeholder, cls = "", label }) {
  return html`<input class=${`form-control ${cls}`} id=${id} value=${value} maxlength=${most} list=${list} aria-label=${label} autocomplete="off" spellcheck="false" placeholder=${placeholder}
    onInput=${(event) => change(event.currentTarget.value)} />`;
}

export function Tick({ label, on, change, hint = "", disabled = false }) {
  return html`<div class="im-tick"><label class="form-check"><input class="form-check-input" type="checkbox" checked=${on} disabled=${disabled} onChange=${(event) => change(event.currentTarget.checked)} /><span class="form-check-label">${label}</span></label>
    ${hint && html`<p class="form-hint">${hint}</p>`}</div>`;
}

export function Notice({ tone, icon, role, children }) {
  return html`<div class=${`notice tone-${tone}`} role=${role}><${Icon} name=${icon} /><span>${children}</span></div>`;
}
