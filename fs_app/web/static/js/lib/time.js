// Times as people read them. Everything that comes from the server is milliseconds since the epoch, UTC; it is
// shown in the account's zone, whatever the zone of this computer.

import { lang } from "./i18n.js";

const formats = new Map();

function format(options) {
  const zone = globalThis.document?.documentElement.dataset.zone || "Europe/Paris";
  const key = `${lang()} ${zone} ${JSON.stringify(options)}`;
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(lang() === "en" ? "en-GB" : lang(), { timeZone: zone, ...options }));
  return formats.get(key);
}

/** 10:42 */
export const clock = (ms) => format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(ms);
/** 10:42:07 */
export const clockSeconds = (ms) =>
  format({ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).format(ms);
/** 21/11/2026 10:42 (as the language writes it) */
export const dateTime = (ms) =>
  format({ day: "2-digit", month: "2-digit", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(ms);
/** 21/11 */
export const dayMonth = (ms) => format({ day: "2-digit", month: "2-digit" }).format(ms);

/** Makes the formats before somebody waits for them: each takes the browser some milliseconds. */
export const prepare = () => [clock, clockSeconds, dateTime, dayMonth].forEach((show) => show(0));

/** A duration in ms as 02:14, or 1:02:14 from one hour on. Never negative. */
export function duration(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return hours ? `${hours}:${rest}` : rest;
}
