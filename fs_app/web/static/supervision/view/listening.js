/** What the supervisor listens to: always in sight, one press to whisper, to barge in, to stop (PW-51). */

import { connected, listening, pending, send } from "../store.js";
import { html, Icon, Since, t } from "./parts.js";

const MODES = [["listen", "ear"], ["whisper", "message"], ["barge", "user-plus"]];

export function ListeningBar() {
  const session = listening.value;
  if (!session) return null;
  const rings = session.state === "RINGING";
  const tone = session.mode === "listen" ? "blue" : session.mode === "whisper" ? "purple" : "red";
  return html`<section class=${`listening tone-${tone}`} aria-label=${t("supervision.listening")}>
    <span class=${`listening-what${rings ? " is-pulsing" : ""}`} role="status"><${Icon} name=${rings ? "bell-ringing" : "ear"} />
      <span><b><bdi>${session.agent_name}</bdi></b> ${rings ? t("supervision.your_phone_rings") : t(`supervision.now.${session.mode}`)}</span></span>
    ${!rings && html`<${Since} stamp=${session.since} />`}
    <span class="btn-group" role="group" aria-label=${t("supervision.mode")}>${MODES.map(([mode, icon]) => html`
      <button type="button" key=${mode} class="btn btn-sm" aria-pressed=${session.mode === mode} disabled=${!connected.value}
        onClick=${() => session.mode !== mode && send("listen.mode", { mode })}><${Icon} name=${icon} />${t(`supervision.do.${mode}`)}</button>`)}</span>
    <button type="button" class="btn btn-sm btn-danger" disabled=${!connected.value || pending.value.has("listen.end{}")} onClick=${() => send("listen.end")}>
      <${Icon} name="phone-end" />${t("supervision.do.end_listening")}</button>
  </section>`;
}
