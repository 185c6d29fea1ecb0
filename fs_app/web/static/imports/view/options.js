// Step 4: numbers, filter, duplicates, into which list and how.

import { html } from "../../vendor/preact.js";
import { momentOf, wall } from "../../agent/outbound/logic.js";
import { t } from "../../js/lib/i18n.js";
import { mappedTo, places } from "../plan.js";
import { change, plan, preview, problems } from "../store.js";
import { headed, targetName } from "./columns.js";
import { Filter } from "./filter.js";
import { Field, Problems, Select, Text, Tick } from "./parts.js";

const zone = () => document.documentElement.dataset.zone || "Europe/Paris";
const about = (...beginnings) => problems.value.filter((one) => beginnings.some((b) => one.place === b || one.place.startsWith(`${b}.`)));
const into = (name) => (part) => change((p) => ({ ...p, [name]: { ...p[name], ...part } }));
const set = (name) => (value) => change((p) => ({ ...p, [name]: value }));

export function Options({ facts }) {
  return html`<div class="im-options"><${Numbers} facts=${facts} /><${Duplicates} facts=${facts} /><${Where} facts=${facts} /><${Filters} facts=${facts} /></div>`;
}

function Part({ title, children }) {
  return html`<section class="card-body"><h3 class="form-part">${title}</h3>${children}</section>`;
}

function Numbers({ facts }) {
  const { numbers } = plan.value;
  const here = places(plan.value);
  const put = into("numbers");
  if (!here.length) return html`<${Part} title=${t("wizard.numbers")}><p class="form-hint">${t("wizard.no_numbers")}</p><${Problems} of=${about("numbers")} /><//>`;
  return html`<${Part} title=${t("wizard.numbers")}><div class="form-columns">
    <${Field} id="im-country" label=${t("wizard.country")} hint=${t("wizard.country_hint")} problems=${about("numbers.country")}><${Select} id="im-country" value=${numbers.country} offered=${facts.countries} change=${(country) => put({ country })} /><//>
    <${Field} id="im-main" label=${t("wizard.main")} hint=${t("wizard.main_hint")} problems=${about("numbers.main")}><${Select} id="im-main" value=${String(numbers.main)} change=${(main) => put({ main: Number(main) })}
      offered=${here.map((place) => [String(place), `${t("wizard.target.number", { place })} · ${headed(preview.value.header, plan.value.columns.find((one) => one.target === `number.${place}`).column)}`])} /><//>
    <${Field} id="im-prefix" label=${t("wizard.prefix")} hint=${t("wizard.prefix_hint")} problems=${about("numbers.prefix")}><${Text} id="im-prefix" value=${numbers.prefix} most=${10} change=${(prefix) => put({ prefix })} /><//>
    <${Field} id="im-invalid" label=${t("wizard.invalid")} hint=${t("wizard.invalid_hint")} problems=${about("numbers.invalid")}><${Select} id="im-invalid" value=${numbers.invalid} offered=${["refuse", "drop"].map((one) => [one, t(`wizard.invalid.${one}`)])} change=${(invalid) => put({ invalid })} /><//>
    </div><${Tick} label=${t("wizard.missing_zero")} hint=${t("wizard.missing_zero_hint")} on=${numbers.missing_zero} change=${(missing_zero) => put({ missing_zero })} /><//>`;
}

function Duplicates({ facts }) {
  const { duplicates, new_fields: fresh } = plan.value;
  const put = into("duplicates");
  const custom = plan.value.columns.map((one) => one.target).filter((one) => one.startsWith("custom."));
  const keys = ["number", "mail", "reference", ...custom].filter((key) => (key === "number" ? places(plan.value).length : mappedTo(plan.value, key)));
  const words = (key) => (key === "number" ? t("wizard.by.number") : targetName(key, facts, fresh));
  return html`<${Part} title=${t("wizard.duplicates")}>
    ${!keys.length && html`<p class="form-hint">${t("wizard.nothing_to_compare")}</p>`}
    ${keys.length > 0 && html`<div class="form-columns">
      <fieldset class="field"><legend class="form-label">${t("wizard.by")}</legend>${keys.map((key) => html`<${Tick} key=${key} label=${words(key)} on=${duplicates.by.includes(key)}
        change=${(on) => put({ by: on ? [...duplicates.by, key] : duplicates.by.filter((one) => one !== key) })} />`)}<${Problems} of=${about("duplicates.by")} /></fieldset>
      <fieldset class="field"><legend class="form-label">${t("wizard.within")}</legend>${["in_file", "in_list", "in_account"].map((name) => html`<${Tick} key=${name} label=${t(`wizard.${name}`)} on=${duplicates[name]} disabled=${!duplicates.by.length || (name === "in_list" && !plan.value.call_list)} change=${(on) => put({ [name]: on })} />`)}</fieldset>
      <${Field} id="im-then" label=${t("wizard.then")} hint=${t(`wizard.then_hint.${duplicates.then}`)}><${Select} id="im-then" value=${duplicates.then} disabled=${!duplicates.by.length || !duplicates.in_account} offered=${["use", "update", "skip"].map((one) => [one, t(`wizard.then.${one}`)])} change=${(then) => put({ then })} /><//>
    </div>`}<//>`;
}

function Where({ facts }) {
  const now = plan.value;
  const listed = Boolean(now.call_list);
  const at = (ms) => (ms == null ? "" : wall(ms, zone()).toISOString().slice(0, 16));
  const when = (text) => set("callback_at")(text ? momentOf(new Date(`${text}:00Z`), zone()) : null);
  const choose = (value) => change((p) => ({ ...p, call_list: value, ...(value ? {} : { list_filter: null, callback_at: null, excluded: false }) }));
  return html`<${Part} title=${t("wizard.where")}><div class="form-columns">
    <${Into} id="im-list" label=${t("wizard.call_list")} hint=${t("wizard.call_list_hint")} value=${now.call_list} offered=${facts.lists} change=${choose} wrong=${about("call_list")} />
    <${Into} id="im-file" label=${t("wizard.contact_file")} hint=${t("wizard.contact_file_hint")} value=${now.contact_file} offered=${facts.files} change=${set("contact_file")} wrong=${about("contact_file")} />
    <${Field} id="im-blacklist" label=${t("wizard.blacklist")} hint=${t(`wizard.blacklist_hint.${now.blacklist}`)}><${Select} id="im-blacklist" value=${now.blacklist} offered=${["mark", "refuse", "ignore"].map((one) => [one, t(`wizard.blacklist.${one}`)])} change=${set("blacklist")} /><//>
    ${now.memo.columns.length > 1 && html`<${Field} id="im-separator" label=${t("wizard.separator")} hint=${t("wizard.separator_hint")}><${Text} id="im-separator" value=${now.memo.separator} most=${10} change=${(separator) => into("memo")({ separator })} /><//>`}
    ${listed && html`<${Field} id="im-callback" label=${t("wizard.callback_at")} hint=${t("wizard.callback_hint")} problems=${about("callback_at")}><input class="form-control" id="im-callback" type="datetime-local" value=${at(now.callback_at)} onChange=${(event) => when(event.currentTarget.value)} /><//>`}
    </div>${listed && html`<${Tick} label=${t("wizard.excluded")} hint=${t("wizard.excluded_hint")} on=${now.excluded} change=${set("excluded")} /><${Problems} of=${about("excluded")} />`}<//>`;
}

/** Nothing, one that is there, or a new one with its name. */
function Into({ id, label, hint, value, offered, change: put, wrong }) {
  const chosen = !value ? "" : value.id ? String(value.id) : "+";
  const choose = (key) => put(key === "" ? null : key === "+" ? { new: plan.value.source || t("wizard.new_name") } : { id: Number(key) });
  const options = [["", t("wizard.none")], ["+", t("wizard.new_one")], ...offered.map((one) => [String(one.id), one.name])];
  return html`<${Field} id=${id} label=${label} hint=${hint} problems=${wrong}><${Select} id=${id} value=${chosen} offered=${options} change=${choose} />
    ${chosen === "+" && html`<${Text} cls="im-name" value=${value.new} label=${t("wizard.name_of_new")} change=${(name) => put({ new: name })} />`}<//>`;
}

function Filters({ facts }) {
  const now = plan.value;
  const columns = preview.value.header.map((_, at) => [`column.${at}`, headed(preview.value.header, at), "TEXT"]);
  const fixed = facts.targets.contact.filter((one) => one !== "description").map((one) => [one, targetName(one, facts), "TEXT"]);
  const own = [...facts.fields, ...now.new_fields].map((one) => [`custom.${one.name}`, one.label, one.kind]);
  const fields = [["number", t("wizard.by.number"), "NUMBER"], ["number_kind", t("wizard.number_kind"), "TEXT"], ["memo", t("wizard.memo"), "TEXT"], ["due_at", t("wizard.callback_at"), "MOMENT"], ...fixed, ...own];
  return html`<${Part} title=${t("wizard.filters")}>
    <${Filter} id="im-filter" label=${t("wizard.filter")} hint=${t("wizard.filter_hint")} filter=${now.filter} fields=${columns} ops=${facts.ops} change=${set("filter")} wrong=${about("filter")} />
    ${now.call_list && html`<${Filter} id="im-list-filter" label=${t("wizard.list_filter")} hint=${t("wizard.list_filter_hint")} filter=${now.list_filter} fields=${fields} ops=${facts.ops} change=${set("list_filter")} wrong=${about("list_filter")} />`}<//>`;
}
