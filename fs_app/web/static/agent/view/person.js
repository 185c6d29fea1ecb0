/** Top right: who works here, language flags, and the menu with theme, sound, windows and the way out. */

import { useState } from "../../vendor/preact.js";
import { iconUrl } from "../../js/lib/icons.js";
import { lang } from "../../js/lib/i18n.js";
import { busyWithSomebody, mustLogIn } from "../actions.js";
import { phone as written } from "../phone.js";
import { facts, leaving, live, overlay, picture, send } from "../store.js";
import { html, Icon, Menu, t } from "./parts.js";

/** The telephone that he works on: a number, or the page itself. */
const worksAt = (agent) => {
  const now = picture.value?.phone;
  if (now?.how === "softphone") return t("phone.is.softphone");
  return t("desk.extension", { number: written(now?.number ?? agent.number ?? "", facts.value.country) });
};

const csrf = () => document.querySelector('meta[name="csrf-token"]').content;

/** Choices and logout are the same forms as on every other page. */
function post(action, fields) {
  const form = document.createElement("form");
  form.method = "post";
  form.action = action;
  for (const [name, value] of Object.entries({ csrf_token: csrf(), ...fields })) {
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name, value });
    form.append(input);
  }
  document.body.append(form);
  leaving();
  form.submit();
}

const chooseLanguage = (language) => language !== lang() && post("/language", { language, next: location.pathname });

export function Flags() {
  return html`<div class="flags" role="group" aria-label=${t("language.choose")}>${facts.value.languages.map((code) => html`
    <button type="button" class="flag" key=${code} lang=${code} title=${t(`language.name.${code}`)} aria-label=${t(`language.name.${code}`)}
      aria-pressed=${code === lang()} onClick=${() => chooseLanguage(code)}>
      <svg class="flag-image" aria-hidden="true"><use href=${iconUrl(`flag-${code}`)} /></svg></button>`)}</div>`;
}

const THEMES = { auto: "sun-moon", light: "sun", dark: "moon" };

async function chooseTheme(theme) {
  const root = document.documentElement;
  root.dataset.themeChoice = theme;
  const dark = theme === "dark" || (theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.bsTheme = dark ? "dark" : "light";
  const body = new FormData();
  body.set("theme", theme);
  const headers = { "X-CSRFToken": csrf(), Accept: "application/json" };
  await fetch("/theme", { method: "POST", body, headers, credentials: "same-origin" }).catch(() => {});
}

export async function leave() {
  const p = picture.value;
  if (busyWithSomebody(p) && !window.confirm(t("desk.leave.in_call"))) return;
  if (p && !mustLogIn(p)) {
    const answer = await send("agent.log_out");
    if (!answer.ok && live.value) return;
  }
  post("/logout", {});
}

function detach(close) {
  close();
  window.open("/agent/bandeau#take", "fs_app_bandeau", "popup,width=460,height=640");
}

export function Person({ agent }) {
  const [theme, setTheme] = useState(document.documentElement.dataset.themeChoice ?? "auto");
  const themeEntry = (choice) => html`<button type="button" key=${choice} role="menuitemradio" aria-checked=${String(theme === choice)}
    onClick=${() => { setTheme(choice); chooseTheme(choice); }}><${Icon} name=${THEMES[choice]} /><span>${t(`desk.theme.${choice}`)}</span>
    ${theme === choice && html`<${Icon} name="check" cls="small" />`}</button>`;
  return html`<div class="person-corner">
    <span class="person-who"><b><bdi>${agent.name}</bdi></b><small>${worksAt(agent)}</small></span>
    <${Flags} />
    <${Menu} cls="tool" label=${t("desk.menu")} align="end" button=${html`<${Icon} name="tool" />`}>${(close) => html`
      <div class="pop-title"><b><bdi>${agent.name}</bdi></b><small>${worksAt(agent)}</small></div>
      <div class="pop-flags"><${Flags} /></div>
      <div role="group" aria-label=${t("desk.theme")}>${["light", "dark", "auto"].map(themeEntry)}</div>
      <hr />
      <button type="button" role="menuitem" onClick=${() => { close(); overlay.value = "settings"; }}><${Icon} name="settings" /><span>${t("settings.title")}</span></button>
      <button type="button" role="menuitem" onClick=${() => { close(); overlay.value = "help"; }}><${Icon} name="keyboard" /><span>${t("desk.help")}</span></button>
      ${!facts.value.alone && html`<button type="button" role="menuitem" onClick=${() => detach(close)}>
        <${Icon} name="external-link" /><span>${t("desk.detach")}</span></button>`}
      ${!facts.value.alone && html`<a role="menuitem" href="/calls" target="_blank" rel="noopener" onClick=${() => close()}>
        <${Icon} name="history" /><span>${t("desk.my_calls")}</span></a>`}
      <hr />
      <button type="button" role="menuitem" onClick=${() => { close(); leave(); }}><${Icon} name="logout" /><span>${t("desk.leave")}</span></button>`}
    <//>
  </div>`;
}
