/** A window over the page: the browser's own dialog keeps the focus inside and gives it back. */

import { useEffect, useRef } from "../../vendor/preact.js";
import { html, Icon, t } from "./parts.js";

/** `onClose` is called when the person closes it. */
export function Dialog({ title, onClose, cls = "", children }) {
  const root = useRef(null);
  useEffect(() => {
    const dialog = root.current;
    if (!dialog.open) dialog.showModal();
    return () => dialog.open && dialog.close();
  }, []);
  return html`<dialog ref=${root} class=${`dialog card ${cls}`} aria-label=${title}
      onCancel=${(event) => { event.preventDefault(); onClose(); }}>
    <header class="dialog-head"><h1>${title}</h1>
      <button type="button" class="tool" aria-label=${t("desk.dialog.close")} title=${t("desk.dialog.close")} onClick=${onClose}><${Icon} name="x" /></button></header>
    <div class="dialog-body">${children}</div></dialog>`;
}
