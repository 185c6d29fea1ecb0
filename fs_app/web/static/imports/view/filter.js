// Conditions of a filter: field, comparison, value; all of them or any.

import { html } from "../../vendor/preact.js";
import { Icon } from "../../js/lib/icons.js";
import { t } from "../../js/lib/i18n.js";
import { closed, needsValue, opened } from "../plan.js";
import { Problems, Select, Text } from "./parts.js";

const DATES = ["DATE", "DATETIME", "MOMENT"];

/** `fields`: [[name, words, kind]]; `ops`: kind → comparisons; `change(filter|null)`. */
export function Filter({ id, label, hint, filter, fields, ops, change, wrong }) {
  const now = opened(filter, [...new Set(Object.values(ops).flat())]);
  const kindOf = (name) => fields.find(([one]) => one === name)?.[2] ?? "TEXT";
  const offered = (name) => ops[kindOf(name)] ?? ops.TEXT;
  const to = (field, row) => ({ field, op: offered(field).includes(row.op) ? row.op : offered(field)[0], ...(kindOf(field) === kindOf(row.field) ? {} : { value: kindOf(field) === "FLAG" ? "true" : "" }) });
  if (!now) {
    return html`<fieldset class="field"><legend class="form-label">${label}</legend><p class="form-hint">${t("wizard.filter_made_elsewhere")}</p><pre class="mono im-json">${JSON.stringify(filter, null, 1)}</pre>
      <button type="button" class="btn btn-sm" onClick=${() => change(null)}><${Icon} name="filter-off" />${t("wizard.filter_drop")}</button><${Problems} of=${wrong} /></fieldset>`;
  }
  const set = (at, part) => change(closed({ ...now, rows: now.rows.map((row, i) => (i === at ? { ...row, ...part } : row)) }));
  const add = () => change(closed({ ...now, rows: [...now.rows, { field: fields[0][0], op: offered(fields[0][0])[0], value: "" }] }));
  return html`<fieldset class="field im-filter"><legend class="form-label">${label}</legend>
    ${hint && html`<p class="form-hint">${hint}</p>`}
    ${now.rows.length > 1 && html`<${Select} id=${`${id}-how`} label=${t("wizard.filter_how")} value=${now.how} offered=${["all", "any"].map((one) => [one, t(`wizard.filter_${one}`)])} change=${(how) => change(closed({ ...now, how }))} />`}
    ${now.rows.map((row, at) => html`<div class="row-line" key=${at}>
      <${Select} label=${t("wizard.filter_field")} value=${row.field} offered=${fields.some(([name]) => name === row.field) ? fields : [...fields, [row.field, row.field, "TEXT"]]} change=${(field) => set(at, to(field, row))} />
      <${Select} label=${t("wizard.filter_op")} value=${row.op} offered=${offered(row.field).map((one) => [one, t(`wizard.op.${one}`)])} change=${(op) => set(at, { op })} />
      ${needsValue(row.op) && html`<${Value} kind=${kindOf(row.field)} row=${row} change=${(value) => set(at, { value })} />`}
      <button type="button" class="tool" title=${t("wizard.filter_remove")} aria-label=${t("wizard.filter_remove")} onClick=${() => change(closed({ ...now, rows: now.rows.filter((_, i) => i !== at) }))}><${Icon} name="x" /></button></div>`)}
    <${Problems} of=${wrong} />
    <button type="button" class="btn btn-sm" onClick=${add} disabled=${!fields.length}><${Icon} name="plus" />${t("wizard.filter_add")}</button></fieldset>`;
}

function Value({ kind, row, change }) {
  const label = t("wizard.filter_value");
  if (kind === "FLAG") return html`<${Select} label=${label} value=${String(row.value)} offered=${["true", "false"].map((one) => [one, t(one === "true" ? "admin.yes" : "admin.no")])} change=${change} />`;
  const day = DATES.includes(kind) && !row.op.endsWith("_days");
  if (day) return html`<input class="form-control" type="date" aria-label=${label} value=${row.value ?? ""} onChange=${(event) => change(event.currentTarget.value)} />`;
  return html`<${Text} label=${label} value=${row.value ?? ""} most=${200} change=${change} />`;
}
