/** The tab says the state: its title in words, its icon in colour. While a call rings alarm.js has both. */

import { look } from "./actions.js";

const COLOURS = {
  green: "#17734a", yellow: "#d98a00", blue: "#0a5cae", purple: "#8527b0", orange: "#ad4d07", red: "#c02626",
  amber: "#8f5f00", teal: "#0b6b78", grey: "#566070",
};

/** A dot in the state's colour with a handset in it. */
export function icon(colour) {
  return `data:image/svg+xml,${encodeURIComponent(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="15" fill="${colour}"/>` +
    '<path d="M10 9l3-1 2 4-2 2c1 2 3 4 5 5l2-2 4 2-1 3c-6 2-15-7-13-13z" fill="#fff"/></svg>',
  )}`;
}

const base = globalThis.document?.title ?? "";

/** `said`: the state in words; null: not connected. */
export function show(picture, said) {
  const title = said ? `${said} · ${base}` : base;
  if (document.title !== title) document.title = title;
  const link = document.querySelector('link[rel="icon"]');
  const href = icon(COLOURS[picture ? look(picture).colour : "grey"] ?? COLOURS.grey);
  if (link && link.href !== href) link.href = href;
}
