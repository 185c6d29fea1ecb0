/** On which telephone the agent works (BA-150, BA-151, BY-50): chosen, seen whether it can be reached, tried. */

import { useEffect, useState } from "../../vendor/preact.js";
import { request } from "../../js/lib/http.js";
import { phone as written } from "../phone.js";
import { facts, live, picture } from "../store.js";
import { Devices } from "../softphone/view.js";
import * as softphone from "../softphone/main.js";
import { html, Icon, t } from "./parts.js";

const LOOK_MS = 1000;
const RUNNING = new Set(["ringing", "playing"]);
const GOOD = new Set(["heard", "cut"]);

/** The server's words about the telephone, asked again when the picture's telephone changes and while a test runs. */
function useTelephone() {
  const [told, setTold] = useState(null);
  const now = picture.value?.phone;
  const look = () => request("GET", "/agent/phone").then(setTold, () => {});
  useEffect(() => {
    if (live.value) look();
  }, [live.value, now?.how, now?.number, now?.registered, now?.proven]);
  useEffect(() => {
    if (!RUNNING.has(told?.test?.state)) return undefined;
    const timer = setInterval(look, LOOK_MS);
    return () => clearInterval(timer);
  }, [told?.test?.state]);
  return [told, setTold];
}

function State({ told }) {
  const there = told.registered;
  if (told.how === "outside") return html`<p class="phone-state tone-blue"><${Icon} name="info-circle" /><span>${t("phone.ok_outside")}</span></p>`;
  if (there) return html`<p class="phone-state tone-green"><${Icon} name="plug-connected" /><span>${t("phone.ok")}</span></p>`;
  if (told.how === "softphone") return html`<p class="phone-state tone-blue"><${Icon} name="loader-2" cls="turning" /><span>${t("phone.away_softphone")}</span></p>`;
  return html`<p class="phone-state tone-red" role="alert"><${Icon} name="plug-connected-x" /><span>${t("phone.away")}</span></p>`;
}

function Test({ told, run, busy }) {
  const state = told.test?.state;
  const tone = !state ? "" : RUNNING.has(state) ? "tone-yellow" : GOOD.has(state) ? "tone-green" : "tone-red";
  return html`
    ${!told.proven && html`<p class="phone-state tone-orange" role="status"><${Icon} name="alert-triangle" /><span>${t("phone.test.needed")}</span></p>`}
    <div class="phone-test"><button type="button" class="btn btn-sm" disabled=${busy || !told.registered || RUNNING.has(state)} onClick=${run}>
      <${Icon} name="phone-calling" />${t("phone.test")}</button>
    ${state && html`<span class=${tone} role="status">${t(`phone.test.${state}`)}</span>`}</div>`;
}

export function PhoneChoice() {
  const [told, setTold] = useTelephone();
  const [typed, setTyped] = useState(null);
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const [picked, setPicked] = useState(null); // on its way to the server: the button is where it was put
  if (!told) return html`<p aria-busy="true">${t("desk.connecting")}</p>`;

  const ask = async (method, url, body) => {
    setBusy(true);
    setError("");
    try {
      setTold((await request(method, url, body)).phone);
      return true;
    } catch (problem) {
      setError(problem.text);
      return false;
    } finally {
      setBusy(false);
      setPicked(null);
    }
  };
  const use = (how, number = "", more = {}) => ask("PUT", "/agent/phone", { how, number, ...more });
  const pick = (how) => {
    setTyped(null);
    setPicked(how);
    use(how);
  };
  const way = picked ?? (typed !== null || ["phone", "outside"].includes(told.how) ? "other" : told.how);
  const other = told.how === "phone" || told.how === "outside";
  const useTyped = async () => {
    const text = (typed ?? "").trim();
    // A short number is a telephone of the account; a longer one is outside, if that is allowed.
    const outside = told.may.outside && (/^\+/.test(text) || text.replace(/\D/g, "").length > 6);
    if (await use(outside ? "outside" : "phone", text)) setTyped(null);
  };
  const choice = (how, label, then = () => pick(how)) => html`<label class="form-check phone-way"><input class="form-check-input" type="radio" name="phone-how"
      checked=${way === how} disabled=${busy || !live.value} onChange=${then} /><span class="form-check-label">${label}</span></label>`;
  const shownNumber = told.how === "outside" ? written(told.number, facts.value.country) : told.number;
  const seat = told.seat && (told.seat.how === "softphone" ? t("phone.is.softphone") : told.seat.number);

  return html`<div class="phone-choice">
    ${(told.may.softphone || told.may.number || other) ? html`<fieldset><legend class="visually-hidden">${t("phone.choose")}</legend>
      ${choice("own", t("phone.own", { number: told.own }))}
      ${told.may.softphone && choice("softphone", t("phone.softphone"))}
      ${(told.may.number || other) && choice("other", other && typed === null ? t("phone.own", { number: shownNumber }) : t("phone.other"), () => setTyped(""))}
    </fieldset>` : html`<p>${t("desk.take.lead", { number: shownNumber })}</p>`}
    ${typed !== null && html`<form class="phone-other" onSubmit=${(event) => { event.preventDefault(); useTyped(); }}>
      <label class="visually-hidden" for="phone-number">${t("phone.other")}</label>
      <input class="form-control" id="phone-number" inputmode="tel" autocomplete="off" maxlength="40" value=${typed} aria-describedby="phone-number-hint"
        onInput=${(event) => setTyped(event.target.value)} />
      <button class="btn" disabled=${busy || !typed.trim()}>${t("phone.use")}</button>
      <small id="phone-number-hint">${t(told.may.outside ? "phone.other.hint_outside" : "phone.other.hint")}</small></form>`}
    ${error && html`<p class="phone-state tone-red" role="alert"><${Icon} name="alert-circle" /><span>${error}</span></p>`}
    ${typed === null && html`<${State} told=${told} />`}
    ${told.how === "softphone" && html`<details class="phone-devices"><summary>${t("softphone.title")}</summary>
      ${softphone.phone.value.state === "ready" ? html`<${Devices} />` : null}</details>`}
    ${typed === null && html`<${Test} told=${told} busy=${busy} run=${() => ask("POST", "/agent/phone/test", {})} />`}
    ${typed === null && told.may.seat && html`<label class="form-check phone-keep"><input class="form-check-input" type="checkbox" disabled=${busy}
        checked=${Boolean(told.seat && (told.seat.how === told.how || told.how === "own") && (told.how === "softphone" || told.seat.number === told.number))}
        onChange=${(event) => use(told.how, told.number, { keep: event.target.checked })} /><span class="form-check-label">${t("phone.keep")}</span></label>
      ${seat && html`<small>${t("phone.seat", { name: told.seat.name, number: seat })}</small>`}`}
  </div>`;
}
