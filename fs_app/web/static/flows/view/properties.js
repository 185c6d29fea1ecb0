/** The panel about the chosen node: its name, its parameters, where its exits lead. */

import { useEffect, useRef } from "../../vendor/preact.js";
import * as graphs from "../graph.js";
import * as store from "../store.js";
import { Field } from "./fields.js";
import { html, Icon, t, toneOf } from "./parts.js";

const SYSTEM = ["call_number", "call_name", "call_called", "call_language", "call_queue", "contact_id", "contact_name"];

function Suggestions() {
  const own = graphs.variablesOf(store.graph.value, store.kinds.value);
  const all = [...own, ...(store.facts.value.variables ?? SYSTEM)];
  return html`<datalist id="fl-own">${own.map((name) => html`<option key=${name} value=${name} />`)}</datalist>
    <datalist id="fl-names">${all.map((name) => html`<option key=${name} value=${name} />`)}</datalist>
    <datalist id="fl-variables">${all.map((name) => html`<option key=${name} value=${`{{${name}}}`} />`)}</datalist>`;
}

function Wrong({ problems }) {
  if (!problems.length) return null;
  return html`<ul class="fl-wrong">${problems.map((problem) => html`<li key=${problem.text} class=${`tone-${problem.level === "error" ? "red" : "orange"}`}>
    <${Icon} name=${problem.level === "error" ? "alert-circle" : "alert-triangle"} /><span>${problem.text}</span></li>`)}</ul>`;
}

/** Where one exit leads: a choice among all nodes. */
function Target({ node, exit, wrong }) {
  const id = `fl-exit-${exit.name}`;
  const to = node.exits?.[exit.name] ?? "";
  const change = (event) => {
    const value = event.target.value;
    if (value === "+") {
      event.target.value = to;
      store.dialog.value = { kind: "target", from: node.id, exit: exit.name, only: "kinds" };
    } else store.connect(node.id, exit.name, value || null);
  };
  const otherwise = exit.optional ? (exit.otherwise ? t("flows.otherwise", { exit: t(`flow.exit.${exit.otherwise}`) }) : t("flows.otherwise_ends")) : t("flows.nowhere");
  return html`<div class=${`fl-target${wrong.length ? " has-error" : ""}`}><label for=${id}>${exit.key && html`<kbd>${exit.key}</kbd> `}${store.exitName(exit)}</label>
    <select class="form-select form-select-sm" id=${id} onChange=${change} aria-describedby=${wrong.length ? `${id}-wrong` : undefined} aria-invalid=${wrong.length ? "true" : undefined}>
      <option value="" selected=${!to}>${otherwise}</option>
      ${store.graph.value.nodes.map((other) => html`<option key=${other.id} value=${other.id} selected=${other.id === to}>${store.nodeName(other)}</option>`)}
      <option value="+">${t("flows.new_node")}</option></select>
    ${wrong.length > 0 && html`<div id=${`${id}-wrong`}>${wrong.map((problem) => html`<p key=${problem.text} class="field-error"><${Icon} name="alert-circle" /><span>${problem.text}</span></p>`)}</div>`}</div>`;
}

function NodePanel({ node }) {
  const kind = store.kindOf(node);
  const wrong = store.marks.value.get(node.id) ?? [];
  const set = (param) => (value) => store.apply(graphs.setParam(store.graph.value, node.id, param.name, value, store.kinds.value, store.digits()), `${node.id}.${param.name}`);
  const exits = store.exits(node);
  const own = wrong.filter((problem) => !problem.exit && !kind?.params.some((param) => param.name === problem.param));
  return html`<div class="fl-form" key=${node.id}>
    <div class=${`fl-form-head ${toneOf(kind)}`}><span class="fl-node-icon"><${Icon} name=${kind?.icon ?? "question-mark"} /></span>
      <div><h2>${store.kindName(node)}</h2>${kind && html`<p>${t(kind.hint)}</p>`}</div></div>
    <${Wrong} problems=${own} />
    <div class="field"><label class="form-label" for="fl-label">${t("flows.label")}</label>
      <input class="form-control form-control-sm" id="fl-label" type="text" maxlength="80" value=${node.label ?? ""} placeholder=${store.kindName(node)} autocomplete="off"
        onInput=${(event) => store.apply(graphs.setLabel(store.graph.value, node.id, event.target.value), `${node.id}:label`)} /></div>
    ${kind?.params.filter((param) => graphs.isAsked(kind, node, param)).map((param) => html`<${Field} key=${param.name} node=${node} param=${param} set=${set(param)}
      value=${graphs.valueOf(kind, node, param.name)} wrong=${wrong.filter((problem) => problem.param === param.name)} />`)}
    ${exits.length > 0 && html`<h3>${t("flows.leads_to")}</h3>${exits.map((exit) => html`<${Target} key=${exit.name} node=${node} exit=${exit} wrong=${wrong.filter((problem) => problem.exit === exit.name)} />`)}`}
    <div class="form-ways">
      ${store.graph.value.start !== node.id && html`<button type="button" class="btn btn-sm" onClick=${() => store.apply(graphs.setStart(store.graph.value, node.id))}><${Icon} name="rocket" />${t("flows.begin_here")}</button>`}
      <button type="button" class="btn btn-sm" onClick=${() => { store.copy(); store.paste(); }}><${Icon} name="copy" />${t("flows.duplicate")}</button>
      <button type="button" class="btn btn-sm" onClick=${() => store.drop()}><${Icon} name="trash" />${t("flows.delete")}</button></div></div>`;
}

function EdgePanel({ from, exit }) {
  const node = store.node(from);
  const to = store.node(node?.exits?.[exit]);
  if (!node || !to) return null;
  const out = store.exits(node).find((one) => one.name === exit);
  return html`<div class="fl-form"><h2>${t("flows.connection")}</h2>
    <p>${t("flows.connection_says", { from: store.nodeName(node), exit: out ? [out.key, store.exitName(out)].filter(Boolean).join(" ") : exit, to: store.nodeName(to) })}</p>
    <div class="form-ways"><button type="button" class="btn btn-sm" onClick=${() => store.drop()}><${Icon} name="trash" />${t("flows.disconnect")}</button></div></div>`;
}

function ManyPanel({ n }) {
  return html`<div class="fl-form"><h2>${t("flows.chosen_n", { n })}</h2><div class="form-ways">
    <button type="button" class="btn btn-sm" onClick=${() => { store.copy(); store.paste(); }}><${Icon} name="copy" />${t("flows.duplicate")}</button>
    <button type="button" class="btn btn-sm" onClick=${() => store.drop()}><${Icon} name="trash" />${t("flows.delete")}</button></div></div>`;
}

export function Properties() {
  const box = useRef(null);
  const asked = store.toPanel.value;
  useEffect(() => {
    if (!asked.n) return;
    const wrong = asked.wrong && box.current?.querySelector(".has-error :is(input, select, textarea, button)");
    (wrong || box.current?.querySelector("input, select, textarea"))?.focus();
  }, [asked]);
  const back = (event) => {
    if (event.key !== "Escape" || store.dialog.value) return;
    const id = store.chosen.value.at(-1);
    if (id) store.shown.value(id);
  };
  const chosen = store.chosen.value;
  const node = chosen.length === 1 ? store.node(chosen[0]) : null;
  let inside;
  if (store.edge.value) inside = html`<${EdgePanel} ...${store.edge.value} />`;
  else if (node) inside = html`<${NodePanel} node=${node} />`;
  else if (chosen.length > 1) inside = html`<${ManyPanel} n=${chosen.length} />`;
  else inside = html`<div class="fl-form"><p class="form-hint">${t(store.graph.value.nodes.length ? "flows.nothing_chosen" : "flows.empty_hint")}</p></div>`;
  return html`<div ref=${box} onKeyDown=${back}>${inside}<${Suggestions} /></div>`;
}
