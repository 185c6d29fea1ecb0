// By telephone: it rings, one speaks after the beep. By the machine: a text and a voice.

import { html, useState } from "../vendor/preact.js";
import { Icon } from "../js/lib/icons.js";
import { t } from "../js/lib/i18n.js";
import { ask, takes } from "./work.js";

export function Telephone({ facts, wish }) {
  const here = facts.phones.filter((phone) => phone.here);
  const [agent, choose] = useState(String((here[0] ?? facts.phones[0])?.id ?? ""));
  const [why, setWhy] = useState("");
  const take = takes.value.find((one) => String(one.agent) === agent);
  const ring = async () => setWhy(await ask("/admin/sounds/phone", { ...wish, agent: Number(agent) }));
  const end = async () => setWhy(await ask(`/admin/sounds/phone/${agent}/end`));
  if (!facts.phones.length) return html`<p class="form-hint">${t("sounds.phone.none")}</p>`;
  return html`<div class="studio">
    <p class="form-hint">${t("sounds.phone.hint")}</p>
    <div class="field"><label class="form-label" for="take-agent">${t("sounds.phone.which")}</label>
      <select class="form-select" id="take-agent" value=${agent} onChange=${(event) => choose(event.currentTarget.value)}>
        ${facts.phones.map((phone) => html`<option value=${String(phone.id)} disabled=${!phone.here}>${phone.label}${phone.here ? "" : ` (${t("sounds.phone.away")})`}</option>`)}
      </select></div>
    ${why && html`<p class="notice tone-red" role="alert"><${Icon} name="alert-circle" /><span>${why}</span></p>`}
    ${take && html`<p class=${take.running ? "studio-runs tone-blue" : "form-hint"} role="status"><${Icon} name=${take.state === "recording" ? "player-record-filled" : "phone-call"} />${take.words}</p>`}
    ${take?.running
      ? html`<button type="button" class="btn" onClick=${end}><${Icon} name="phone-end" />${t("sounds.phone.end")}</button>`
      : html`<button type="button" class="btn btn-primary" disabled=${!here.length} onClick=${ring}><${Icon} name="phone-call" />${t("sounds.phone.ring")}</button>`}
  </div>`;
}

export function Speech({ facts, wish, language }) {
  const voices = facts.voices.filter((voice) => voice.language === language);
  const [text, setText] = useState(facts.note);
  const [chosen, choose] = useState("");
  const [why, setWhy] = useState("");
  const voice = voices.some((one) => one.value === chosen) ? chosen : voices[0]?.value;
  const speak = async () => setWhy(await ask("/admin/sounds/speak", { ...wish, text, voice }));
  if (!facts.voices.length) return html`<p class="notice tone-orange"><${Icon} name="info-circle" /><span>${t("sounds.speech.none")}</span></p>`;
  if (!voices.length) return html`<p class="notice tone-orange"><${Icon} name="info-circle" /><span>${t("sounds.speech.no_voice")}</span></p>`;
  return html`<div class="studio">
    <div class="field"><label class="form-label" for="speech-text">${t("sounds.speech.text")}</label>
      <textarea class="form-control" id="speech-text" rows="4" maxlength=${facts.longest_text} value=${text} onInput=${(event) => setText(event.currentTarget.value)}></textarea></div>
    <div class="field"><label class="form-label" for="speech-voice">${t("sounds.speech.voice")}</label>
      <select class="form-select" id="speech-voice" value=${voice} onChange=${(event) => choose(event.currentTarget.value)}>
        ${voices.map((one) => html`<option value=${one.value}>${one.label}</option>`)}</select></div>
    ${why && html`<p class="notice tone-red" role="alert"><${Icon} name="alert-circle" /><span>${why}</span></p>`}
    <button type="button" class="btn btn-primary" disabled=${!text.trim()} onClick=${speak}><${Icon} name="message" />${t("sounds.speech.speak")}</button>
  </div>`;
}
