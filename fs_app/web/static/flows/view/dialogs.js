/** Dialogs: where an exit leads, publishing, a conflict, the keys. */

import { useEffect, useRef, useState } from "../../vendor/preact.js";
import { freePlace } from "../graph.js";
import * as store from "../store.js";
import { focusNode } from "./canvas.js";
import { groups } from "./palette.js";
import { Frame, html, Icon, t, toneOf } from "./parts.js";

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Where an exit leads: a node that is there, or a new one. `from` null: a new node on its own. */
function Target({ asked }) {
  const [sought, setSought] = useState("");
  const box = useRef(null);
  const node = store.node(asked.from);
  const exit = node && store.exits(node).find((one) => one.name === asked.exit);
  const to = node?.exits?.[asked.exit];
  const fits = (text) => plain(text).includes(plain(sought.trim()));
  const kinds = asked.only === "nodes" ? [] : groups(store.kinds.value.values()).map(([label, all]) => [label, all.filter((kind) => fits(t(kind.label)))]).filter(([, all]) => all.length);
  const nodes = asked.only === "kinds" ? [] : store.graph.value.nodes.filter((one) => one.id !== asked.from && fits(store.nodeName(one)));
  const title = node ? t(asked.only === "kinds" ? "flows.add_after" : "flows.lead_to", { exit: exit ? [exit.key, store.exitName(exit)].filter(Boolean).join(" ") : asked.exit, node: store.nodeName(node) }) : t("flows.add_node");
  const back = (id, close) => {
    close();
    if (id) {
      store.shown.value(id, false);
      focusNode(id);
    }
  };
  const add = (kind, close) => {
    const place = asked.place ? freePlace(store.graph.value, asked.place.x, asked.place.y - 40) : {};
    const id = store.add(kind.kind, node && !asked.place ? { after: node.id, exit: asked.exit } : place);
    if (id && node && asked.place) store.connect(node.id, asked.exit, id);
    back(id, close);
  };
  const link = (id, close) => {
    store.connect(asked.from, asked.exit, id);
    back(asked.from, close);
  };
  // Arrow keys go through the choices; typing goes on in the search.
  const keys = (event) => {
    if (!box.current) return; // what was picked has closed the dialog
    const all = [...box.current.querySelectorAll("input, [data-pick]")];
    const here = all.indexOf(document.activeElement);
    const go = { ArrowDown: here + 1, ArrowUp: here - 1 }[event.key];
    if (go === undefined) return;
    event.preventDefault();
    all[(go + all.length) % all.length].focus();
  };
  const enter = (event, close) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    if (nodes.length && asked.only === "nodes") link(nodes[0].id, close);
    else if (kinds.length) add(kinds[0][1][0], close);
    else if (nodes.length) link(nodes[0].id, close);
  };
  return html`<${Frame} title=${title}>${(close) => html`<div ref=${box} onKeyDown=${keys} class="fl-pick">
    <label class="visually-hidden" for="fl-sought">${t("filter.search")}</label>
    <input class="form-control" id="fl-sought" type="search" placeholder=${t("filter.search")} autocomplete="off" autofocus value=${sought} onInput=${(event) => setSought(event.target.value)} onKeyDown=${(event) => enter(event, close)} />
    <div class="fl-pick-list">
      ${to && html`<button type="button" class="btn btn-sm" data-pick onClick=${() => { store.connect(asked.from, asked.exit, null); back(asked.from, close); }}><${Icon} name="ban" />${t("flows.disconnect")}</button>`}
      ${kinds.map(([label, all]) => html`<div key=${label}><h3>${t(label)}</h3>${all.map((kind) => html`<button key=${kind.kind} type="button" data-pick class=${`fl-kind ${toneOf(kind)}`} onClick=${() => add(kind, close)}>
        <span class="fl-node-icon"><${Icon} name=${kind.icon} /></span><span>${t(kind.label)}</span></button>`)}</div>`)}
      ${nodes.length > 0 && html`<div><h3>${t("flows.there")}</h3>${nodes.map((one) => html`<button key=${one.id} type="button" data-pick class=${`fl-kind ${toneOf(store.kindOf(one))}`} aria-current=${one.id === to ? "true" : undefined} onClick=${() => link(one.id, close)}>
        <span class="fl-node-icon"><${Icon} name=${store.kindOf(one)?.icon ?? "question-mark"} /></span><span>${store.nodeName(one)}</span></button>`)}</div>`}
      ${!kinds.length && !nodes.length && html`<p class="form-hint">${t("admin.none_found")}</p>`}
    </div></div>
    <div class="form-ways"><button type="button" class="btn" onClick=${() => back(asked.from, close)}>${t("admin.cancel")}</button></div>`}<//>`;
}

function Publish() {
  const note = useRef(null);
  const [busy, setBusy] = useState(false);
  const warnings = store.problems.value.filter((problem) => problem.level !== "error").length;
  const go = async (event, close) => {
    event.preventDefault();
    setBusy(true);
    const text = note.current.value.trim();
    await store.publish(text);
    close();
  };
  return html`<${Frame} title=${t("flows.publish_title")}>${(close) => html`<form onSubmit=${(event) => go(event, close)}>
    <p>${t("flows.publish_says")}</p>${warnings > 0 && html`<p class="field-error is-mild"><${Icon} name="alert-triangle" /><span>${t("flows.warnings_n", { n: warnings })}</span></p>`}
    <label class="form-label" for="fl-note">${t("flows.note")}</label><input class="form-control" id="fl-note" ref=${note} maxlength="200" autocomplete="off" autofocus />
    <div class="form-ways"><button class="btn btn-primary" disabled=${busy}><${Icon} name="upload" />${t("flows.publish")}</button><button type="button" class="btn" onClick=${close}>${t("admin.cancel")}</button></div></form>`}<//>`;
}

function Conflict() {
  return html`<${Frame} title=${t("flows.conflict")}>${() => html`<p>${t("flows.conflict_says")}</p>
    <div class="fl-conflict"><button type="button" class="btn btn-primary" onClick=${() => store.saveAsCopy()}><${Icon} name="copy" />${t("flows.conflict_copy")}</button>
      <button type="button" class="btn" onClick=${() => store.settle("theirs")}><${Icon} name="download" />${t("flows.conflict_theirs")}</button>
      <button type="button" class="btn" onClick=${() => store.settle("mine")}><${Icon} name="device-floppy" />${t("flows.conflict_mine")}</button></div>
    <p class="form-hint">${t("flows.conflict_undo")}</p>`}<//>`;
}

const KEYS = [
  ["← ↑ → ↓", "flows.keys.go"], ["⇧ ← ↑ → ↓", "flows.keys.move"], ["↵", "flows.keys.edit"], ["Esc", "flows.keys.back"], ["Tab", "flows.keys.exits"], ["A", "flows.keys.add"], ["C", "flows.keys.connect"],
  ["Del", "flows.keys.delete"], ["Ctrl Z · Ctrl Y", "flows.keys.undo"], ["Ctrl C · X · V", "flows.keys.copy"], ["Ctrl A", "flows.keys.all"], ["Home", "flows.keys.first"], ["+ − 0", "flows.keys.zoom"], ["?", "flows.keys.help"],
];

function Help() {
  return html`<${Frame} title=${t("flows.keys.title")}>${(close) => html`<dl class="fl-help">${KEYS.map(([keys, words]) => html`<div key=${words}><dt><kbd>${keys}</kbd></dt><dd>${t(words)}</dd></div>`)}</dl>
    <div class="form-ways"><button type="button" class="btn" autofocus onClick=${close}>${t("admin.back")}</button></div>`}<//>`;
}

export function Dialogs() {
  const asked = store.dialog.value;
  // A conflict that was closed without an answer comes again: nothing is saved until it is settled.
  useEffect(() => {
    if (!asked && store.saving.value === "conflict") store.dialog.value = { kind: "conflict" };
  }, [asked]);
  if (!asked) return null;
  if (asked.kind === "target") return html`<${Target} key="t" asked=${asked} />`;
  if (asked.kind === "publish") return html`<${Publish} key="p" />`;
  if (asked.kind === "conflict") return html`<${Conflict} key="c" />`;
  return html`<${Help} key="h" />`;
}
