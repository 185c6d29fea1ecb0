/** Small parts that every view uses. */

import { html, useLayoutEffect, useRef, useState } from "../../vendor/preact.js";
import { Icon } from "../../js/lib/icons.js";
import { t } from "../../js/lib/i18n.js";
import { elapsed, remaining } from "../timers.js";
import { facts, live, now, pending, send } from "../store.js";
import { shown } from "../keys.js";

export { html, Icon, t };

/** Time since a stamp of the server, renewed each second. */
export function Since({ stamp }) {
  return html`<span class="timer">${elapsed(stamp, now.value)}</span>`;
}

/** Time left until a stamp of the server. */
export function Left({ stamp }) {
  return html`<span class="timer">${remaining(stamp, now.value)}</span>`;
}

/** "Raccrocher (F4)" */
export function withKey(text, action) {
  const key = facts.value.keys[action];
  return key ? `${text} (${shown(key)})` : text;
}

/** A button that asks the server one thing; off while it is on its way or the page is not connected. */
export function Ask({ event, data = {}, label, cls = "", children, ...more }) {
  const busy = pending.value.has(event + JSON.stringify(data));
  return html`<button type="button" class=${cls} title=${label} aria-label=${label} aria-busy=${busy}
    disabled=${busy || !live.value} onClick=${() => send(event, data)} ...${more}>${children}</button>`;
}

/**
 * A menu behind a button. `button`: what the button shows (`spoken`: it has words of its own); children: function of `close` that answers the
 * entries, elements with role menuitem or menuitemradio. Arrow keys, Home, End and Escape work.
 */
export function Menu({ label, cls, button, children, disabled = false, align = "start", spoken = false }) {
  const [open, setOpen] = useState(false);
  const root = useRef(null);
  const close = (refocus = true) => {
    setOpen(false);
    if (refocus) root.current?.querySelector("button")?.focus();
  };
  const entries = () => [...root.current.querySelectorAll("[role^=menuitem]:not([disabled])")];
  // Before the next key arrives: somebody who types ahead must not land on another entry.
  useLayoutEffect(() => {
    if (!open) return undefined;
    (entries().find((e) => e.ariaChecked === "true") ?? entries()[0])?.focus();
    const outside = (event) => root.current?.contains(event.target) || close(false);
    const page = root.current.ownerDocument;
    page.addEventListener("pointerdown", outside);
    return () => page.removeEventListener("pointerdown", outside);
  }, [open]);
  const keys = (event) => {
    if (!open) return;
    const list = entries();
    const at = list.indexOf(root.current.ownerDocument.activeElement);
    const goes = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: list.length - 1 }[event.key];
    if (event.key === "Escape" || event.key === "Tab") close(event.key === "Escape");
    else if (goes !== undefined) list[(goes + list.length) % list.length]?.focus();
    else return;
    if (event.key !== "Tab") event.preventDefault();
    event.stopPropagation();
  };
  return html`<div class="pop" ref=${root} onKeyDown=${keys}>
    <button type="button" class=${cls} title=${label} aria-label=${spoken ? undefined : label} aria-haspopup="menu" aria-expanded=${open}
      disabled=${disabled} onClick=${() => setOpen(!open)}>${button}</button>
    ${open && html`<div class=${`pop-menu pop-${align}`} role="menu" aria-label=${label}>${children(close)}</div>`}
  </div>`;
}

/** Something that needs the person's eye: tone, icon, text. */
export function Strip({ tone, icon, children, role = "status" }) {
  return html`<div class=${`strip tone-${tone}`} role=${role}><${Icon} name=${icon} /><span>${children}</span></div>`;
}
