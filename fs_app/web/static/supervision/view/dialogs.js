/** What is asked before it is done, and a message to agents: native dialogs, so focus and Escape are the browser's. */

import { useEffect, useRef } from "../../vendor/preact.js";
import { dialog, send, toast } from "../store.js";
import { html, Icon, t } from "./parts.js";

function Frame({ title, children }) {
  const ref = useRef(null);
  useEffect(() => {
    const back = document.activeElement;
    ref.current.showModal();
    return () => back?.focus?.();
  }, []);
  const close = () => {
    dialog.value = null;
  };
  return html`<dialog class="ask" ref=${ref} aria-labelledby="ask-title" onClose=${close} onCancel=${close}><h2 id="ask-title">${title}</h2>${children(close)}</dialog>`;
}

function Confirm({ asked }) {
  const go = (close) => {
    close();
    send(asked.event, asked.data);
  };
  return html`<${Frame} title=${asked.title}>${(close) => html`<p>${asked.text}</p>
    <div class="form-ways"><button type="button" class=${`btn ${asked.danger ? "btn-danger" : "btn-primary"}`} autofocus onClick=${() => go(close)}>${asked.button}</button>
      <button type="button" class="btn" onClick=${close}>${t("admin.cancel")}</button></div>`}<//>`;
}

function Message({ asked }) {
  const box = useRef(null);
  const go = async (event, close) => {
    event.preventDefault();
    const text = box.current.value.trim();
    if (text && (await send("agent.message", { agent: asked.agent, text }))) {
      close();
      toast("success", t("supervision.message.sent"));
    }
  };
  const title = asked.agent ? t("supervision.message.to", { name: asked.name }) : t("supervision.message.to_all");
  return html`<${Frame} title=${title}>${(close) => html`<form onSubmit=${(event) => go(event, close)}>
    <label class="form-label" for="message-text">${t("supervision.message.text")}</label>
    <textarea class="form-control" id="message-text" ref=${box} rows="3" maxlength="300" required autofocus></textarea>
    <p class="form-hint">${t("supervision.message.hint")}</p>
    <div class="form-ways"><button class="btn btn-primary"><${Icon} name="mail" />${t("supervision.message.send")}</button>
      <button type="button" class="btn" onClick=${close}>${t("admin.cancel")}</button></div></form>`}<//>`;
}

export function Dialogs() {
  const asked = dialog.value;
  if (!asked) return null;
  return asked.kind === "message" ? html`<${Message} key="m" asked=${asked} />` : html`<${Confirm} key="c" asked=${asked} />`;
}
