/** The directory (BA-100): everybody's entries and one's own; search as one types, call, add, change, delete. */

import { signal, useEffect, useRef, useState } from "../../vendor/preact.js";
import { request } from "../../js/lib/http.js";
import { announce, signedOut, toast } from "../store.js";
import { html, Icon, t } from "../view/parts.js";
import { CallNumber } from "../view/call.js";

const FIELDS = ["name", "company", "category", "office", "mobile", "mail"];
const NUMBERS = ["office", "mobile"];
const TYPED_MS = 180;

const filter = signal({ q: "", which: "", page: 1 });
const found = signal(null);
const trouble = signal("");
const form = signal(null); // {id, version, public, values, errors, theirs, busy}

let asked = 0;
async function load() {
  const mine = (asked += 1);
  const { q, which, page } = filter.value;
  try {
    const answer = await request("GET", `/agent/directory?${new URLSearchParams({ q, which, page })}`);
    if (mine !== asked) return; // something else is sought by now
    found.value = answer;
    trouble.value = "";
  } catch (error) {
    if (error.status === 401) signedOut();
    else if (mine === asked) trouble.value = error.text;
  }
}

const valuesOf = (entry) => Object.fromEntries(FIELDS.map((name) => [name, entry?.[name] ?? ""]));
/** Nothing was typed that would be lost, or it may be. */
const mayGo = () => {
  const { values, before } = form.value ?? {};
  return !form.value || FIELDS.every((name) => values[name] === before[name]) || window.confirm(t("desk.record.close_dirty"));
};
const open = (entry) => {
  if (!mayGo()) return;
  form.value = { id: entry?.id ?? null, version: entry?.version ?? 0, public: entry?.public ?? false, values: valuesOf(entry), before: valuesOf(entry), errors: {}, theirs: null, busy: false };
};
const patch = (values) => {
  form.value = form.value && { ...form.value, ...values };
};
const titleOf = (entry) => entry.name || entry.company;

async function save() {
  const { id, version, public: everybody, values, busy } = form.value;
  if (busy) return;
  patch({ busy: true, errors: {} });
  try {
    if (id === null) await request("POST", "/agent/directory", { fields: values, public: everybody });
    else await request("PUT", `/agent/directory/${id}`, { version, fields: values });
    form.value = null;
    announce(t("desk.directory.saved"));
    load();
  } catch (error) {
    refused(error);
  }
}

function refused(error) {
  if (error.status === 401) return signedOut();
  const theirs = error.body?.theirs;
  // The other version is shown beside what was typed; saving again means to replace it.
  if (theirs) patch({ busy: false, theirs, version: theirs.version, errors: { "": error.text } });
  else patch({ busy: false, errors: error.body?.fields ?? { "": error.text } });
  return announce(error.text);
}

async function remove() {
  const { id, version, values, busy } = form.value;
  if (busy || !window.confirm(t("desk.directory.delete_ask", { name: titleOf(values) }))) return;
  patch({ busy: true, errors: {} });
  try {
    await request("DELETE", `/agent/directory/${id}`, { version });
    form.value = null;
    toast("success", t("desk.directory.deleted"));
    load();
  } catch (error) {
    refused(error);
  }
}

function Field({ name }) {
  const { values, errors, theirs } = form.value;
  const id = `directory-${name}`;
  const other = theirs && theirs[name] !== values[name] ? theirs[name] : null;
  return html`<div class="field"><label class="form-label" for=${id}>${t(`directory.field.${name}`)}</label>
    <input id=${id} class=${`form-control${errors[name] ? " is-invalid" : ""}`} value=${values[name]} autocomplete="off" type=${name === "mail" ? "email" : NUMBERS.includes(name) ? "tel" : "text"}
      maxlength="254" aria-invalid=${errors[name] ? "true" : undefined} aria-describedby=${errors[name] ? `${id}-e` : undefined}
      onInput=${(event) => patch({ values: { ...form.value.values, [name]: event.target.value } })} />
    ${errors[name] && html`<p class="form-error" id=${`${id}-e`}>${errors[name]}</p>`}
    ${other !== null && html`<p class="form-hint">${t("desk.directory.theirs", { value: other || "–" })}</p>`}</div>`;
}

function Form() {
  const { id, public: everybody, errors, busy } = form.value;
  const box = useRef(null);
  useEffect(() => box.current?.querySelector("input:not([type=checkbox])")?.focus(), []);
  const submit = (event) => {
    event.preventDefault();
    save();
  };
  const leave = (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    if (mayGo()) form.value = null;
  };
  return html`<form class="directory-form" ref=${box} onSubmit=${submit} onKeyDown=${leave} aria-label=${t(id === null ? "desk.directory.new" : "desk.directory.edit_title")} novalidate>
    <h3>${t(id === null ? "desk.directory.new" : "desk.directory.edit_title")}</h3>
    ${errors[""] && html`<p class="form-error" role="alert">${errors[""]}</p>`}
    ${FIELDS.map((name) => html`<${Field} key=${name} name=${name} />`)}
    ${id === null && found.value?.may_add_public && html`<label class="form-check"><input class="form-check-input" type="checkbox" checked=${everybody} onChange=${(event) => patch({ public: event.target.checked })} />
      <span class="form-check-label">${t("desk.directory.for_all")}</span></label>`}
    <div class="directory-ways"><button class="btn btn-primary btn-sm" disabled=${busy} aria-busy=${busy}>${t("desk.directory.save")}</button>
      <button type="button" class="btn btn-sm" onClick=${() => { form.value = null; }}>${t("desk.directory.cancel")}</button>
      ${id !== null && html`<button type="button" class="btn btn-sm btn-danger" disabled=${busy} onClick=${remove}>${t("desk.directory.delete")}</button>`}</div></form>`;
}

function Row({ entry }) {
  const name = titleOf(entry);
  const about = [entry.name && entry.company, entry.category].filter(Boolean).join(" · ");
  return html`<li class="directory-row" data-entry=${entry.id}>
    <span class="directory-who"><b><bdi>${name}</bdi></b>${!entry.public && html` <span class="pill tone-teal">${t("desk.directory.own")}</span>`}
      ${about && html`<small><bdi>${about}</bdi></small>`}
      <span class="directory-numbers">${NUMBERS.filter((which) => entry.call[which]).map((which) => html`<span key=${which}><${Icon} name=${which === "mobile" ? "phone" : "building"} cls="small" /><span class="visually-hidden">${t(`directory.field.${which}`)}</span> <${CallNumber} number=${entry.call[which]} /></span>`)}
        ${entry.mail && html`<a href=${`mailto:${encodeURIComponent(entry.mail)}`}>${entry.mail}</a>`}</span></span>
    ${entry.may_edit && html`<button type="button" class="tool" title=${t("desk.directory.edit", { name })} aria-label=${t("desk.directory.edit", { name })} onClick=${() => open(entry)}><${Icon} name="pencil" cls="small" /></button>`}</li>`;
}

/** A contact that the same search finds; it is changed in its record, not here. */
function Found({ contact }) {
  return html`<li class="directory-row" data-contact=${contact.id}><span class="directory-who"><b><bdi>${contact.name || t("contacts.nameless")}</bdi></b> <span class="pill tone-blue">${t("contacts.kind_of_entry")}</span>
    ${contact.company && html`<small><bdi>${contact.company}</bdi></small>`}
    <span class="directory-numbers">${contact.numbers.map((number) => html`<span key=${number}><${Icon} name="phone" cls="small" /> <${CallNumber} number=${number} contact=${contact.id} /></span>`)}</span></span></li>`;
}

export function Body() {
  const { q, which, page } = filter.value;
  const [first, setFirst] = useState(true);
  useEffect(() => {
    const timer = setTimeout(load, first ? 0 : TYPED_MS);
    setFirst(false);
    return () => clearTimeout(timer);
  }, [q, which, page]);
  const answer = found.value;
  const seek = (values) => {
    filter.value = { ...filter.value, page: 1, ...values };
  };
  return html`<div class="directory-filter">
      <input type="search" class="form-control" maxlength="100" placeholder=${t("desk.directory.search")} aria-label=${t("desk.directory.search")} value=${q} onInput=${(event) => seek({ q: event.target.value })} />
      <select class="form-select" aria-label=${t("desk.directory.which")} value=${which} onChange=${(event) => seek({ which: event.target.value })}>
        <option value="">${t("desk.directory.all")}</option><option value="public">${t("desk.directory.public")}</option><option value="own">${t("desk.directory.own")}</option></select>
      <button type="button" class="btn btn-sm" onClick=${() => open(null)}><${Icon} name="plus" cls="small" />${t("desk.directory.add")}</button></div>
    ${form.value && html`<${Form} key=${form.value.id ?? "new"} />`}
    ${trouble.value && html`<p class="module-empty" role="alert">${trouble.value} <button type="button" class="btn btn-sm" onClick=${load}>${t("desk.retry")}</button></p>`}
    ${answer && !answer.list.length && !answer.contacts?.length && html`<p class="module-empty">${t(q || which ? "desk.directory.nothing" : "desk.directory.none")}</p>`}
    ${answer && answer.list.length > 0 && html`<ul class="directory-list">${answer.list.map((entry) => html`<${Row} key=${entry.id} entry=${entry} />`)}</ul>
      <div class="history-foot"><span role="status">${t("desk.directory.total", { n: answer.total })}</span>
      ${answer.pages > 1 && html`<span class="history-pages">
        <button type="button" class="tool" disabled=${answer.page <= 1} title=${t("desk.directory.previous")} aria-label=${t("desk.directory.previous")} onClick=${() => seek({ page: answer.page - 1 })}><${Icon} name="chevron-left" cls="small" /></button>
        ${t("desk.history.page", { n: answer.page, all: answer.pages })}
        <button type="button" class="tool" disabled=${answer.page >= answer.pages} title=${t("desk.directory.next")} aria-label=${t("desk.directory.next")} onClick=${() => seek({ page: answer.page + 1 })}><${Icon} name="chevron-right" cls="small" /></button></span>`}</div>`}
    ${answer?.contacts?.length > 0 && html`<ul class="directory-list" aria-label=${t("menu.contacts")}>${answer.contacts.map((contact) => html`<${Found} key=${contact.id} contact=${contact} />`)}</ul>`}`;
}
