/**
 * At the end of a call that must be qualified the qualification comes over everything (BA-33, BA-156), if the agent wants
 * it so: a window over the page, in the small window of the lines too, the page brought to the front where the browser
 * lets it, and a notification where it does not.
 */

import { useEffect } from "../../vendor/preact.js";
import { t } from "../../js/lib/i18n.js";
import { isOver, module, putAside } from "../modules/qualification.js";
import { personOf } from "../phone.js";
import { facts, picture } from "../store.js";
import { Dialog } from "./dialog.js";
import { html } from "./parts.js";

function come(who) {
  window.focus();
  if (document.hasFocus() || !facts.value.settings.notification || globalThis.Notification?.permission !== "granted") return () => {};
  const note = new Notification(t("desk.qualify.wanted"), { body: who, tag: "fs_app.qualify", requireInteraction: true, silent: true });
  note.onclick = () => {
    window.focus();
    note.close();
  };
  return () => note.close();
}

export function Popup() {
  const call = picture.value?.work?.call;
  const open = Boolean(picture.value) && isOver();
  useEffect(() => (open ? come(personOf(picture.value.work, facts.value.country)) : undefined), [open, call]);
  if (!open) return null;
  return html`<${Dialog} key=${call} title=${t("desk.qualify")} cls="qualifies" onClose=${() => { putAside.value = call; }}><${module.Body} /><//>`;
}
