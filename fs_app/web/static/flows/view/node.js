/** A node on the canvas: what it is, what it says, its exits with their handles. */

import { Handle, Position, memo } from "../../vendor/flow.js";
import { choose, dialog, digits, exitName, kindName, kinds, node as find, nodeName } from "../store.js";
import { exitsOf } from "../graph.js";
import { summary } from "../summary.js";
import { html, Icon, t, toneOf } from "./parts.js";

/** What a screen reader says of the node. */
function said(node, exits, wrong, start) {
  const parts = [kindName(node), node.label, start && t("flows.first"), t("flows.exits_n", { n: exits.length }), wrong && t("flows.problems_n", { n: wrong })];
  return parts.filter(Boolean).join(", ");
}

export const FlowNode = memo(function FlowNode({ data, selected }) {
  const { node, start, wrong, visit, here, current } = data;
  const kind = kinds.value.get(node.kind);
  const exits = exitsOf(kind, node, digits());
  const errors = wrong.filter((problem) => problem.level === "error").length;
  const line = summary(kind, node);
  const classes = ["fl-node", toneOf(kind), selected && "is-chosen", errors ? "is-wrong" : wrong.length && "is-doubtful", visit && "is-visited", here && "is-here"];
  return html`<div class=${classes.filter(Boolean).join(" ")} data-node=${node.id} tabindex=${current ? 0 : -1} role="group"
      aria-label=${said(node, exits, wrong.length, start)} onFocus=${(event) => event.target === event.currentTarget && !selected && choose([node.id])}>
    <${Handle} type="target" position=${Position.Left} className="fl-in" />
    <div class="fl-node-head"><span class="fl-node-icon"><${Icon} name=${kind?.icon ?? "question-mark"} /></span>
      <span class="fl-node-names"><span class="fl-node-name">${node.label || kindName(node)}</span>
        <span class="fl-node-kind">${line || (node.label ? kindName(node) : "")}</span></span>
      ${start && html`<span class="fl-badge tone-green" title=${t("flows.first")}><${Icon} name="rocket" /></span>`}
      ${visit > 0 && html`<span class="fl-badge tone-blue fl-visit">${visit}</span>`}
      ${wrong.length > 0 && html`<span class=${`fl-badge tone-${errors ? "red" : "orange"}`} title=${wrong.map((p) => p.text).join("\n")}>
        <${Icon} name=${errors ? "alert-circle" : "alert-triangle"} /></span>`}</div>
    ${exits.length > 0 && html`<ul class="fl-exits">${exits.map((exit) => {
      const bad = wrong.some((problem) => problem.exit === exit.name);
      const to = node.exits?.[exit.name];
      return html`<li key=${exit.name} class=${`fl-exit${bad ? " is-wrong" : ""}${to ? "" : " is-free"}${exit.optional ? " is-optional" : ""}`}>
        <button type="button" tabindex=${current ? 0 : -1} data-exit=${exit.name} onClick=${() => { dialog.value = { kind: "target", from: node.id, exit: exit.name }; }}>
          ${exit.key && html`<kbd>${exit.key}</kbd>`}<span>${exitName(exit)}</span><span class="visually-hidden">${to ? t("flows.exit_leads", { node: nodeName(find(to)) }) : t("flows.exit_free")}</span>
          ${bad && html`<${Icon} name="alert-circle" />`}</button>
        <${Handle} type="source" id=${exit.name} position=${Position.Right} className="fl-out" /></li>`;
    })}</ul>`}
  </div>`;
});
