/** The contact's fields: typing, saving, errors at their field, and two people saving the same one (BA-82). */

import * as records from "../records.js";
import { canSave, fieldsOf, isDirty, openChoices, valueOf } from "../records.js";
import { clock as timeOfDay } from "../../js/lib/time.js";
import { edit, live, resolve, revert, save, startContact } from "../store.js";
import { mayDial } from "../dialling.js";
import { html, Icon, t } from "./parts.js";

const LONG = new Set(["address", "description"]);
const KIND = { mail: "email", mobile: "tel", office: "tel", home: "tel", other: "tel" };

function Choice({ record, field }) {
  const both = record.conflict?.fields[field];
  if (!both) return null;
  const side = (name, text) => html`<button type="button" class="versus" onClick=${() => resolve(record.call, field, name)}>
    <small>${t(`contact.conflict.${name}`)}</small><span><bdi>${text || t("contact.conflict.empty")}</bdi></span></button>`;
  return html`<div class="versus-pair" role="group" aria-label=${t("contact.conflict.choose")}>${side("mine", both.mine)}${side("theirs", both.theirs)}
    ${both.mine && both.theirs && side("both", records.both(field, both.mine, both.theirs))}</div>`;
}

/** What a web service says of this field, and one click to take it (BA-81). */
function FromService({ record, field, value }) {
  const { lookup } = record.data;
  const theirs = lookup?.values?.[field];
  if (!theirs || theirs === value) return null;
  return html`<p class="from-service"><span>${t("pop.from", { name: lookup.name })}</span><bdi>${theirs}</bdi>
    <button type="button" onClick=${() => edit(record.call, field, theirs)}>${t("pop.take")}</button></p>`;
}

/** The numbers of a field, each a click away from being called. */
function Numbers({ record, field }) {
  const kept = record.data.contact?.[field];
  if (KIND[field] !== "tel" || !kept || !mayDial()) return null;
  return html`<span class="call-icons">${kept.split(",").map((one) => one.trim()).filter(Boolean).map((one) => html`
    <a key=${one} class="call-number" href=${`tel:${one.replace(/[^+\d]/g, "")}`} data-contact=${record.data.contact.id} title=${t("dial.click", { number: one })}
      aria-label=${t("dial.click", { number: one })}><${Icon} name="phone-outgoing" cls="small" /></a>`)}</span>`;
}

/** A field of the account's own: by its kind. */
function Own({ own, same, value, change }) {
  if (own.kind === "FLAG") return html`<input id=${same.id} type="checkbox" class="form-check-input" checked=${value === "1"} aria-describedby=${same["aria-describedby"]} onChange=${(event) => change(event.target.checked ? "1" : "")} />`;
  if (own.kind === "CHOICE") {
    const offered = own.choices.includes(value) || !value ? own.choices : [value, ...own.choices];
    return html`<select id=${same.id} class="field-input" aria-describedby=${same["aria-describedby"]} onChange=${(event) => change(event.target.value)}>
      ${["", ...offered].map((one) => html`<option key=${one} value=${one} selected=${one === value}>${one}</option>`)}</select>`;
  }
  const type = { DATE: "date", DATETIME: "datetime-local" }[own.kind] ?? "text";
  return html`<input ...${same} type=${type} inputmode=${["INTEGER", "DECIMAL"].includes(own.kind) ? "decimal" : undefined} />`;
}

function Field({ record, field }) {
  const id = `f-${record.call}-${field}`;
  const value = valueOf(record, field);
  const error = record.errors[field];
  const own = record.data.fields?.find((one) => one.name === field);
  const marks = [LONG.has(field) && "is-long", field in record.edits && "is-edited", error && "is-wrong", record.conflict?.taken.includes(field) && "is-taken"].filter(Boolean).join(" ");
  const same = {
    id, value, class: "field-input", "aria-invalid": error ? "true" : undefined, "aria-describedby": error ? `${id}-error` : undefined,
    onInput: (event) => edit(record.call, field, event.target.value), autocomplete: "off", spellcheck: field === "description",
  };
  return html`<div class=${`contact-field ${marks}`}>
    <label for=${id}>${own ? html`<bdi>${own.label}</bdi>` : t(`contact.${field}`)}</label>
    <div>${own ? html`<${Own} own=${own} same=${same} value=${value} change=${(text) => edit(record.call, field, text)} />` : LONG.has(field) ? html`<textarea ...${same} rows=${Math.min(5, value.split("\n").length)}></textarea>`
      : html`<input ...${same} type="text" inputmode=${KIND[field]} />`}
      ${error && html`<p class="field-error" id=${`${id}-error`}>${error}</p>`}
      <${Numbers} record=${record} field=${field} />
      <${FromService} record=${record} field=${field} value=${value} />
      <${Choice} record=${record} field=${field} /></div>
  </div>`;
}

function Conflict({ record }) {
  const { conflict } = record;
  if (!conflict && record.renewed) {
    return html`<p class="standing tone-blue" role="status"><${Icon} name="refresh" cls="small" />
      <span>${t("pop.renewed", { name: record.renewed.by || t("contact.conflict.somebody") })}</span></p>`;
  }
  if (!conflict) return null;
  const open = openChoices(record);
  const who = { name: conflict.by || t("contact.conflict.somebody"), time: conflict.at ? timeOfDay(conflict.at) : "" };
  return html`<div class="conflict tone-orange" role="alert"><${Icon} name="alert-triangle" /><div>
    <b>${t("contact.conflict", who)}</b>
    <p>${open ? t("contact.conflict.open", { n: open }) : t(isDirty(record) ? "contact.conflict.save_again" : "contact.conflict.done")}</p></div></div>`;
}

function Bar({ record }) {
  const dirty = isDirty(record) || (record.making && !record.data.contact);
  if (!dirty && !record.saved) return null;
  return html`<div class="save-bar">
    ${record.errors[""] && html`<p class="field-error" role="alert">${record.errors[""]}</p>`}
    ${dirty ? html`
      <button type="submit" class="btn btn-primary btn-sm" disabled=${!canSave(record) || !live.value}>
        <${Icon} name="device-floppy" cls="small" />${t(record.data.contact ? "contact.save" : "contact.create")}</button>
      <button type="button" class="btn btn-sm" disabled=${record.busy} onClick=${() => revert(record.call)}>${t("contact.revert")}</button>`
    : html`<p class="standing tone-green" role="status"><${Icon} name="check" cls="small" /><span>${t("contact.saved")}</span></p>`}
  </div>`;
}

export function Contact({ record }) {
  const submit = (event) => {
    event.preventDefault();
    save(record.call);
  };
  if (!record.data.contact && !record.making && !isDirty(record)) {
    return html`<section class="contact"><h2>${t("contact.title")}</h2>
      <div class="contact-none"><p>${record.data.entry ? t(`pop.entry.${record.data.entry.source}`, { name: record.data.entry.name }) : t("contact.none")}</p>
      <button type="button" class="btn" onClick=${() => startContact(record.call)}><${Icon} name="user-plus" cls="small" />${t(record.data.entry ? "pop.entry.make" : "contact.new")}</button></div></section>`;
  }
  return html`<section class="contact"><h2>${t(record.data.contact ? "contact.title" : "contact.new")}</h2>
    <${Conflict} record=${record} />
    <form onSubmit=${submit} novalidate>${fieldsOf(record).map((field) => html`<${Field} key=${field} record=${record} field=${field} />`)}
      <${Bar} record=${record} /></form></section>`;
}
