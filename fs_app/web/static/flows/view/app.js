/** The editor: head, palette, canvas, panel. */

import { ReactFlowProvider, useReactFlow } from "../../vendor/flow.js";
import { useEffect, useState } from "../../vendor/preact.js";
import { arranged } from "../arranger.js";
import { move } from "../graph.js";
import { commandOf, isTyping } from "../keys.js";
import * as store from "../store.js";
import { Canvas } from "./canvas.js";
import { Dialogs } from "./dialogs.js";
import { Palette } from "./palette.js";
import { html, Icon, t, Tool } from "./parts.js";
import { Properties } from "./properties.js";
import { Try } from "./try.js";

const SAVING = { saved: ["green", "check"], waiting: ["grey", "loader-2"], saving: ["grey", "loader-2"], failed: ["red", "alert-circle"], conflict: ["orange", "alert-triangle"] };

function Head() {
  const { flow } = store.facts.value;
  const [tone, icon] = SAVING[store.saving.value];
  const light = flow.published === null ? ["grey", "flows.light.never"] : store.changed.value ? ["orange", "flows.light.changed"] : ["green", "flows.light.published"];
  const ways = [["", "canvas", "sitemap"], ["/form", "form", "list-details"], ["/versions", "versions", "history"], ["/name", "name", "settings"]];
  return html`<div class="page-head fl-head"><div><h1>${flow.name}</h1><p class=${`works tone-${light[0]}`}><span class="light" aria-hidden="true"></span>${t(light[1], { number: flow.published })}</p>
    ${flow.published !== null && !store.facts.value.used && html`<a class="fl-no-calls" href="/admin/numbers">${t("flows.no_calls")}</a>`}</div>
    <div class="actions"><nav class="fl-ways" aria-label=${t("flows.views")}>${ways.map(([path, name, symbol]) => html`<a key=${name} class=${`btn btn-sm${path ? "" : " is-here"}`} aria-current=${path ? undefined : "page"} href=${store.address(path)}>
      <${Icon} name=${symbol} /><span>${t(`flows.view.${name}`)}</span></a>`)}</nav>
      <span class=${`fl-saving tone-${tone}`} role="status"><${Icon} name=${icon} /><span>${t(`flows.saving.${store.saving.value}`)}</span></span>
      <button type="button" class="btn btn-primary" onClick=${() => { store.errors.value.length ? (store.wide.value = false, store.panel.value = "problems", store.notice.value = { tone: "red", text: t("error.flow_not_ready", { n: store.errors.value.length }) }) : (store.dialog.value = { kind: "publish" }); }}><${Icon} name="upload" />${t("flows.publish")}</button></div></div>`;
}

function Bar() {
  const flow = useReactFlow();
  const steps = store.steps.value;
  const [busy, setBusy] = useState(false);
  const tidy = async () => {
    setBusy(true);
    try {
      const places = await arranged(store.graph.value, store.kinds.value, store.digits());
      store.apply(move(store.graph.value, places));
      setTimeout(() => flow.fitView({ padding: 0.1, maxZoom: 1 }), 60);
    } catch {
      store.notice.value = { tone: "orange", text: t("flows.too_tangled") };
    }
    setBusy(false);
  };
  return html`<div class="fl-bar" role="toolbar" aria-label=${t("flows.tools")}>
    <${Tool} icon="arrow-back-up" label=${t("flows.undo")} keys="Ctrl Z" disabled=${!steps.past.length} onClick=${store.undo} />
    <${Tool} icon="arrow-forward-up" label=${t("flows.redo")} keys="Ctrl Y" disabled=${!steps.future.length} onClick=${store.redo} />
    <${Tool} icon="copy" label=${t("flows.copy_nodes")} keys="Ctrl C" disabled=${!store.chosen.value.length} onClick=${() => store.copy()} />
    <${Tool} icon="clipboard" label=${t("flows.paste_nodes")} keys="Ctrl V" onClick=${store.paste} />
    <${Tool} icon="trash" label=${t("flows.delete")} keys="Del" disabled=${!store.chosen.value.length && !store.edge.value} onClick=${store.drop} />
    <${Tool} icon="hierarchy-2" label=${t("flows.arrange")} disabled=${busy} onClick=${tidy} />
    <${Tool} icon="layout-sidebar-right" label=${t("flows.wide")} pressed=${store.wide.value} onClick=${() => { store.wide.value = !store.wide.value; }} />
    <${Tool} icon="keyboard" label=${t("flows.keys.title")} keys="?" onClick=${() => { store.dialog.value = { kind: "help" }; }} /></div>`;
}

function Problems() {
  const problems = store.problems.value;
  if (!problems.length) return html`<div class="fl-form"><p class="fl-none tone-green"><${Icon} name="circle-check" /><span>${t("flows.no_problems")}</span></p></div>`;
  const go = (problem) => {
    if (!problem.node) return;
    store.choose([problem.node]);
    store.shown.value(problem.node, false);
    store.intoPanel(true);
  };
  return html`<ul class="fl-problems">${problems.map((problem, i) => html`<li key=${i} class=${`tone-${problem.level === "error" ? "red" : "orange"}`}><${Icon} name=${problem.level === "error" ? "alert-circle" : "alert-triangle"} />
    <span>${problem.node && store.node(problem.node) ? html`<button type="button" class="fl-link" onClick=${() => go(problem)}>${store.nodeName(store.node(problem.node))}</button><br />` : ""}${problem.text}</span></li>`)}</ul>`;
}

function Panel() {
  const here = store.panel.value;
  const n = store.problems.value.length;
  const tabs = [["node", t("flows.panel.node"), null], ["problems", t("flows.panel.problems"), n], ["try", t("flows.panel.try"), null]];
  const keys = (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const at = tabs.findIndex(([name]) => name === here);
    store.panel.value = tabs[(at + by + tabs.length) % tabs.length][0];
    requestAnimationFrame(() => document.getElementById(`fl-tab-${store.panel.value}`)?.focus());
  };
  return html`<section class="fl-panel" aria-label=${t("flows.panel")}>
    <div class="fl-tabs" role="tablist" aria-label=${t("flows.panel")} onKeyDown=${keys}>${tabs.map(([name, label, count]) => html`<button key=${name} type="button" class="tab" role="tab" id=${`fl-tab-${name}`} tabindex=${here === name ? 0 : -1}
      aria-selected=${String(here === name)} aria-controls="fl-panel-inside" onClick=${() => { store.panel.value = name; }}>${label}${count ? html` <span class=${`fl-count tone-${store.errors.value.length ? "red" : "orange"}`}>${count}</span>` : ""}</button>`)}</div>
    <div class="fl-panel-inside" id="fl-panel-inside" role="tabpanel" aria-labelledby=${`fl-tab-${here}`} tabindex="-1">${here === "try" ? html`<${Try} />` : here === "problems" ? html`<${Problems} />` : html`<${Properties} />`}</div></section>`;
}

function Notice() {
  const notice = store.notice.value;
  useEffect(() => {
    if (!notice || notice.tone === "red") return undefined;
    const timer = setTimeout(() => { store.notice.value = null; }, 8000);
    return () => clearTimeout(timer);
  }, [notice]);
  if (!notice) return null;
  return html`<div class=${`notice fl-notice tone-${notice.tone}`} role=${notice.tone === "red" ? "alert" : "status"}><${Icon} name=${notice.tone === "green" ? "circle-check" : "alert-triangle"} /><span>${notice.text}</span>
    <button type="button" class="tool" aria-label=${t("desk.dismiss")} onClick=${() => { store.notice.value = null; }}><${Icon} name="x" /></button></div>`;
}

export function App() {
  // Undo works wherever the focus is, but in fields it is the field's own.
  useEffect(() => {
    const keys = (event) => {
      if (event.defaultPrevented || isTyping(event.target) || store.dialog.value) return;
      const command = commandOf(event);
      if (command !== "undo" && command !== "redo") return;
      event.preventDefault();
      command === "undo" ? store.undo() : store.redo();
    };
    document.addEventListener("keydown", keys);
    return () => document.removeEventListener("keydown", keys);
  }, []);
  return html`<${ReactFlowProvider}><div class="fl-editor"><${Head} /><${Notice} />
    <div class=${`fl-room${store.wide.value ? " is-wide" : ""}`}><${Palette} /><div class="fl-middle"><${Bar} /><${Canvas} /><p class="visually-hidden" id="fl-keys-hint">${t("flows.keys.hint")}</p></div><${Panel} /></div>
    <p class="visually-hidden" role="status">${store.announced.value}</p><${Dialogs} /></div><//>`;
}
