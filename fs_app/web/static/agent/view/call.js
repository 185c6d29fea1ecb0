/** A number that can be called by a click, wherever it stands. */

import { phone } from "../phone.js";
import { mayDial } from "../dialling.js";
import { facts } from "../store.js";
import { html, t } from "./parts.js";

/** A number as the server has it, for a link: what is no number at all is no link. */
const callable = (number) => /^\+?[0-9]{2,16}$/.test(String(number ?? ""));

/** `queue`: on whose behalf; `contact`: the record that it belongs to. The page's click handler does the rest. */
export function CallNumber({ number, queue = null, contact = null, cls = "" }) {
  const text = phone(number, facts.value.country);
  if (!callable(number) || !mayDial()) return html`<bdi class=${cls}>${text}</bdi>`;
  const label = t("dial.click", { number: text });
  return html`<a class=${`call-number ${cls}`} href=${`tel:${number}`} data-queue=${queue} data-contact=${contact} title=${label}><bdi>${text}</bdi></a>`;
}
