// The icon sprite for islands: html`<${Icon} name="phone" />`.

import { html } from "../../vendor/preact.js";
import { iconUrl } from "./sprite.js";

export { iconUrl };

export function Icon({ name, cls = "", title = "" }) {
  return html`<svg class=${`icon ${cls}`} aria-hidden=${title ? undefined : "true"} role=${title ? "img" : undefined}
    aria-label=${title || undefined}><use href=${iconUrl(name)} /></svg>`;
}
