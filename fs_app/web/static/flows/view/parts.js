/** Small parts of the editor's views. */

import { html, useEffect, useRef } from "../../vendor/preact.js";
import { Icon } from "../../js/lib/icons.js";
import { known, t } from "../../js/lib/i18n.js";
import { dialog } from "../store.js";

export { html, Icon, known, t };

const TONES = { speak: "blue", ask: "purple", decide: "amber", data: "teal", lead: "green", end: "red" };
export const toneOf = (kind) => `tone-${TONES[kind?.group] ?? "grey"}`;

/** A native dialog: focus and Escape are the browser's. */
export function Frame({ title, wide = false, children }) {
  const ref = useRef(null);
  useEffect(() => {
    const back = document.activeElement;
    ref.current.showModal();
    return () => back?.isConnected && back.focus?.();
  }, []);
  const close = () => {
    dialog.value = null;
  };
  return html`<dialog class=${`fl-dialog${wide ? " is-wide" : ""}`} ref=${ref} aria-labelledby="fl-dialog-title" onClose=${close}>
    <h2 id="fl-dialog-title">${title}</h2>${children(close)}</dialog>`;
}

export function Tool({ icon, label, keys = "", onClick, disabled = false, pressed }) {
  return html`<button type="button" class="tool" title=${keys ? `${label} (${keys})` : label} aria-label=${label} disabled=${disabled}
    aria-pressed=${pressed === undefined ? undefined : String(pressed)} onClick=${onClick}><${Icon} name=${icon} /></button>`;
}
