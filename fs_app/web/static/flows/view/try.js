/** Trying the flow: the keys of a telephone, silence, hanging up, and what the world answers; the way is shown. */

import { useEffect, useRef, useState } from "../../vendor/preact.js";
import { request } from "../../js/lib/http.js";
import { choice } from "../choices.js";
import { listen, playing, stop } from "../player.js";
import { json, linesOf, marksOf, soundsSince } from "../rehearsal.js";
import * as store from "../store.js";
import { html, Icon, known, t, Tool } from "./parts.js";

const NOBODY = { nodes: new Map(), edges: new Set(), here: "" };

const LOOK = {
  "flow.node": ["circle-dot", "blue"], "flow.exit": ["arrow-right", "grey"], "flow.set": ["variable", "teal"], "flow.language": ["language", "teal"],
  "flow.sub": ["sitemap", "green"], "flow.back": ["arrow-back-up", "green"], "flow.answer": ["star", "purple"], "flow.over": ["phone-off", "red"],
  said: ["volume", "blue"], key: ["dialpad", "purple"], silence: ["clock-pause", "purple"], hang_up: ["phone-off", "purple"], answer: ["world-www", "amber"], wanted: ["bolt", "green"],
};

function words(step) {
  const { data } = step;
  const node = store.node(data.node);
  switch (step.kind) {
    case "flow.node":
      return node && step.flow === store.facts.value.flow.id ? store.nodeName(node) : data.label || (known(`flow.kind.${data.kind}`) ? t(`flow.kind.${data.kind}`) : data.node);
    case "flow.exit": {
      const exit = node && store.exits(node).find((one) => one.name === data.exit);
      return exit ? [exit.key, store.exitName(exit)].filter(Boolean).join(" ") : known(`flow.exit.${data.exit}`) ? t(`flow.exit.${data.exit}`) : data.exit;
    }
    case "flow.set":
      return `${data.name} = ${data.value}`;
    case "flow.language":
      return known(`language.name.${data.language}`) ? t(`language.name.${data.language}`) : data.language;
    case "flow.sub":
      return t("flows.try.into", { name: choice("FLOW", data.flow) });
    case "flow.back":
      return t("flows.try.back");
    case "flow.answer":
      return `${data.question}: ${data.label || data.value}`;
    case "flow.over":
      return t(`flows.over.${["queue", "hung_up", "caller"].includes(data.why) ? data.why : "other"}`);
    case "said":
      return data.heard.map((one) => one.text).join(" ");
    case "key":
      return t("flows.try.pressed", { key: data.digit });
    case "silence":
      return t("flows.try.said_nothing");
    case "hang_up":
      return t("flows.try.hung_up");
    case "wanted":
      return data.what === "HangUp" ? t("flows.try.we_hang_up") : data.what === "SendMessage" ? t("flows.try.message", { name: choice("MESSAGE", data.message) }) : t("flows.try.survey");
    default:
      return replied(data);
  }
}

/** What the world answered, in words. */
function replied({ do: how, name, why, value }) {
  if (how === "message_left") return t("flows.answer.message_left");
  const word = `flows.answer.${name ?? why}`;
  if (known(word)) return t(word);
  if (value === null) return t("flows.answer.unknown");
  return value?.name ?? JSON.stringify(value ?? name ?? why ?? "");
}

/** What the world may answer: [words, input]. */
function answers(wait) {
  const outcome = (name) => [t(`flows.answer.${name}`), { do: "outcome", name }];
  const fails = [[t("flows.answer.timeout"), { do: "fail", why: "timeout" }], [t("flows.answer.failed"), { do: "fail", why: "failed" }]];
  switch (wait.what) {
    case "contact":
      return [[t("flows.answer.known"), { do: "answer", value: { id: 1, name: t("flows.answer.somebody") } }], [t("flows.answer.unknown"), { do: "answer", value: null }], ...fails];
    case "opening":
      return [outcome("open"), outcome("closed"), outcome("holiday"), ...fails];
    case "queue":
    case "callback":
      return [outcome("taken"), ...fails.slice(1)];
    case "transfer":
      return ["answered", "busy", "no_answer"].map((why) => [t(`flows.answer.${why}`), { do: "dial_ended", why }]).concat(fails.slice(1));
    case "voicemail":
      return [[t("flows.answer.message_left"), { do: "message_left", ms: 4000 }], ...fails.slice(1)];
    default:
      return fails;
  }
}

function Http({ give }) {
  const [status, setStatus] = useState("200");
  const [body, setBody] = useState("{}");
  const wrong = json(body) === null && body.trim() !== "null" && body.trim() !== "";
  return html`<div class="fl-http"><label>${t("flows.try.status")} <input class="form-control form-control-sm fl-short" type="number" min="100" max="599" value=${status} onInput=${(event) => setStatus(event.target.value)} /></label>
    <label>${t("flows.try.body")}<textarea class="form-control form-control-sm mono" rows="3" spellcheck=${false} value=${body} onInput=${(event) => setBody(event.target.value)} aria-invalid=${wrong ? "true" : undefined}></textarea></label>
    ${wrong && html`<p class="field-error is-mild"><${Icon} name="alert-circle" /><span>${t("flows.try.no_json")}</span></p>`}
    <button type="button" class="btn btn-sm btn-primary" onClick=${() => give({ do: "answer", value: { status: Number(status) || 200, json: json(body) } })}>${t("flows.try.answers")}</button></div>`;
}

function asked(wait) {
  const { asked: question } = wait;
  switch (wait.what) {
    case "http":
      return t("flows.try.asks_http", { what: `${question.request?.method ?? ""} ${question.request?.url ?? ""}` });
    case "contact":
      return t("flows.try.asks_contact", { number: question.number || "–" });
    case "opening":
      return t("flows.try.asks_opening", { name: question.schedule ? choice("SCHEDULE", question.schedule) : choice("HOLIDAYS", question.holidays) });
    case "queue":
      return t("flows.try.asks_queue", { name: choice("QUEUE", question.queue) });
    case "transfer":
      return t("flows.try.asks_transfer", { name: question.kind === "agent" ? choice("AGENT", Number(question.target)) : question.target });
    case "voicemail":
      return t("flows.try.asks_voicemail", { name: choice("BOX", question.box) });
    case "callback":
      return t("flows.try.asks_callback", { number: question.number || "–" });
    default:
      return "";
  }
}

export function Try() {
  const [inputs, setInputs] = useState(null); // null: nobody calls
  const [answer, setAnswer] = useState(null);
  const [at, setAt] = useState("");
  const [number, setNumber] = useState("+33612345678");
  const [sound, setSound] = useState(true);
  const [trouble, setTrouble] = useState("");
  const asking = useRef(0);
  const list = useRef(null);
  const latest = useRef(null);
  latest.current = { inputs, sound };

  const ask = async (next, heard = true) => {
    asking.current += 1;
    const mine = asking.current;
    setInputs(next);
    setTrouble("");
    stop();
    try {
      const found = await request("POST", store.address("/try.json"), { graph: store.graph.value, inputs: next, at, number });
      if (mine !== asking.current) return;
      setAnswer(found);
      store.trail.value = marksOf(found, store.facts.value.flow.id, store.graph.value);
      if (store.trail.value.here) store.shown.value(store.trail.value.here, false);
      const urls = soundsSince(found.way, next.length - 1);
      if (heard && latest.current.sound && urls.length && (await listen(urls, true)) && mine === asking.current && found.wait.what === "sound") {
        ask([...next, { do: "heard" }]);
      }
    } catch (error) {
      if (mine === asking.current) setTrouble(error.text ?? String(error));
    }
  };
  const give = (input) => ask([...inputs, input]);
  const end = () => {
    asking.current += 1;
    stop();
    setInputs(null);
    setAnswer(null);
    store.trail.value = NOBODY;
  };
  useEffect(() => () => {
    asking.current += 1;
    stop();
    store.trail.value = NOBODY;
  }, []);
  useEffect(() => {
    list.current?.lastElementChild?.scrollIntoView({ block: "nearest" });
  }, [answer]);

  const begin = html`<div class="field"><label class="form-label" for="fl-try-number">${t("flows.try.number")}</label>
      <input class="form-control form-control-sm" id="fl-try-number" value=${number} maxlength="30" autocomplete="off" onInput=${(event) => setNumber(event.target.value)} /></div>
    <div class="field"><label class="form-label" for="fl-try-at">${t("flows.try.at")}</label>
      <input class="form-control form-control-sm" id="fl-try-at" type="datetime-local" value=${at} onInput=${(event) => setAt(event.target.value)} aria-describedby="fl-try-at-hint" />
      <p class="form-hint" id="fl-try-at-hint">${t("flows.try.at_hint")}</p></div>`;
  const volume = html`<label class="form-check form-switch"><input class="form-check-input" type="checkbox" checked=${sound} onChange=${(event) => { setSound(event.target.checked); if (!event.target.checked) stop(); }} />
    <span class="form-check-label">${t("flows.try.sound")}</span></label>`;

  if (!inputs) {
    return html`<div class="fl-form fl-try"><p class="form-hint">${t("flows.try.lead")}</p>${begin}${volume}
      <div class="form-ways"><button type="button" class="btn btn-primary" disabled=${!store.graph.value.start} onClick=${() => ask([])}><${Icon} name="phone-calling" />${t("flows.try.call")}</button></div></div>`;
  }
  const wait = answer?.wait;
  const over = wait?.what === "over";
  const choices = wait && !over && !["sound", "keys"].includes(wait.what) ? answers(wait) : [];
  return html`<div class="fl-form fl-try">
    <div class="fl-try-head"><button type="button" class="btn btn-sm" onClick=${() => ask([])}><${Icon} name="refresh" />${t("flows.try.again")}</button>
      <${Tool} icon="arrow-back-up" label=${t("flows.try.step_back")} disabled=${!inputs.length} onClick=${() => ask(inputs.slice(0, -1), false)} />
      <span class="fl-last"><${Tool} icon="x" label=${t("flows.try.end")} onClick=${end} /></span></div>
    ${volume}
    ${trouble && html`<p class="field-error" role="alert"><${Icon} name="alert-circle" /><span>${trouble}</span></p>`}
    <ol class="fl-way" ref=${list} aria-live="polite" aria-label=${t("flows.try.way")} tabindex="0">${answer && linesOf(answer.way).map((step, i) => {
      const [icon, tone] = LOOK[step.kind] ?? ["circle-dot", "grey"];
      return html`<li key=${i} class=${`tone-${tone} is-${step.kind.replace(".", "-")}`}><${Icon} name=${icon} /><span>${words(step)}</span></li>`;
    })}</ol>
    ${playing.value && html`<p class="fl-playing"><${Icon} name="volume" /><span>${t("flows.try.speaking")}</span><button type="button" class="btn btn-sm" onClick=${() => { stop(); if (wait?.what === "sound") give({ do: "heard" }); }}>${t("flows.try.skip")}</button></p>`}
    ${!playing.value && wait?.what === "sound" && html`<p class="fl-playing"><${Icon} name="volume" /><span>${t("flows.try.speaking")}</span><button type="button" class="btn btn-sm" onClick=${() => give({ do: "heard" })}>${t("flows.try.heard")}</button></p>`}
    ${choices.length > 0 && html`<div class="fl-asked"><p>${asked(wait)}</p>${wait.what === "http" && html`<${Http} give=${give} />`}
      <div class="fl-answers">${choices.map(([label, input]) => html`<button key=${label} type="button" class="btn btn-sm" onClick=${() => give(input)}>${label}</button>`)}</div></div>`}
    ${over && html`<p class="notice tone-green" role="status"><${Icon} name="circle-check" /><span>${t("flows.try.over")}</span></p>`}
    <div class="fl-pad" role="group" aria-label=${t("flows.try.keys")}>${[..."123456789*0#"].map((digit) => html`<button key=${digit} type="button" class="btn" disabled=${over} onClick=${() => give({ do: "key", digit })}>${digit}</button>`)}</div>
    <div class="form-ways"><button type="button" class="btn btn-sm" disabled=${over} onClick=${() => give({ do: "silence" })}><${Icon} name="clock-pause" />${t("flows.try.silence")}</button>
      <button type="button" class="btn btn-sm" disabled=${over} onClick=${() => give({ do: "hang_up" })}><${Icon} name="phone-off" />${t("flows.try.hang_up")}</button></div>
    ${answer && Object.keys(answer.variables).length > 0 && html`<details><summary>${t("flows.try.variables")}</summary><dl class="facts">${Object.entries(answer.variables).map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value || "–"}</dd></div>`)}</dl></details>`}
  </div>`;
}
