/**
 * A menu behind a button. `button`: what it shows; children: function of `close` that answers the entries, elements
 * with role menuitem. Arrow keys, Home, End and Escape work. It opens over everything, whatever scrolls around it.
 */

import { html, useLayoutEffect, useRef, useState } from "../../vendor/preact.js";

export function RowMenu({ label, button, children, disabled = false, cls = "tool" }) {
  const [at, setAt] = useState(null);
  const root = useRef(null);
  const close = (refocus = true) => {
    setAt(null);
    if (refocus) root.current?.querySelector("button")?.focus();
  };
  const entries = () => [...root.current.querySelectorAll("[role=menuitem]:not([disabled])")];
  const open = () => {
    const box = root.current.getBoundingClientRect();
    const below = innerHeight - box.bottom;
    setAt({
      right: Math.max(8, document.documentElement.clientWidth - box.right),
      ...(below > 340 || below > box.top ? { top: box.bottom + 4, most: below - 12 } : { bottom: innerHeight - box.top + 4, most: box.top - 12 }),
    });
  };
  useLayoutEffect(() => {
    if (!at) return undefined;
    entries()[0]?.focus({ preventScroll: true });
    const outside = (event) => root.current?.contains(event.target) || close(false);
    const away = (event) => root.current?.contains(event.target) || close(false);
    document.addEventListener("pointerdown", outside);
    document.addEventListener("scroll", away, true);
    return () => {
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("scroll", away, true);
    };
  }, [at !== null]);
  const keys = (event) => {
    if (!at) return;
    const list = entries();
    const here = list.indexOf(document.activeElement);
    const goes = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: list.length - 1 }[event.key];
    if (event.key === "Escape" || event.key === "Tab") close(event.key === "Escape");
    else if (goes !== undefined) list[(goes + list.length) % list.length]?.focus();
    else return;
    if (event.key !== "Tab") event.preventDefault();
    event.stopPropagation();
  };
  const px = (n) => (n === undefined ? undefined : `${n}px`);
  const style = at && { top: px(at.top), bottom: px(at.bottom), right: px(at.right), maxHeight: px(at.most) };
  return html`<div class="row-menu" ref=${root} onKeyDown=${keys}>
    <button type="button" class=${cls} title=${label} aria-label=${label} aria-haspopup="menu" aria-expanded=${at !== null}
      disabled=${disabled} onClick=${() => (at ? close() : open())}>${button}</button>
    ${at && html`<div class="row-menu-list" role="menu" aria-label=${label} style=${style}>${children(close)}</div>`}
  </div>`;
}
