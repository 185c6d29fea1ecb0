/** The keys of a telephone, for menus at the other end (BA-123): by pointer, or typed while they are open. */

import { useLayoutEffect, useRef, useState } from "../../vendor/preact.js";
import { live, openKeypad, send } from "../store.js";
import { html, Icon, t } from "./parts.js";

const KEYS = [..."123456789*0#"];
const SHOWN = 24;

export function Keypad({ line, label, cls, icon }) {
  const open = openKeypad.value === line.id;
  const [sent, setSent] = useState("");
  const root = useRef(null);
  const close = (refocus = true) => {
    openKeypad.value = null;
    if (refocus) root.current?.querySelector("button")?.focus();
  };
  useLayoutEffect(() => {
    if (!open) return undefined;
    setSent("");
    root.current.querySelector("input").focus();
    const page = root.current.ownerDocument;
    const outside = (event) => root.current?.contains(event.target) || close(false);
    page.addEventListener("pointerdown", outside);
    return () => page.removeEventListener("pointerdown", outside);
  }, [open]);
  const press = (digit) => {
    setSent((before) => (before + digit).slice(-SHOWN));
    send("line.dtmf", { line: line.id, digits: digit }, { again: true });
  };
  const keys = (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      return close();
    }
    const digit = event.key.toUpperCase();
    if (event.ctrlKey || event.altKey || event.metaKey || !/^[0-9*#A-D]$/.test(digit) || event.target.tagName !== "INPUT") return undefined;
    event.preventDefault();
    event.stopPropagation();
    return live.value && press(digit);
  };
  return html`<span class="pop" ref=${root}>
    <button type="button" class=${cls} title=${label} aria-label=${label} aria-haspopup="dialog" aria-expanded=${open}
      onClick=${() => { openKeypad.value = open ? null : line.id; }}><${Icon} name=${icon} /></button>
    ${open && html`<div class="pop-menu keypad" role="dialog" aria-label=${label} onKeyDown=${keys}>
      <label class="visually-hidden" for="keypad-sent">${t("desk.keypad.sent")}</label>
      <input id="keypad-sent" class="form-control keypad-sent" value=${sent} readonly placeholder=${t("desk.keypad.hint")} autocomplete="off" />
      <div class="keypad-keys">${KEYS.map((digit) => html`<button type="button" key=${digit} class="btn" disabled=${!live.value}
        onClick=${() => press(digit)}>${digit}</button>`)}</div></div>`}
  </span>`;
}
