/** One's own latest calls. Asks only while it is open. */

import { signal, useEffect } from "../../vendor/preact.js";
import { request } from "../../js/lib/http.js";
import { clock as timeOfDay, dayMonth } from "../../js/lib/time.js";
import { clock } from "../timers.js";
import { phone } from "../phone.js";
import { facts, picture } from "../store.js";
import { html, t } from "../view/parts.js";

const calls = signal(null);

export function Body() {
  // Anew whenever a call has been taken or qualified.
  const taken = picture.value?.today.taken;
  const working = picture.value?.work?.call;
  useEffect(() => {
    const wait = setTimeout(async () => {
      const answer = await request("GET", "/agent/calls").catch(() => null);
      if (answer) calls.value = answer.calls;
    }, calls.value ? 700 : 0); // the database hears of it a moment later
    return () => clearTimeout(wait);
  }, [taken, working]);
  if (!calls.value) return null;
  if (!calls.value.length) return html`<p class="module-empty">${t("desk.mine.none")}</p>`;
  return html`<table class="module-table"><tbody>${calls.value.map((call) => html`<tr key=${call.id}>
    <td><a href=${`/calls/${encodeURIComponent(call.id)}`} target="_blank" rel="noopener">${dayMonth(call.at)} ${timeOfDay(call.at)}</a></td>
    <td><bdi>${call.name || phone(call.number, facts.value.country) || t("desk.unknown_number")}</bdi><br /><small>${call.disposition || t("desk.mine.no_disposition")}</small></td>
    <td class="num">${call.talk_ms == null ? "–" : clock(call.talk_ms)}</td></tr>`)}</tbody></table>`;
}
