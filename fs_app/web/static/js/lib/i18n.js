// The words of the interface in the browser: the server's own catalogue, in the page's language.
//
//   import { t } from "../js/lib/i18n.js";
//   t("calls.count", { n: 3 })
//
// The catalogue is loaded before any module that imports this one runs.

let messages = {};
let language = "fr";

export function use(catalogue) {
  messages = catalogue.messages;
  language = catalogue.language;
}

// French says "0 appel", English and Spanish "0 calls".
function isOne(n) {
  return language === "fr" ? Math.abs(n) < 2 : n === 1;
}

export function known(key) {
  return Object.hasOwn(messages, key);
}

export function t(key, params = {}) {
  if (!known(key)) return key;
  let text = messages[key];
  if (Array.isArray(text)) text = isOne(params.n ?? 0) ? text[0] : text[1];
  return text.replace(/%\((\w+)\)s/g, (whole, name) => (Object.hasOwn(params, name) ? String(params[name]) : whole));
}

export function lang() {
  return language;
}

const address = globalThis.document?.documentElement.dataset.words;
if (address) {
  const answer = await fetch(address);
  if (answer.ok) use(await answer.json());
}
