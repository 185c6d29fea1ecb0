/** The settings (wrench, BA-150..156): saved at once, one by one; what was refused stands beside its field. */

import { useState } from "../../vendor/preact.js";
import * as alarm from "../alarm.js";
import { DEFAULT_KEYS, isBindable, nameOf, shown, takenBy } from "../keys.js";
import { chooseKeys, facts, overlay, settle, toast } from "../store.js";
import { Dialog } from "./dialog.js";
import { html, Icon, t } from "./parts.js";
import { PhoneChoice } from "./phone_choice.js";

const chosen = (name) => facts.value.settings[name];

function useSaving() {
  const [error, setError] = useState("");
  const save = async (changes) => setError(await settle(changes));
  return [error, save];
}

function Problem({ id, error }) {
  return error ? html`<p class="field-error" id=${id} role="alert">${error}</p>` : null;
}

function Tick({ name, hint = true }) {
  const [error, save] = useSaving();
  return html`<div class="setting"><label class="form-check">
    <input class="form-check-input" type="checkbox" checked=${chosen(name)} aria-describedby=${hint ? `s-${name}` : undefined}
      onChange=${(event) => save({ [name]: event.target.checked })} />
    <span class="form-check-label">${t(`settings.${name}`)}</span></label>
    ${hint && html`<p class="form-hint" id=${`s-${name}`}>${t(`settings.hint.${name}`)}</p>`}
    <${Problem} error=${error} /></div>`;
}

function Records() {
  const [error, save] = useSaving();
  return html`<div class="setting"><label class="form-label" for="s-records">${t("settings.max_records")}</label>
    <input id="s-records" class="form-control setting-short" type="number" min="1" max="10" value=${chosen("max_records")} aria-invalid=${error ? "true" : undefined}
      aria-describedby="s-records-hint" onChange=${(event) => save({ max_records: event.target.valueAsNumber })} />
    <p class="form-hint" id="s-records-hint">${t("settings.hint.max_records")}</p><${Problem} error=${error} /></div>`;
}

async function tryRing() {
  if (await alarm.unlock({ ask: true })) {
    alarm.start(t("desk.ring.trial"), "");
    setTimeout(alarm.stop, 1500);
  } else toast("warning", t("desk.ring.locked"));
}

function Sound() {
  const [error, save] = useSaving();
  const allowed = globalThis.Notification?.permission;
  const ask = async () => {
    await Notification.requestPermission().catch(() => {});
    save({ notification: true });
  };
  return html`<${Tick} name="sound" hint=${false} />
    <div class="setting"><label class="form-label" for="s-volume">${t("settings.volume")}</label>
      <div class="setting-row"><input id="s-volume" class="form-range" type="range" min="0" max="100" step="5" value=${chosen("volume")} disabled=${!chosen("sound")}
        onChange=${(event) => save({ volume: Number(event.target.value) })} />
      <button type="button" class="btn btn-sm" disabled=${!chosen("sound")} onClick=${tryRing}><${Icon} name="volume" />${t("desk.ring.try")}</button></div><${Problem} error=${error} /></div>
    <${Tick} name="notification" hint=${false} />
    ${chosen("notification") && allowed === "default" && html`<p class="form-hint">${t("settings.notification.ask")} <button type="button" class="btn btn-sm" onClick=${ask}>${t("settings.notification.allow")}</button></p>`}
    ${chosen("notification") && allowed === "denied" && html`<p class="form-hint">${t("settings.notification.denied")}</p>`}`;
}

/** One action's key: pressed, not typed. */
function Key({ action }) {
  const [waits, setWaits] = useState(false);
  const [error, setError] = useState("");
  const table = facts.value.keys;
  const take = async (key) => {
    const other = key && takenBy(table, action, key);
    setWaits(false);
    if (other) setError(t("settings.keys.taken", { key: shown(key), action: t(`desk.key.${other}`) }));
    else setError(await chooseKeys({ ...table, [action]: key }));
  };
  const press = (event) => {
    if (!waits) return;
    event.preventDefault();
    event.stopPropagation();
    if (["Shift", "Control", "Alt", "Meta", "AltGraph"].includes(event.key)) return;
    if (event.key === "Escape") return setWaits(false);
    if (event.key === "Delete") return take("");
    const key = nameOf({ key: event.key, shift: event.shiftKey });
    if (event.ctrlKey || event.altKey || event.metaKey || !isBindable(key)) {
      setWaits(false);
      return setError(t("settings.keys.reserved"));
    }
    return take(key);
  };
  const name = t(`desk.key.${action}`);
  return html`<tr><th scope="row">${name}</th><td><button type="button" class=${`btn btn-sm key-choice${waits ? " is-waiting" : ""}`}
      aria-label=${`${name}, ${table[action] ? shown(table[action]) : t("settings.keys.none")}`} onKeyDown=${press} onBlur=${() => setWaits(false)}
      onClick=${() => { setWaits(true); setError(""); }}>${waits ? t("settings.keys.press") : table[action] ? shown(table[action]) : t("settings.keys.none")}</button>
    <${Problem} error=${error} /></td></tr>`;
}

function Keys() {
  const same = Object.keys(DEFAULT_KEYS).every((action) => facts.value.keys[action] === DEFAULT_KEYS[action]);
  return html`<p class="form-hint">${t("settings.keys.hint")}</p>
    <table class="help-table keys-table"><tbody>${Object.keys(DEFAULT_KEYS).map((action) => html`<${Key} key=${action} action=${action} />`)}</tbody></table>
    <button type="button" class="btn btn-sm" disabled=${same} onClick=${() => chooseKeys({ ...DEFAULT_KEYS })}>${t("settings.keys.default")}</button>`;
}

const Part = ({ title, children }) => html`<section class="setting-part"><h2>${title}</h2>${children}</section>`;

export function Settings() {
  return html`<${Dialog} title=${t("settings.title")} cls="settings" onClose=${() => { overlay.value = null; }}>
    <${Part} title=${t("settings.part.phone")}><${PhoneChoice} /><//>
    <${Part} title=${t("settings.part.day")}><${Tick} name="available_on_login" /><${Tick} name="unavailable_on_logout" /><${Tick} name="close_without_asking" hint=${false} /><//>
    <${Part} title=${t("settings.part.records")}><${Records} /><${Tick} name="qualification_popup" /><//>
    <${Part} title=${t("settings.part.ring")}><${Sound} /><//>
    <${Part} title=${t("settings.part.keys")}><${Keys} /><//>
  <//>`;
}
