/** The column of modules: those that the profile has on, in the agent's own order. */

import { useEffect, useState } from "../../vendor/preact.js";
import { moved, neighbour, ordered, under } from "../layout.js";
import { MODULES } from "../modules/index.js";
import { announce, facts, isOn, layout, rearrange } from "../store.js";
import { Frame } from "./frame.js";
import { html, t } from "./parts.js";

export const placeOf = (module) => (typeof module.where === "function" ? module.where(facts.value) : module.where);

/** The modules of one place that there are now, in the registry's order. */
export function modulesOf(place) {
  return MODULES.filter((m) => placeOf(m) === place && (isOn(m.name) || m.even?.()) && (m.shown?.() ?? true));
}

const names = () => MODULES.filter((m) => placeOf(m) === "column").map((m) => m.name);

function said(name, order) {
  const title = t(MODULES.find((m) => m.name === name).title);
  announce(t("desk.module.moved", { title, n: order.indexOf(name) + 1, all: order.length }));
}

/** Where the modules lie on the screen. */
function boxes(root) {
  return [...root.querySelectorAll("[data-module]")].map((one) => {
    const { top, bottom } = one.getBoundingClientRect();
    return { name: one.dataset.module, top, bottom };
  });
}

export function Column({ label }) {
  const [drag, setDrag] = useState(null); // {name, order}
  const order = drag?.order ?? ordered(names(), layout.value.order);
  const here = modulesOf("column").sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  const shown = here.map((m) => m.name);

  useEffect(() => {
    if (!drag) return undefined;
    const root = document.getElementById("modules");
    const move = (event) => setDrag((now) => now && { ...now, order: moved(now.order, now.name, under(boxes(root), event.clientY)) });
    const drop = () => {
      setDrag((now) => {
        if (now) rearrange(now.order);
        return null;
      });
    };
    const leave = (event) => event.key === "Escape" && setDrag(null);
    const listeners = { pointermove: move, pointerup: drop, pointercancel: () => setDrag(null), keydown: leave };
    for (const [name, listener] of Object.entries(listeners)) addEventListener(name, listener);
    return () => {
      for (const [name, listener] of Object.entries(listeners)) removeEventListener(name, listener);
    };
  }, [drag !== null]);

  const grip = (name) => ({
    onPointerDown: (event) => {
      if (event.button === 0) setDrag({ name, order });
    },
    onKeyDown: (event) => {
      const target = neighbour(shown, name, event.key);
      if (!["ArrowUp", "ArrowDown", "Home", "End"].includes(event.key)) return;
      event.preventDefault();
      if (target === null) return;
      const next = moved(order, name, target);
      rearrange(next);
      said(name, next.filter((one) => shown.includes(one)));
      // Moving the element takes the focus away.
      setTimeout(() => document.querySelector(`[data-grip="${name}"]`)?.focus());
    },
  });

  return html`<aside id="modules" class=${`modules${drag ? " is-dragging" : ""}`} aria-label=${label}>
    ${here.map((module) => html`<${Frame} key=${module.name} module=${module} grip=${grip(module.name)} lifted=${drag?.name === module.name} />`)}
  </aside>`;
}
