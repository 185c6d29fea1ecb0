// A filter as rows of field, comparison and value; all of them or any of them. What says more than that (made by the
// API) is shown as it is and may be dropped. Pure functions first: tests/js/lists.test.js.

import { html } from "../vendor/preact.js";
import { Icon } from "../js/lib/icons.js";
import { t } from "../js/lib/i18n.js";

const DATES = ["DATE", "DATETIME", "MOMENT"];
export const needsValue = (op) => !["empty", "not_empty"].includes(op);

/** {how, rows} of a filter that stands in one level; null: it is more than that. */
export function opened(filter) {
  if (!filter || !Object.keys(filter).length) return { how: "all", rows: [] };
  const how = ["all", "any"].find((name) => Array.isArray(filter[name]));
  const rows = how ? filter[how] : "field" in filter ? [filter] : null;
  return rows?.every((one) => typeof one?.field === "string") ? { how: how ?? "all", rows } : null;
}

export function closed({ how, rows }) {
  if (!rows.length) return null;
  return { [how]: rows.map(({ field, op, value }) => (needsValue(op) && value !== undefined ? { field, op, value } : { field, op })) };
}

/** What is typed for a comparison, as the server wants it: lists are separated by commas, two values by "…". */
export function valueOf(op, text) {
  if (op === "in") return text.split(/[,;]/).map((one) => one.trim()).filter(Boolean);
  return text;
}

export const textOf = (value) => (Array.isArray(value) ? value.join(", ") : String(value ?? ""));

/** A new field keeps the comparison where it can, and begins with a value that it can have. */
export function turned(row, fields, ops, name) {
  const [, , kind, options] = fields.find(([one]) => one === name) ?? [name, name, "TEXT", []];
  const offered = ops[kind] ?? ops.TEXT;
  const op = offered.includes(row.op) ? row.op : offered[0];
  if (kind === "SEGMENT") return { field: name, op };
  return { field: name, op, value: first(kind, options, op) };
}

export function first(kind, options, op) {
  if (op === "between") return ["", ""];
  if (op === "in") return options.length ? [options[0][0]] : [];
  if (kind === "FLAG") return "true";
  return options.length ? options[0][0] : "";
}

export function Filter({ filter, fields, ops, change, label }) {
  const now = opened(filter);
  if (!now) {
    return html`<div class="filter-rows"><p class="form-hint">${t("lists.filter_elsewhere")}</p><pre class="mono">${JSON.stringify(filter, null, 1)}</pre>
      <button type="button" class="btn btn-sm" onClick=${() => change(null)}><${Icon} name="filter-off" />${t("lists.filter_drop")}</button></div>`;
  }
  const set = (at, row) => change(closed({ ...now, rows: now.rows.map((one, i) => (i === at ? row : one)) }));
  const add = () => change(closed({ ...now, rows: [...now.rows, turned({}, fields, ops, fields[0][0])] }));
  return html`<div class="filter-rows" role="group" aria-label=${label}>
    ${now.rows.length > 1 && html`<div class="filter-how"><${Choose} label=${t("lists.filter_how")} value=${now.how} offered=${["all", "any"].map((one) => [one, t(`lists.filter_${one}`)])} change=${(how) => change(closed({ ...now, how }))} /></div>`}
    ${now.rows.map((row, at) => html`<${Row} key=${at} row=${row} fields=${fields} ops=${ops} change=${(one) => set(at, one)} remove=${() => change(closed({ ...now, rows: now.rows.filter((_, i) => i !== at) }))} />`)}
    <button type="button" class="btn btn-sm" onClick=${add}><${Icon} name="plus" />${t("lists.filter_add")}</button></div>`;
}

function Row({ row, fields, ops, change, remove }) {
  const known = fields.find(([name]) => name === row.field);
  const [, , kind, options] = known ?? [row.field, row.field, "TEXT", []];
  const offered = ops[kind] ?? ops.TEXT;
  const op = (next) => change({ field: row.field, op: next, value: ["in", "between"].includes(next) || ["in", "between"].includes(row.op) ? first(kind, options, next) : row.value });
  return html`<div class="filter-row">
    <${Choose} label=${t("lists.filter_field")} value=${row.field} offered=${known ? fields : [...fields, [row.field, row.field]]} change=${(name) => change(turned(row, fields, ops, name))} />
    <${Choose} label=${t("lists.filter_op")} value=${row.op} offered=${offered.map((one) => [one, t(`lists.op.${one}`)])} change=${op} />
    ${kind !== "SEGMENT" && needsValue(row.op) && html`<${Value} kind=${kind} options=${options} row=${row} change=${(value) => change({ ...row, value })} />`}
    <button type="button" class="btn btn-sm btn-icon" title=${t("lists.filter_remove")} aria-label=${t("lists.filter_remove")} onClick=${remove}><${Icon} name="x" /></button></div>`;
}

function Value({ kind, options, row, change }) {
  const label = t("lists.filter_value");
  if (kind === "FLAG") return html`<${Choose} label=${label} value=${String(row.value)} offered=${[["true", t("admin.yes")], ["false", t("admin.no")]]} change=${change} />`;
  if (row.op === "between") {
    const [low, high] = Array.isArray(row.value) ? row.value : ["", ""];
    return html`<${Input} kind=${kind} label=${label} value=${low} change=${(one) => change([one, high])} /><span>${t("lists.filter_and")}</span><${Input} kind=${kind} label=${label} value=${high} change=${(one) => change([low, one])} />`;
  }
  if (options.length && row.op === "in") {
    const chosen = Array.isArray(row.value) ? row.value : [];
    return html`<div class="ticks">${options.map(([key, words]) => html`<label class="form-check" key=${key}><input class="form-check-input" type="checkbox" checked=${chosen.includes(key)} onChange=${(event) => change(event.currentTarget.checked ? [...chosen, key] : chosen.filter((one) => one !== key))} /><span class="form-check-label">${words}</span></label>`)}</div>`;
  }
  if (options.length && ["is", "is_not"].includes(row.op)) return html`<${Choose} label=${label} value=${String(row.value)} offered=${options} change=${change} />`;
  const days = row.op.endsWith("_days");
  return html`<${Input} kind=${days ? "INTEGER" : kind} label=${label} value=${textOf(row.value)} hint=${row.op === "in" ? t("lists.filter_in_hint") : ""} change=${(text) => change(days ? Number(text) : valueOf(row.op, text))} />`;
}

function Input({ kind, label, value, change, hint = "" }) {
  const type = DATES.includes(kind) ? "date" : ["INTEGER", "DECIMAL"].includes(kind) ? "number" : "text";
  return html`<input class="form-control" type=${type} step=${kind === "DECIMAL" ? "any" : undefined} aria-label=${label} placeholder=${hint} maxlength="400" autocomplete="off" value=${value} onInput=${(event) => change(event.currentTarget.value)} />`;
}

export function Choose({ label, value, offered, change }) {
  return html`<select class="form-select" aria-label=${label} value=${value} onChange=${(event) => change(event.currentTarget.value)}>
    ${offered.map(([key, words]) => html`<option key=${key} value=${key} selected=${String(key) === String(value)}>${words}</option>`)}</select>`;
}
