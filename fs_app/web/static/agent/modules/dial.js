/** Click to dial (BA-90): number, queue, number shown, Appeler; how the call goes; the last numbers. */

import { signal, useEffect } from "../../vendor/preact.js";
import { request } from "../../js/lib/http.js";
import { dial, dialling, fromLink, keepQueue, lastQueue, mayDial, said, takeLinks, typed } from "../dialling.js";
import { phone } from "../phone.js";
import { facts, live, picture, send, signedOut } from "../store.js";
import { html, Icon, Since, t } from "../view/parts.js";

const LOOK = {
  CALLING_YOU: ["phone-outgoing", "amber"], DIALING: ["dialpad", "blue"], RINGING: ["bell-ringing", "blue"],
  TALKING: ["phone-call", "blue"], ENDED: ["phone-off", "grey"],
};
/** States from which a call can be made (the server decides). */
const FREE = ["IDLE", "UNAVAILABLE", "BACK_OFFICE", "INTER_CALL", "NO_ANSWER_DELAY"];
const WITHHELD = "withheld";

const choices = signal({ queues: [], last: [], state: "" });
const queue = signal(null);
const callerId = signal(null);
const busy = signal(false);

async function load() {
  try {
    const answer = await request("GET", "/agent/dial");
    choices.value = { ...answer, state: "here" };
    const known = (id) => answer.queues.some((one) => one.id === id);
    if (!known(queue.value)) queue.value = known(lastQueue()) ? lastQueue() : (answer.queues[0]?.id ?? null);
  } catch (error) {
    if (error.status === 401) signedOut();
    else choices.value = { ...choices.value, state: choices.value.state || "failed" };
  }
}

const chosen = () => choices.value.queues.find((one) => one.id === queue.value);

async function call() {
  const number = typed.value.trim();
  if (!number || busy.value || !live.value) return;
  busy.value = true;
  const answer = await dial(number, queue.value, { callerId: callerId.value });
  busy.value = false;
  if (!answer.ok) return;
  keepQueue(queue.value);
  fromLink.value = false;
  typed.value = "";
}

const shown = (number) => (number === WITHHELD ? t("dial.withheld") : number ? phone(number, facts.value.country) : t("dial.caller_id_trunk"));

function CallerId() {
  const one = chosen();
  if (!one) return null;
  const list = [...one.caller_ids, ...(one.withheld ? [WITHHELD] : [])];
  const now = list.includes(callerId.value) ? callerId.value : one.caller_id;
  if (list.length < 2) return html`<p class="dial-shown"><span>${t("dial.caller_id")}</span> <b>${shown(now)}</b></p>`;
  return html`<label class="dial-field"><span>${t("dial.caller_id")}</span>
    <select class="form-select" value=${now} onChange=${(event) => { callerId.value = event.target.value; }}>
      ${list.map((number) => html`<option key=${number} value=${number} selected=${number === now}>${shown(number)}</option>`)}
    </select></label>`;
}

/** The call that is made: what happens, since when, and the way out. */
function Progress() {
  const attempt = dialling.value;
  if (!attempt) return null;
  const [icon, tone] = LOOK[attempt.state] ?? LOOK.ENDED;
  const over = attempt.state === "ENDED";
  const failed = over && attempt.why && attempt.why !== "cancelled";
  const line = picture.value.lines.find((one) => one.call === attempt.call && one.can.includes("hang_up"));
  return html`<div class=${`dial-progress tone-${failed ? "red" : tone}`} role="status" data-dialling=${attempt.state}>
    <${Icon} name=${icon} />
    <span><bdi>${phone(attempt.number, facts.value.country)}</bdi><small>${said(attempt)}</small></span>
    ${!over && html`<${Since} stamp=${attempt.since} />`}
    ${!over && line && html`<button type="button" class="btn btn-sm btn-danger" disabled=${!live.value}
      onClick=${() => send("line.hang_up", { line: line.id })}>${t(attempt.state === "TALKING" ? "dial.hang_up" : "dial.cancel")}</button>`}
    ${over && html`<button type="button" class="btn btn-sm" disabled=${!live.value || !FREE.includes(picture.value.state.name)}
      onClick=${() => dial(attempt.number, queue.value, { callerId: callerId.value })}>${t("dial.again")}</button>`}
  </div>`;
}

function Last() {
  const { last } = choices.value;
  if (!last.length) return html`<p class="module-empty">${t("dial.no_last")}</p>`;
  return html`<section aria-label=${t("dial.last")}><h3 class="dial-last">${t("dial.last")}</h3>
    <ul class="dial-list">${last.map((one) => html`<li key=${one.number}>
      <a class="call-number" href=${`tel:${one.number}`} data-queue=${one.queue} title=${t("dial.click", { number: phone(one.number, facts.value.country) })}>
        <${Icon} name=${one.answered ? "phone-outgoing" : "phone-off"} cls=${`small tone-${one.answered ? "green" : "red"}`} />
        <bdi>${one.name || phone(one.number, facts.value.country)}</bdi>${one.name && html` <small>${phone(one.number, facts.value.country)}</small>`}
      </a></li>`)}</ul></section>`;
}

export function Body() {
  const ended = dialling.value?.state === "ENDED" ? dialling.value.call : "";
  const queues = picture.value?.queues.map((one) => one.id).join() ?? "";
  // Another choice of queues, or one more number that was called.
  useEffect(() => {
    load();
  }, [ended, queues]);
  if (choices.value.state === "failed") {
    return html`<p class="module-empty" role="alert">${t("dial.settings_failed")} <button type="button" class="btn btn-sm" onClick=${load}>${t("dial.retry")}</button></p>`;
  }
  if (choices.value.state && !choices.value.queues.length) return html`<p class="module-empty">${t("dial.no_queues")}</p>`;
  const free = FREE.includes(picture.value?.state.name);
  return html`<form class="dial-form" onSubmit=${(event) => { event.preventDefault(); call(); }}>
      <label class="dial-field"><span>${t("dial.number")}</span>
        <input id="dial-number" class="form-control" type="text" inputmode="tel" autocomplete="off" spellcheck=${false} maxlength="200"
          placeholder=${t("dial.number_hint")} value=${typed.value}
          onInput=${(event) => { typed.value = event.target.value; fromLink.value = false; }} /></label>
      ${fromLink.value && html`<p class="dial-note" role="status">${t("dial.from_link")}</p>`}
      ${choices.value.queues.length > 1 && html`<label class="dial-field"><span>${t("dial.queue")}</span>
        <select class="form-select" value=${queue.value} onChange=${(event) => { queue.value = Number(event.target.value); callerId.value = null; }}>
          ${choices.value.queues.map((one) => html`<option key=${one.id} value=${one.id} selected=${one.id === queue.value}>${one.name}</option>`)}
        </select></label>`}
      <${CallerId} />
      <button type="submit" class="btn btn-primary dial-go" aria-busy=${busy.value} disabled=${!live.value || busy.value || !free || !typed.value.trim()}>
        <${Icon} name="phone-outgoing" /> ${t("dial.call")}</button>
    </form>
    <${Progress} />
    <${Last} />
    <button type="button" class="dial-links" title=${t("dial.links_hint")} onClick=${takeLinks}>${t("dial.links")}</button>`;
}

export function Aside() {
  const attempt = dialling.value;
  return attempt && attempt.state !== "ENDED" ? said(attempt) : null;
}

export const module = { name: "dial", title: "desk.module.dial", icon: "phone-outgoing", where: "column", Body, Aside, shown: mayDial };
