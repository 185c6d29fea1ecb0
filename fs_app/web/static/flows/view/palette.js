/** The palette: kinds of nodes by group. Dragged onto the canvas; a click or Enter adds one after the chosen node. */

import { freeExit } from "../graph.js";
import * as store from "../store.js";
import { focusNode } from "./canvas.js";
import { html, Icon, t, toneOf } from "./parts.js";

/** Adds a node after the chosen one's first free exit, or on its own. */
export function addAfter(kind, from = store.chosen.value.at(-1), exit = "") {
  const node = store.node(from);
  const free = node && (exit || freeExit(store.exits(node), node)?.name);
  const id = store.add(kind, free ? { after: node.id, exit: free } : node ? { x: node.x + 320, y: node.y } : {});
  if (id) {
    store.shown.value(id, false);
    focusNode(id);
  }
  return id;
}

/** Kinds by group, in the server's order: [[label of the group, kinds]]. */
export function groups(kinds) {
  const found = new Map();
  for (const kind of kinds) {
    if (!found.has(kind.group_label)) found.set(kind.group_label, []);
    found.get(kind.group_label).push(kind);
  }
  return [...found];
}

export function Palette() {
  const drag = (event, kind) => {
    event.dataTransfer.setData("application/x-flow-kind", kind.kind);
    event.dataTransfer.effectAllowed = "copy";
  };
  return html`<section class="fl-palette" aria-label=${t("flows.palette")}>
    ${groups(store.kinds.value.values()).map(([label, kinds]) => html`<div key=${label} class="fl-group"><h2>${t(label)}</h2>
      <ul>${kinds.map((kind) => html`<li key=${kind.kind}><button type="button" class=${`fl-kind ${toneOf(kind)}`} draggable="true" title=${t(kind.hint)}
        onDragStart=${(event) => drag(event, kind)} onClick=${() => addAfter(kind.kind)}>
        <span class="fl-node-icon"><${Icon} name=${kind.icon} /></span><span>${t(kind.label)}</span></button></li>`)}</ul></div>`)}
  </section>`;
}
