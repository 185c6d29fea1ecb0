/** The fields of a node's form, one for each kind of parameter (fs_app/ivr/spec.py: ParamKind). */

import { useRef } from "../../vendor/preact.js";
import { languageName, promptName, promptUrl, sounds } from "../choices.js";
import { listen, playing } from "../player.js";
import * as store from "../store.js";
import { html, Icon, t } from "./parts.js";

const input = "form-control form-control-sm";
const text = (set) => (event) => set(event.target.value);

function Text({ id, value, set, param, described, list }) {
  const long = param.kind === "TEMPLATE" && (param.most ?? 0) > 300;
  const common = { id, class: input, value: value ?? "", maxlength: param.most ?? 500, onInput: text(set), autocomplete: "off", spellcheck: false, ...described };
  return long ? html`<textarea rows="4" ...${common}></textarea>` : html`<input type="text" list=${list} ...${common} />`;
}

function Integer({ id, value, set, param, described }) {
  const typed = (event) => {
    const number = event.target.value.trim() === "" ? null : Number(event.target.value);
    set(Number.isInteger(number) || number === null ? number : event.target.value);
  };
  return html`<input class=${`${input} fl-short`} type="number" id=${id} value=${value ?? ""} min=${param.least} max=${param.most} onInput=${typed} ...${described} />`;
}

function Choice({ id, value, set, options, described, nothing = true }) {
  const known = options.some(([key]) => key === value);
  return html`<select class="form-select form-select-sm" id=${id} ...${described}
      onChange=${(event) => set(event.target.value === "" ? null : options[Number(event.target.value)][0])}>
    ${(nothing || !known) && html`<option value="" selected=${!known}>${value !== null && value !== undefined && !known ? t("flows.gone", { id: value }) : t("flows.choose")}</option>`}
    ${options.map(([key, words], i) => html`<option key=${key} value=${i} selected=${key === value}>${words}</option>`)}</select>`;
}

/** Lines that one adds to and takes away from. `line(entry, put, i)` draws one. */
function Lines({ label, value, set, blank, line, most = 30, add }) {
  const entries = Array.isArray(value) ? value : [];
  const box = useRef(null);
  const put = (i, entry) => set(entries.map((old, j) => (j === i ? entry : old)));
  const more = () => {
    set([...entries, blank]);
    requestAnimationFrame(() => box.current?.querySelector("li:last-child :is(input, select)")?.focus());
  };
  const less = (i) => {
    set(entries.filter((_, j) => j !== i));
    requestAnimationFrame(() => box.current?.querySelector("[data-more]")?.focus());
  };
  return html`<div class="fl-lines" ref=${box} role="group" aria-label=${label}>
    ${entries.length > 0 && html`<ol>${entries.map((entry, i) => html`<li key=${i}><div class="fl-line">${line(entry, (next) => put(i, next), i)}</div>
      <button type="button" class="tool" aria-label=${t("flows.remove_line", { n: i + 1 })} title=${t("flows.remove_line", { n: i + 1 })} onClick=${() => less(i)}><${Icon} name="x" /></button></li>`)}</ol>`}
    <button type="button" class="btn btn-sm" data-more disabled=${entries.length >= most} onClick=${more}><${Icon} name="plus" />${add}</button></div>`;
}

const Small = ({ label, value, put, list, most = 500, placeholder }) => html`<input class=${input} type="text" aria-label=${label} title=${label} placeholder=${placeholder ?? label}
  value=${value ?? ""} maxlength=${most} list=${list} autocomplete="off" spellcheck=${false} onInput=${text(put)} />`;

function Prompts({ label, value, set, param }) {
  const entries = Array.isArray(value) ? value : [];
  const swap = (i, j) => {
    const made = [...entries];
    [made[i], made[j]] = [made[j], made[i]];
    set(made);
  };
  const language = store.facts.value.flow.language;
  const offered = sounds();
  const part = (name) => offered.filter((sound) => sound.group === name);
  return html`<div class="fl-lines" role="group" aria-label=${label}>
    ${entries.length > 0 && html`<ol class="fl-prompts">${entries.map((ref, i) => {
      const url = promptUrl(ref, language);
      const name = promptName(ref);
      return html`<li key=${`${i}${ref}`}><button type="button" class="tool" disabled=${!url} aria-label=${t("flows.listen", { name })} title=${t("flows.listen", { name })} onClick=${() => listen([url])}>
          <${Icon} name=${playing.value === url && url ? "player-stop" : "player-play"} /></button>
        <span class="fl-prompt-name" title=${name}>${name}</span>
        <button type="button" class="tool" disabled=${i === 0} aria-label=${t("flows.earlier", { name })} title=${t("flows.earlier", { name })} onClick=${() => swap(i, i - 1)}><${Icon} name="arrow-up" /></button>
        <button type="button" class="tool" disabled=${i === entries.length - 1} aria-label=${t("flows.later", { name })} title=${t("flows.later", { name })} onClick=${() => swap(i, i + 1)}><${Icon} name="arrow-down" /></button>
        <button type="button" class="tool" aria-label=${t("flows.without", { name })} title=${t("flows.without", { name })} onClick=${() => set(entries.filter((_, j) => j !== i))}><${Icon} name="x" /></button></li>`;
    })}</ol>`}
    <select class="form-select form-select-sm" aria-label=${t("flows.add_prompt")} disabled=${entries.length >= (param.most ?? 20)}
        onChange=${(event) => { if (event.target.value) { set([...entries, event.target.value]); event.target.value = ""; } }}>
      <option value="">${t("flows.add_prompt")}</option>
      ${["library", "shipped"].map((group) => part(group).length > 0 && html`<optgroup key=${group} label=${group === "library" ? t("flows.sounds_library") : t("flows.sounds_shipped")}>
        ${part(group).map((sound) => html`<option key=${sound.ref} value=${sound.ref}>${sound.name}</option>`)}</optgroup>`)}
    </select>
    <p class="form-hint"><a href="/admin/sounds" target="_blank" rel="noopener">${t("flows.manage_sounds")}</a></p></div>`;
}

function Keys({ node, label, value, set, param }) {
  const keys = value && typeof value === "object" ? value : {};
  const digits = store.digits();
  const used = digits.filter((digit) => Object.hasOwn(keys, digit));
  const free = digits.filter((digit) => !Object.hasOwn(keys, digit));
  const box = useRef(null);
  const more = () => {
    set({ ...keys, [free[0]]: "" });
    requestAnimationFrame(() => box.current?.querySelector("li:last-child input")?.focus());
  };
  return html`<div class="fl-lines" ref=${box} role="group" aria-label=${label}>
    ${used.length > 0 && html`<ol>${used.map((digit) => html`<li key=${digit}><div class="fl-line">
      <select class="form-select form-select-sm fl-key" aria-label=${t("flows.key")} onChange=${(event) => store.renameKey(node, param.name, digit, event.target.value)}>
        ${digits.filter((other) => other === digit || free.includes(other)).map((other) => html`<option key=${other} value=${other} selected=${other === digit}>${other}</option>`)}</select>
      <${Small} label=${t("flows.key_label", { key: digit })} value=${keys[digit]} put=${(words) => set({ ...keys, [digit]: words })} most=${60} /></div>
      <button type="button" class="tool" aria-label=${t("flows.without_key", { key: digit })} title=${t("flows.without_key", { key: digit })}
        onClick=${() => { const { [digit]: _, ...rest } = keys; set(rest); }}><${Icon} name="x" /></button></li>`)}</ol>`}
    <button type="button" class="btn btn-sm" disabled=${!free.length || used.length >= (param.most ?? 12)} onClick=${more}><${Icon} name="plus" />${t("flows.add_key")}</button></div>`;
}

function Languages({ label, value, set, param }) {
  const chosen = Array.isArray(value) ? value : [];
  const toggle = (code, on) => set(on ? [...chosen, code] : chosen.filter((other) => other !== code));
  return html`<div class="fl-ticks" role="group" aria-label=${label}>${param.choices.map(({ value: code }) => html`<label key=${code} class="form-check">
    <input class="form-check-input" type="checkbox" checked=${chosen.includes(code)} onChange=${(event) => toggle(code, event.target.checked)} />
    <span class="form-check-label">${chosen.includes(code) ? `${chosen.indexOf(code) + 1}. ` : ""}${languageName(code)}</span></label>`)}</div>`;
}

const VALUELESS = new Set(["empty", "filled"]);

function Conditions(props) {
  const tests = store.facts.value.spec.tests;
  return html`<${Lines} ...${props} blank=${{ variable: "", test: tests[0], value: "" }} add=${t("flows.add_condition")} line=${(entry, put) => html`
    <${Small} label=${t("flows.variable")} value=${entry.variable} list="fl-names" most=${40} put=${(variable) => put({ ...entry, variable })} />
    <select class="form-select form-select-sm" aria-label=${t("flows.test")} onChange=${(event) => put({ ...entry, test: event.target.value })}>
      ${tests.map((test) => html`<option key=${test} value=${test} selected=${test === entry.test}>${t(`flow.test.${test}`)}</option>`)}</select>
    ${!VALUELESS.has(entry.test) && html`<${Small} label=${t("flows.value")} value=${entry.value} list="fl-variables" put=${(value) => put({ ...entry, value })} />`}`} />`;
}

const Assignments = (props) => html`<${Lines} ...${props} blank=${{ variable: "", value: "" }} add=${t("flows.add_assignment")} line=${(entry, put) => html`
  <${Small} label=${t("flows.variable")} value=${entry.variable} most=${40} put=${(variable) => put({ ...entry, variable })} />
  <${Small} label=${t("flows.value")} value=${entry.value} list="fl-variables" put=${(value) => put({ ...entry, value })} />`} />`;

const Headers = (props) => html`<${Lines} ...${props} blank=${{ name: "", value: "" }} add=${t("flows.add_header")} line=${(entry, put) => html`
  <${Small} label=${t("flows.header")} value=${entry.name} put=${(name) => put({ ...entry, name })} />
  <${Small} label=${t("flows.value")} value=${entry.value} list="fl-variables" put=${(value) => put({ ...entry, value })} />`} />`;

const Mapping = (props) => html`<${Lines} ...${props} blank=${{ path: "$.", variable: "" }} add=${t("flows.add_mapping")} line=${(entry, put) => html`
  <${Small} label=${t("flows.path")} value=${entry.path} put=${(path) => put({ ...entry, path })} />
  <${Small} label=${t("flows.variable")} value=${entry.variable} most=${40} put=${(variable) => put({ ...entry, variable })} />`} />`;

const GROUPS = { PROMPTS: Prompts, KEYS: Keys, LANGUAGES: Languages, CONDITIONS: Conditions, ASSIGNMENTS: Assignments, HEADERS: Headers, MAPPING: Mapping };
const REFERS = new Set(["QUEUE", "AGENT", "FLOW", "SCHEDULE", "HOLIDAYS", "BOX", "MESSAGE"]);

/** One field with its label and what is wrong with it. */
export function Field({ node, param, value, set, wrong }) {
  const id = `fl-${param.name}`;
  const label = t(param.label);
  const described = { "aria-describedby": wrong.length ? `${id}-wrong` : undefined, "aria-invalid": wrong.length ? "true" : undefined };
  const Group = GROUPS[param.kind];
  const needed = param.required && html`<span class="needed" aria-hidden="true"> *</span>`;
  let field;
  if (Group) field = html`<${Group} node=${node} label=${label} value=${value} set=${set} param=${param} most=${param.most} />`;
  else if (param.kind === "FLAG") {
    return html`<div class="field"><label class="form-check"><input class="form-check-input" type="checkbox" checked=${value === true} onChange=${(event) => set(event.target.checked)} />
      <span class="form-check-label">${label}</span></label></div>`;
  } else if (param.kind === "INTEGER") field = html`<${Integer} id=${id} value=${value} set=${set} param=${param} described=${described} />`;
  else if (param.kind === "CHOICE") field = html`<${Choice} id=${id} value=${value} set=${set} described=${described} nothing=${!param.required && param.default === null} options=${param.choices.map((one) => [one.value, t(one.label)])} />`;
  else if (REFERS.has(param.kind)) field = html`<${Choice} id=${id} value=${value} set=${set} described=${described} options=${(store.facts.value.choices[param.kind] ?? []).map((one) => [one.id, one.name])} />`;
  else field = html`<${Text} id=${id} value=${value} set=${set} param=${param} described=${described} list=${param.kind === "VARIABLE" ? "fl-own" : param.kind === "TEXT" ? undefined : "fl-variables"} />`;
  return html`<div class=${`field${wrong.length ? " has-error" : ""}`}>
    ${Group ? html`<p class="form-label" aria-hidden="true">${label}${needed}</p>` : html`<label class="form-label" for=${id}>${label}${needed}</label>`}
    ${field}
    ${wrong.length > 0 && html`<div id=${`${id}-wrong`}>${wrong.map((problem) => html`<p key=${problem.text} class=${`field-error${problem.level === "error" ? "" : " is-mild"}`}><${Icon} name="alert-circle" /><span>${problem.text}</span></p>`)}</div>`}</div>`;
}
