/** The frame of a module in the column: title, figure aside, folding, and a grip that moves it by pointer and by arrow keys. */

import { useEffect, useState } from "../../vendor/preact.js";
import { isFolded } from "../layout.js";
import { fold, layout } from "../store.js";
import { html, Icon, t } from "./parts.js";

/** A module whose file is fetched when it is opened for the first time. */
const fetched = new Map();

function Fetched({ module, part }) {
  const [state, setState] = useState(fetched.has(module.name) ? "here" : "");
  const get = () => {
    setState("coming");
    module.load().then(
      (file) => {
        fetched.set(module.name, file);
        setState("here");
      },
      () => setState("failed"),
    );
  };
  useEffect(() => {
    if (!state) get();
  }, []);
  if (state === "failed") {
    return html`<p class="module-empty" role="alert">${t("desk.module.failed")} <button type="button" class="btn btn-sm" onClick=${get}>${t("desk.retry")}</button></p>`;
  }
  if (state !== "here") return html`<p class="module-empty" aria-busy="true">${t("desk.module.loading")}</p>`;
  const Part = fetched.get(module.name)[part];
  return Part ? html`<${Part} />` : null;
}

function Aside({ module }) {
  const Part = module.Aside ?? fetched.get(module.name)?.Aside;
  return Part ? html`<${Part} />` : null;
}

/** `grip`: what moves it ({onPointerDown, onKeyDown}), `lifted`: it is being dragged. */
export function Frame({ module, grip, lifted }) {
  const insists = module.insists?.() ?? false;
  const open = insists || !isFolded(layout.value, module.name, module.folded);
  const title = t(module.title);
  return html`<section class=${`card module${lifted ? " is-lifted" : ""}`} aria-label=${title} data-module=${module.name}>
    <div class="module-bar">
      <button type="button" class="module-grip" data-grip=${module.name} aria-label=${t("desk.module.move", { title })}
        title=${t("desk.module.move_hint")} ...${grip}><${Icon} name="grip-vertical" cls="small" /></button>
      <h2 class="module-head"><button type="button" aria-expanded=${open} aria-disabled=${insists || undefined} onClick=${() => insists || fold(module.name, open)}>
        <span>${title}</span><span class="module-aside"><${Aside} module=${module} /></span>
        <${Icon} name=${open ? "chevron-up" : "chevron-down"} cls="module-arrow" />
      </button></h2>
    </div>
    ${open && html`<div class="module-body">${module.Body ? html`<${module.Body} />` : html`<${Fetched} module=${module} part="Body" />`}</div>`}
  </section>`;
}
