/** Names of what a flow refers to: queues, sounds, other flows … */

import { known, lang, t } from "../js/lib/i18n.js";
import { facts } from "./store.js";

const gone = (id) => t("flows.gone", { id });

/** The name of an object of the account. */
export function choice(kind, id) {
  const found = (facts.value.choices[kind] ?? []).find((one) => one.id === id);
  return found ? found.name : gone(id);
}

/** All sounds of the editor: [{ref, name, group: library | shipped, urls: {language: address}}]. */
export const sounds = () => facts.value.sounds;

export function promptName(ref) {
  const found = sounds().find((one) => one.ref === ref);
  return found ? found.name : gone(String(ref).replace(/^\w+:/, ""));
}

/** The address of a sound in the language of the flow, or in any that it has. */
export function promptUrl(ref, language) {
  const urls = sounds().find((one) => one.ref === ref)?.urls ?? {};
  return urls[language] ?? urls[lang()] ?? Object.values(urls)[0] ?? "";
}

export const languageName = (code) => (known(`language.name.${code}`) ? t(`language.name.${code}`) : code);
