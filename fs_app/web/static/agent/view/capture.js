/** The customer types digits that the agent does not hear (BY-24): how far he is, never what he types. */

import { facts, picture } from "../store.js";
import { Ask, html, Icon, t, withKey } from "./parts.js";

const nameOf = (step) => step.label || t(`pop.kind.${step.kind}`);

function Steps({ capture }) {
  return html`<ol class="capture-steps">${capture.steps.map((step, i) => {
    const state = i < capture.done ? "done" : i === capture.step - 1 && capture.state === "asking" ? "now" : "later";
    const icon = { done: "circle-check", now: "dialpad", later: "point" }[state];
    return html`<li key=${step.name} class=${`is-${state}`} aria-current=${state === "now" ? "step" : undefined}>
      <${Icon} name=${icon} cls="small" /><span>${nameOf(step)}</span>
      ${state === "done" && html`<span class="visually-hidden">${t("pop.capture.right")}</span>`}
      ${state === "now" && html`<b class="num">${t("pop.capture.count", { n: capture.count, most: capture.most })}</b>`}
    </li>`;
  })}</ol>`;
}

function said(capture) {
  if (capture.active && capture.result) return { tone: "amber", text: t(`pop.capture.result.${capture.result}`) };
  if (capture.active) return { tone: "purple", text: t(`pop.capture.state.${capture.state}`) };
  if (capture.back && capture.ended !== "done") return { tone: "purple", text: t("pop.capture.back") };
  if (capture.ended && capture.ended !== "done") return { tone: "amber", text: t("pop.capture.over", { how: t(`capture.ended.${capture.ended}`) }) };
  if (capture.why) return { tone: "red", text: t("pop.capture.unsaid", { why: whyOf(capture.why) }) };
  if (capture.ok === true) return { tone: "green", text: t("pop.capture.accepted") };
  if (capture.ok === false) return { tone: "red", text: t("pop.capture.declined") };
  return { tone: "purple", text: t("pop.capture.state.sending") };
}

const OURS = new Set(["timeout", "nowhere", "secret_lost", "no_verdict"]);
const OUTWARD = new Set(["private", "refused", "unknown_host", "tls", "certificate", "too_big", "wrong_address"]);

function whyOf(why) {
  if (OURS.has(why)) return t(`capture.why.${why}`);
  return OUTWARD.has(why) ? t(`pop.why.${why}`) : t("pop.why.other", { why });
}

export function Capture() {
  const p = picture.value;
  const capture = p?.work?.capture;
  if (!capture || facts.value.capture === false) return null;
  const line = p.lines.find((one) => one.can.includes("end_capture"));
  const { tone, text } = said(capture);
  return html`<section class=${`capture tone-${tone}`} aria-label=${t("pop.capture")}>
    <${Icon} name="credit-card" />
    <div class="capture-words" role="status" aria-live="polite"><b>${t("pop.capture")}</b> <span>${text}</span>
      ${!capture.active && capture.text && html` <bdi class="capture-said">${capture.text}</bdi>`}</div>
    ${capture.active && capture.steps && html`<${Steps} capture=${capture} />`}
    ${line && capture.state !== "sending" && html`<${Ask} event="line.end_capture" data=${{ line: line.id }} cls="btn btn-sm" label=${t("desk.line.end_capture")}>
      ${withKey(t("desk.line.end_capture"), "capture")}<//>`}
  </section>`;
}
