// What several lists share: the keys of a rule, the quotas of a profiler, the slots of a planner, a condition.

import { html } from "../vendor/preact.js";
import { Icon } from "../js/lib/icons.js";
import { t } from "../js/lib/i18n.js";
import { Choose, Filter } from "./filter.js";

const DAYS = [1, 2, 3, 4, 5, 6, 7];
const NEW = {
  rule: (facts) => ({ by: "column", column: facts.fields[0][0], descending: false }),
  profiler: () => ({ name: "", most: 100, filter: null }),
  planner: () => ({ name: "", days: [1, 2, 3, 4, 5], from: "18:00", until: "20:00", filter: null }),
};

export function Content({ facts, content, change }) {
  if (facts.kind === "characteristic") {
    return html`<${Filter} filter=${content} fields=${facts.fields} ops=${facts.ops} change=${change} label=${t("lists.filter")} />`;
  }
  const rows = Array.isArray(content) ? content : [];
  const set = (at, part) => change(rows.map((one, i) => (i === at ? { ...one, ...part } : one)));
  const swap = (at, to) => change(rows.map((one, i) => (i === at ? rows[to] : i === to ? rows[at] : one)));
  const Part = { rule: Key, profiler: Quota, planner: Slot }[facts.kind];
  return html`<ol class="shared-rows">${rows.map((row, at) => html`<li class="shared-row" key=${at}><${Part} facts=${facts} row=${row} set=${(part) => set(at, part)} replace=${(one) => change(rows.map((old, i) => (i === at ? one : old)))} at=${at} />
      <span class="shared-ways">
      <button type="button" class="btn btn-sm btn-icon" disabled=${at === 0} title=${t("admin.up")} aria-label=${`${t("admin.up")} ${at + 1}`} onClick=${() => swap(at, at - 1)}><${Icon} name="arrow-up" /></button>
      <button type="button" class="btn btn-sm btn-icon" disabled=${at === rows.length - 1} title=${t("admin.down")} aria-label=${`${t("admin.down")} ${at + 1}`} onClick=${() => swap(at, at + 1)}><${Icon} name="arrow-down" /></button>
      <button type="button" class="btn btn-sm btn-icon" title=${t("admin.delete")} aria-label=${`${t("admin.delete")} ${at + 1}`} onClick=${() => change(rows.filter((_, i) => i !== at))}><${Icon} name="x" /></button></span></li>`)}</ol>
    <button type="button" class="btn btn-sm" onClick=${() => change([...rows, NEW[facts.kind](facts)])}><${Icon} name="plus" />${t(`lists.row_add.${facts.kind}`)}</button>`;
}

function Key({ facts, row, replace, set }) {
  const turned = (by) => replace({ column: { by, column: facts.fields[0][0], descending: false }, freshness: { by, newest: true }, attempts: { by, descending: false }, characteristic: { by, id: facts.characteristics[0]?.[0] ?? 0 } }[by] ?? { by });
  const ways = facts.ways.filter((one) => one !== "characteristic" || facts.characteristics.length || row.by === one);
  const way = (name, on, yes, no) => html`<${Choose} label=${t("lists.way")} value=${String(Boolean(on))} offered=${[["false", no], ["true", yes]]} change=${(value) => set({ [name]: value === "true" })} />`;
  return html`<div class="filter-row"><${Choose} label=${t("lists.by")} value=${row.by} offered=${ways.map((one) => [one, t(`lists.by.${one}`)])} change=${turned} />
    ${row.by === "column" && html`<${Choose} label=${t("lists.filter_field")} value=${row.column} offered=${facts.fields.filter(([name, , kind]) => kind !== "SEGMENT" && !["number", "number_kind"].includes(name))} change=${(column) => set({ column })} />${way("descending", row.descending, t("lists.descending"), t("lists.ascending"))}`}
    ${row.by === "freshness" && way("newest", row.newest !== false, t("lists.newest"), t("lists.oldest"))}
    ${row.by === "attempts" && way("descending", row.descending, t("lists.most_first"), t("lists.fewest_first"))}
    ${row.by === "characteristic" && html`<${Choose} label=${t("lists.tab.characteristic")} value=${String(row.id)} offered=${facts.characteristics.map(([id, name]) => [String(id), name])} change=${(id) => set({ id: Number(id) })} />`}</div>`;
}

function Quota({ facts, row, set, at }) {
  return html`<div class="shared-part"><div class="filter-row">
    <label class="form-label" for=${`q-name-${at}`}>${t("lists.segment")}</label><input class="form-control" id=${`q-name-${at}`} maxlength="100" value=${row.name} onInput=${(event) => set({ name: event.currentTarget.value })} />
    <label class="form-label" for=${`q-most-${at}`}>${t("lists.quota_most")}</label><input class="form-control short" id=${`q-most-${at}`} type="number" min="0" max="1000000" value=${row.most} onInput=${(event) => set({ most: event.currentTarget.value === "" ? null : Number(event.currentTarget.value) })} /></div>
    <${Filter} filter=${row.filter} fields=${facts.fields} ops=${facts.ops} change=${(filter) => set({ filter })} label=${`${t("lists.filter")} ${at + 1}`} /></div>`;
}

function Slot({ facts, row, set, at }) {
  const days = row.days ?? [];
  return html`<div class="shared-part"><div class="filter-row">
    <label class="form-label" for=${`s-name-${at}`}>${t("lists.column.name")}</label><input class="form-control" id=${`s-name-${at}`} maxlength="100" value=${row.name ?? ""} onInput=${(event) => set({ name: event.currentTarget.value })} />
    <label class="form-label" for=${`s-from-${at}`}>${t("lists.from")}</label><input class="form-control short" id=${`s-from-${at}`} type="time" value=${row.from} onInput=${(event) => set({ from: event.currentTarget.value })} />
    <label class="form-label" for=${`s-until-${at}`}>${t("lists.to")}</label><input class="form-control short" id=${`s-until-${at}`} type="time" value=${row.until === "24:00" ? "00:00" : row.until} onInput=${(event) => set({ until: event.currentTarget.value === "00:00" ? "24:00" : event.currentTarget.value })} /></div>
    <div class="ticks" role="group" aria-label=${t("lists.days")}>${DAYS.map((day) => html`<label class="form-check" key=${day}><input class="form-check-input" type="checkbox" checked=${days.includes(day)} onChange=${(event) => set({ days: event.currentTarget.checked ? [...days, day].sort() : days.filter((one) => one !== day) })} /><span class="form-check-label">${t(`lists.day.${day}`)}</span></label>`)}</div>
    <${Filter} filter=${row.filter} fields=${facts.fields} ops=${facts.ops} change=${(filter) => set({ filter })} label=${`${t("lists.filter")} ${at + 1}`} /></div>`;
}
