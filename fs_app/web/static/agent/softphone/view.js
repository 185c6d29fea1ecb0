/** What the page shows of its own telephone: a figure in the bandeau with its devices, and a strip while it rings. */

import { useEffect, useState } from "../../vendor/preact.js";
import { request } from "../../js/lib/http.js";
import { phone as written } from "../phone.js";
import { facts, picture, toast } from "../store.js";
import { mainLine } from "../actions.js";
import { html, Icon, t, withKey } from "../view/parts.js";
import * as main from "./main.js";
import * as sound from "./sound.js";

const TONES = { starting: "blue", ready: "green", lost: "orange", refused: "red", no_microphone: "red" };

/** Back to the telephone with the agent's own number. */
export async function toDeskPhone() {
  try {
    await request("PUT", "/agent/phone", { how: "own" });
  } catch (error) {
    toast("error", error.text);
  }
}

function Level({ value }) {
  return html`<span class="softphone-level" role="meter" aria-label=${t("softphone.level")} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.round(value * 100)}>
    <span style=${`inline-size:${Math.round(value * 100)}%`}></span></span>`;
}

function Device({ what, list }) {
  const [now, setNow] = useState(sound.chosen()[what] ?? "");
  const change = (event) => {
    setNow(event.target.value);
    main.changeDevice(what, event.target.value);
  };
  return html`<label class="softphone-device"><span>${t(`softphone.${what}`)}</span>
    <select class="form-select form-select-sm" value=${now} onChange=${change}>
      <option value="">${t("softphone.default")}</option>
      ${list.map((one) => html`<option key=${one.id} value=${one.id}>${one.label}</option>`)}
    </select></label>`;
}

/** Microphone, speaker, bell, and whether the microphone hears anything. */
export function Devices() {
  const [lists, setLists] = useState(null);
  const [trying, setTrying] = useState(0);
  const [loud, setLoud] = useState(0);
  useEffect(() => {
    const look = () => sound.devices().then(setLists, () => setLists({ microphone: [], speaker: [], bell: [] }));
    look();
    navigator.mediaDevices?.addEventListener?.("devicechange", look);
    return () => navigator.mediaDevices?.removeEventListener?.("devicechange", look);
  }, []);
  useEffect(() => {
    if (!trying) return undefined;
    let stream = null;
    let stop = () => {};
    let gone = false;
    sound.microphone().then((found) => {
      if (gone) return sound.release(found);
      stream = found;
      stop = sound.meter(found, setLoud);
    }, () => setTrying(0));
    return () => {
      gone = true;
      stop();
      sound.release(stream);
      setLoud(0);
    };
  }, [trying]);
  if (!lists) return null;
  return html`<div class="softphone-devices">
    ${["microphone", "speaker", "bell"].map((what) => html`<${Device} key=${what} what=${what} list=${lists[what]} />`)}
    <div class="softphone-try"><button type="button" class="btn btn-sm" aria-pressed=${Boolean(trying)} onClick=${() => setTrying(trying ? 0 : 1)}>
      <${Icon} name="microphone" />${t("softphone.listen")}</button>${trying ? html`<${Level} value=${loud} />` : null}</div>
  </div>`;
}

/** In the bandeau. */
export function SoftphoneFigure() {
  const [open, setOpen] = useState(false);
  const phone = main.phone.value;
  if (phone.state === "off") return null;
  const title = `${t("softphone.title")} : ${t(`softphone.state.${phone.state}`)}`;
  const talks = phone.session?.state === "talking";
  const close = (event) => event.key === "Escape" && open && (setOpen(false), event.stopPropagation());
  return html`<span class="softphone" onKeyDown=${close}>
    ${talks && main.mutesHere() && html`<button type="button" class=${`tool softphone-mute${phone.muted ? " is-muted" : ""}`} aria-pressed=${phone.muted}
      title=${t(phone.muted ? "softphone.unmute" : "softphone.mute")} aria-label=${t("softphone.mute")} onClick=${() => main.mute(!phone.muted)}>
      <${Icon} name=${phone.muted ? "microphone-off" : "microphone"} /></button>`}
    ${talks && !phone.muted && html`<${Level} value=${main.level.value} />`}
    <button type="button" class=${`figure softphone-state tone-${TONES[phone.state]}${phone.state === "ready" ? "" : " is-lit"}`} data-softphone=${phone.state}
      title=${title} aria-label=${title} aria-expanded=${open} onClick=${() => setOpen(!open)}><${Icon} name="headset" /></button>
    ${open && html`<div class="softphone-panel card" role="group" aria-label=${t("softphone.title")}>
      <p class=${`tone-${TONES[phone.state]}`}><b>${t(`softphone.state.${phone.state}`)}</b></p><${Devices} /></div>`}
  </span>`;
}

/** Under the bandeau: it rings, or something is wrong. */
export function SoftphoneStrip() {
  const phone = main.phone.value;
  const p = picture.value;
  if (phone.session?.state === "ringing" || phone.session?.state === "answering") {
    const line = mainLine(p);
    const who = line?.name || written(line?.number, facts.value.country) || t("desk.unknown_number");
    const busy = phone.session.state === "answering";
    return html`<div class="strip tone-yellow softphone-rings" role="alert"><${Icon} name="bell-ringing" /><span>${t("softphone.ringing", { who })}</span>
      <button type="button" class="btn btn-primary" disabled=${busy} onClick=${main.answer}><${Icon} name="phone" />${withKey(t("softphone.answer"), "hold")}</button>
      <button type="button" class="btn" disabled=${busy} onClick=${main.reject}><${Icon} name="phone-off" />${withKey(t("softphone.reject"), "hang_up")}</button></div>`;
  }
  if (phone.session && !phone.sound) {
    return html`<div class="strip tone-orange" role="alert"><${Icon} name="wifi-off" /><span>${t("softphone.lost_sound")}</span></div>`;
  }
  if (!phone.error) return null;
  return html`<div class="strip tone-red softphone-trouble" role="alert"><${Icon} name="headset" /><span>${t(phone.error, { cause: phone.cause })}</span>
    ${phone.state !== "ready" && html`<button type="button" class="btn btn-sm" onClick=${main.retry}>${t("softphone.retry")}</button>
    <button type="button" class="btn btn-sm" onClick=${toDeskPhone}>${t("softphone.desk_phone", { number: p?.agent.number ?? "" })}</button>`}</div>`;
}
