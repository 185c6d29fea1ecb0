/** My ten latest calls: what was said of them, and the correction of a wrong result (PW-90). */

import { useEffect, useState } from "../../vendor/preact.js";
import { request } from "../../js/lib/http.js";
import { clock as timeOfDay, dateTime, dayMonth } from "../../js/lib/time.js";
import { clock } from "../timers.js";
import { phone } from "../phone.js";
import { announce, facts, live, now, picture, signedOut, toast } from "../store.js";
import { html, Icon, t } from "../view/parts.js";
import { Before, useHistory } from "./parts.js";

const flat = (list, depth = 0) => list.flatMap((d) => [{ id: d.id, label: `${"– ".repeat(depth)}${d.label}` }, ...flat(d.children, depth + 1)]);

function Correct({ call, about, done }) {
  const [choice, setChoice] = useState(call.disposition_id ? String(call.disposition_id) : "");
  const [note, setNote] = useState(call.note);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState("");
  const save = async (event) => {
    event.preventDefault();
    if (busy || !choice) return;
    setBusy(true);
    try {
      await request("PUT", `/agent/results/${encodeURIComponent(call.id)}`, { disposition: Number(choice), note });
      toast("success", t("outbound.latest.corrected"));
      done();
    } catch (refused) {
      if (refused.status === 401) signedOut();
      setError(refused.text);
      announce(refused.text);
    }
    setBusy(false);
  };
  return html`<form class="out-correct" onSubmit=${save}>
    <label><span>${t("outbound.settle.result")}</span><select class="form-select" value=${choice} onChange=${(e) => setChoice(e.target.value)}>
      ${!call.disposition_id && html`<option value=""></option>`}${flat(about.dispositions).map((d) => html`<option key=${d.id} value=${d.id} selected=${String(d.id) === choice}>${d.label}</option>`)}</select></label>
    <label><span>${t("desk.note")}</span><textarea class="form-control" rows="2" maxlength="4000" value=${note} onInput=${(e) => setNote(e.target.value)}></textarea></label>
    ${error && html`<p class="standing tone-red" role="alert"><${Icon} name="alert-circle" cls="small" /><span>${error}</span></p>`}
    <div class="out-row"><button class="btn btn-primary" disabled=${busy || !live.value || !choice}>${t("outbound.latest.correct")}</button>
      <small>${t("outbound.latest.until", { when: dateTime(call.until) })}</small></div></form>`;
}

function About({ call, done }) {
  const [about, setAbout] = useState(null);
  useEffect(() => {
    let here = true;
    request("GET", `/agent/results/${encodeURIComponent(call.id)}`).then((answer) => here && setAbout(answer), () => here && setAbout({ failed: true }));
    return () => { here = false; };
  }, [call.id, call.disposition_id, call.note]);
  if (!about) return html`<p class="out-before-none" aria-busy="true">${t("desk.module.loading")}</p>`;
  if (about.failed) return html`<p class="out-before-none">${t("outbound.before.failed")}</p>`;
  return html`${call.until && call.until > now.value ? html`<${Correct} key=${call.disposition_id} call=${call} about=${about} done=${done} />`
      : html`<p class="out-before-none">${t("outbound.latest.closed")}</p>`}
    ${about.corrections.length > 0 && html`<ul class="out-corrections">${about.corrections.map((one) => html`<li key=${one.at}>${t("outbound.latest.was", { when: dateTime(one.at), by: one.by, old: one.old || t("journal.no_result"), now: one.new })}</li>`)}</ul>`}
    <h4>${t("outbound.before")}</h4><${Before} rows=${about.history} />`;
}

function One({ call, open, onOpen }) {
  const before = useHistory(() => request("GET", `/agent/results/${encodeURIComponent(call.id)}`), [dateTime(call.at), call.queue, call.note].filter(Boolean).join(" · "));
  return html`<button type="button" class="out-line" aria-expanded=${open} onClick=${onOpen} ...${before}>
      <span class="out-line-who"><bdi>${call.name || phone(call.number, facts.value.country) || t("desk.unknown_number")}</bdi><span>${dayMonth(call.at)} ${timeOfDay(call.at)}</span></span>
      <span class="out-line-more"><bdi>${call.disposition || t("desk.mine.no_disposition")}</bdi><span>${call.talk_ms == null ? "" : clock(call.talk_ms)}</span>
        ${call.until && call.until > now.value ? html`<span class="out-owner"><${Icon} name="pencil" cls="small" />${t("outbound.latest.may")}</span>` : ""}</span></button>`;
}

export function Latest() {
  const [calls, setCalls] = useState(null);
  const [open, setOpen] = useState(null);
  const [turn, setTurn] = useState(0);
  const working = picture.value?.work?.call;
  const taken = picture.value?.today.taken;
  useEffect(() => {
    let here = true;
    const wait = setTimeout(async () => {
      const answer = await request("GET", "/agent/results").catch((error) => { if (error.status === 401) signedOut(); return null; });
      if (here) setCalls((known) => answer?.calls ?? known ?? []);
    }, calls ? 400 : 0);
    return () => { here = false; clearTimeout(wait); };
  }, [working, taken, turn]);
  if (!calls) return html`<p class="module-empty" aria-busy="true">${t("desk.module.loading")}</p>`;
  if (!calls.length) return html`<p class="module-empty">${t("desk.mine.none")}</p>`;
  return html`<ul class="out-latest">${calls.map((call) => html`<li key=${call.id} class=${open === call.id ? "is-open" : ""}>
    <${One} call=${call} open=${open === call.id} onOpen=${() => setOpen(open === call.id ? null : call.id)} />
    ${open === call.id && html`<div class="out-about"><${About} call=${call} done=${() => setTurn(turn + 1)} /></div>`}</li>`)}</ul>`;
}
