// Step 3: where each column goes, with what stands in it, what was guessed and why.

import { html, useState } from "../../vendor/preact.js";
import { Icon } from "../../js/lib/icons.js";
import { t } from "../../js/lib/i18n.js";
import { left, mapped, mappedTo, MOST_MEMO, targetOf, withMemo, withNewField } from "../plan.js";
import { change, look, plan, preview, problems } from "../store.js";
import { Field, Notice, Problems, Select, Text } from "./parts.js";

const NEW = "+";
const MANY = 12;
const SAMPLES = 3;

export const targetName = (target, facts, fields = []) => {
  if (target.startsWith("number.")) return t("wizard.target.number", { place: target.slice(7) });
  if (target.startsWith("custom.")) return [...facts.fields, ...fields].find((one) => `custom.${one.name}` === target)?.label ?? target.slice(7);
  return t(`wizard.target.${target.replace(".", "_")}`);
};
export const headed = (header, at) => header[at] || t("wizard.column", { at: at + 1 });

const SHORT = 40;
const LISTED = 12;
const short = (name) => (name.length > SHORT ? `${name.slice(0, SHORT - 1).trimEnd()}…` : name);

/** What is not imported, listed. */
export function Left({ names }) {
  if (!names.length) return null;
  return html`<p class="im-summary">${t("wizard.left", { n: names.length })} <bdi class="text-secondary">${names.slice(0, LISTED).map(short).join(", ")}</bdi>${names.length > LISTED && html` <span class="text-secondary">${t("wizard.and_more", { n: names.length - LISTED })}</span>`}</p>`;
}

export function Columns({ facts }) {
  const [sought, seek] = useState("");
  const [only, setOnly] = useState(false);
  const { header, rows, guesses, remembered } = preview.value;
  const free = left(plan.value, header.length);
  const fits = (at) => (!only || free.includes(at)) && headed(header, at).toLowerCase().includes(sought.trim().toLowerCase());
  const shown = header.map((_, at) => at).filter(fits);
  const wrong = (at) => {
    const index = plan.value.columns.findIndex((one) => one.column === at);
    const target = index < 0 ? "" : plan.value.columns[index].target;
    const field = plan.value.new_fields.findIndex((one) => `custom.${one.name}` === target);
    return problems.value.filter((one) => (index >= 0 && one.place.startsWith(`columns.${index}.`)) || (field >= 0 && one.place.startsWith(`new_fields.${field}.`)));
  };
  const general = problems.value.filter((one) => ["columns", "memo.columns"].includes(one.place) || one.place.startsWith("memo."));
  return html`<div class="card-body">
    <${Source} facts=${facts} remembered=${remembered} />
    ${general.map((one) => html`<${Notice} key=${one.key} tone="red" icon="alert-circle">${one.text}<//>`)}
    <p class="im-summary" role="status">${t("wizard.taken", { n: header.length - free.length, all: header.length })}</p><${Left} names=${free.map((at) => headed(header, at))} />
    ${header.length > MANY && html`<div class="im-find"><${Text} id="im-find" label=${t("wizard.find_column")} placeholder=${t("wizard.find_column")} value=${sought} change=${seek} />
      <label class="form-check"><input class="form-check-input" type="checkbox" checked=${only} onChange=${(event) => setOnly(event.currentTarget.checked)} /><span class="form-check-label">${t("wizard.only_left")}</span></label></div>`}
  </div>
  <div class="table-responsive im-columns"><table class="table list">
    <thead><tr><th scope="col">${t("wizard.source_column")}</th><th scope="col">${t("wizard.samples")}</th><th scope="col">${t("wizard.goes_to")}</th><th scope="col">${t("wizard.memo")}</th></tr></thead>
    <tbody>${shown.map((at) => html`<${Column} key=${at} at=${at} facts=${facts} name=${headed(header, at)} rows=${rows} guess=${guesses.find((one) => one.column === at)} wrong=${wrong(at)} />`)}</tbody>
  </table>${!shown.length && html`<p class="im-wait">${t("wizard.no_column_found")}</p>`}</div>`;
}

function Source({ facts, remembered }) {
  const { source } = plan.value;
  const known = facts.sources.includes(source) && remembered?.source !== source;
  return html`<div class="im-source"><${Field} id="im-source" label=${t("wizard.source")} hint=${t("wizard.source_hint")} cls="short">
      <${Text} id="im-source" value=${source} most=${100} list="im-sources" change=${(value) => change((p) => ({ ...p, source: value }))} />
      <datalist id="im-sources">${facts.sources.map((one) => html`<option value=${one}></option>`)}</datalist><//>
    ${known && html`<button type="button" class="btn" onClick=${() => look(plan.value.dialect, source)}><${Icon} name="history" />${t("wizard.use_source", { source })}</button>`}</div>
    ${remembered && html`<${Notice} tone="blue" icon="history">${remembered.source ? t("wizard.remembered", { source: remembered.source }) : t("wizard.remembered_headings")}<//>`}`;
}

function Column({ at, name, facts, rows, guess, wrong }) {
  const { target, kind } = targetOf(plan.value, at);
  const fresh = plan.value.new_fields.find((one) => `custom.${one.name}` === target);
  const inMemo = plan.value.memo.columns.includes(at);
  const samples = [...new Set(rows.map((row) => row[at]).filter(Boolean))].slice(0, SAMPLES);
  const known = facts.fields.map((one) => one.name);
  const choose = (value) => change((p) => (value === NEW ? withNewField(p, at, name, "TEXT", known) : mapped(p, at, value, kind)));
  const says = guess?.target && guess.target === target && guess.text;
  return html`<tr>
    <th scope="row"><bdi title=${name}>${name}</bdi></th>
    <td class="im-samples">${samples.length ? samples.map((one) => html`<bdi key=${one} title=${one}>${one}</bdi>`) : html`<span class="im-empty">${t("wizard.nothing_in_it")}</span>`}</td>
    <td class="im-target">
      <select class="form-select" value=${fresh ? NEW : target} aria-label=${t("wizard.goes_to_of", { name })} aria-invalid=${wrong.length ? "true" : undefined} onChange=${(event) => choose(event.currentTarget.value)}>
        <option value="" selected=${!target}>${inMemo ? t("wizard.memo_only") : t("wizard.target.none")}</option>
        <${Group} label=${t("wizard.group.contact")} names=${facts.targets.contact} at=${at} facts=${facts} />
        <${Group} label=${t("wizard.group.numbers")} names=${facts.targets.numbers} at=${at} facts=${facts} />
        ${facts.fields.length > 0 && html`<${Group} label=${t("wizard.group.custom")} names=${facts.fields.map((one) => `custom.${one.name}`)} at=${at} facts=${facts} />`}
        <${Group} label=${t("wizard.group.others")} names=${facts.targets.others.filter((one) => one !== "memo")} at=${at} facts=${facts} />
        <option value=${NEW} selected=${Boolean(fresh)}>${t("wizard.new_field")}</option>
      </select>
      ${target.startsWith("number.") && html`<${Select} value=${kind} label=${t("wizard.kind_of", { name })} offered=${facts.kinds.map((one) => [one, t(`wizard.kind.${one || "auto"}`)])} change=${(value) => change((p) => mapped(p, at, target, value))} />`}
      ${fresh && html`<span class="im-new"><${Text} value=${fresh.label} label=${t("wizard.field_label")} change=${(label) => change((p) => withNewField(p, at, label, fresh.kind, known))} />
        <${Select} value=${fresh.kind} label=${t("wizard.field_kind")} offered=${facts.field_kinds.map((one) => [one, t(`wizard.field.${one}`)])} change=${(value) => change((p) => withNewField(p, at, fresh.label, value, known))} /></span>`}
      ${says && html`<p class="form-hint im-why"><${Icon} name=${guess.confidence >= 0.8 ? "circle-check" : "help"} />${guess.text}</p>`}
      <${Problems} of=${wrong} />
    </td>
    <td><input class="form-check-input" type="checkbox" checked=${inMemo} aria-label=${t("wizard.in_memo", { name })} title=${t("wizard.in_memo", { name })} disabled=${!inMemo && plan.value.memo.columns.length >= MOST_MEMO}
      onChange=${(event) => change((p) => withMemo(p, at, event.currentTarget.checked))} /></td>
  </tr>`;
}

function Group({ label, names, at, facts }) {
  const here = targetOf(plan.value, at).target;
  return html`<optgroup label=${label}>${names.map((name) => html`<option value=${name} selected=${name === here}>${targetName(name, facts)}${name !== here && mappedTo(plan.value, name) ? ` ${t("wizard.used")}` : ""}</option>`)}</optgroup>`;
}
