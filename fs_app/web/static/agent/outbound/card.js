/** The panel Aperçu of one person (BA-110, BA-112): who, why, what was before; call, reserve, change the callback. */

import { useEffect, useRef, useState } from "../../vendor/preact.js";
import { request } from "../../js/lib/http.js";
import { dateTime } from "../../js/lib/time.js";
import { phone } from "../phone.js";
import { facts, live, now, send } from "../store.js";
import { Ask, html, Icon, t } from "../view/parts.js";
import { may, offered } from "./logic.js";
import { BeforeOf, Countdown, Due, nameOf, Owner, Quick, Status } from "./parts.js";

export const zone = () => document.documentElement.dataset.zone || "Europe/Paris";

/** A date and a time, on the account's clocks. `onChoose(text)`. */
export function Moment({ item, label, onChoose, value, onInput }) {
  const [own, setOwn] = useState("");
  const limits = offered(now.value, zone(), item);
  const text = (value || own) || limits.first;
  const change = (event) => (onInput ?? setOwn)(event.target.value);
  return html`<div class="out-moment"><label><span>${label}</span>
      <input class="form-control" type="datetime-local" value=${text} min=${limits.least} max=${limits.most} step=${item.step_min * 60} onInput=${change} /></label>
    ${onChoose && html`<button type="button" class="btn" disabled=${!live.value || !text} onClick=${() => onChoose(text)}>${t("outbound.book_it")}</button>`}</div>`;
}

/** Its verdict without a call: the dispositions of its queue, asked for when the list is opened. */
function Settle({ item, close }) {
  const [tree, setTree] = useState(null);
  const [choice, setChoice] = useState("");
  useEffect(() => {
    let here = true;
    request("GET", `/agent/callbacks/${encodeURIComponent(item.id)}/dispositions`).then(
      (answer) => here && setTree(answer.dispositions), () => here && setTree([]));
    return () => { here = false; };
  }, [item.id]);
  const settle = async (done) => {
    const answer = await send("outbound.close", { item: item.id, done, disposition: choice ? Number(choice) : null, note: "" });
    if (answer.ok) close();
  };
  const flat = (list, depth = 0) => list.flatMap((d) => [{ id: d.id, label: `${"– ".repeat(depth)}${d.label}` }, ...flat(d.children, depth + 1)]);
  return html`<div class="out-settle">
    <label><span>${t("outbound.settle.result")}</span><select class="form-select" value=${choice} disabled=${!tree} onChange=${(e) => setChoice(e.target.value)}>
      <option value="">${t("outbound.settle.none")}</option>${flat(tree ?? []).map((d) => html`<option key=${d.id} value=${d.id}>${d.label}</option>`)}</select></label>
    <div class="out-row"><button type="button" class="btn" disabled=${!live.value} onClick=${() => settle(true)}><${Icon} name="circle-check" />${t("outbound.settle.done")}</button>
      <button type="button" class="btn" disabled=${!live.value} onClick=${() => settle(false)}><${Icon} name="x" />${t("outbound.settle.cancel")}</button></div></div>`;
}

/** To a colleague of its queue. */
function Move({ item, close }) {
  const [people, setPeople] = useState(null);
  useEffect(() => {
    let here = true;
    request("GET", `/agent/callbacks/${encodeURIComponent(item.id)}/agents`).then(
      (answer) => here && setPeople(answer.agents), () => here && setPeople([]));
    return () => { here = false; };
  }, [item.id]);
  const give = async (agent) => (await send("outbound.move", { item: item.id, agent })).ok && close();
  if (!people) return html`<p aria-busy="true">${t("desk.module.loading")}</p>`;
  return html`<ul class="out-people">${item.reserved && html`<li><button type="button" class="btn" disabled=${!live.value} onClick=${() => give(null)}><${Icon} name="users" />${t("outbound.move.all")}</button></li>`}
    ${people.map((one) => html`<li key=${one.id}><button type="button" class="btn" disabled=${!live.value} onClick=${() => give(one.id)}>
      <span class=${`dot tone-${one.here ? "green" : "grey"}`}></span><bdi>${one.name}</bdi>${!one.here && html` <small>${t("outbound.move.away")}</small>`}</button></li>`)}
    ${!people.length && html`<li>${t("outbound.move.nobody")}</li>`}</ul>`;
}

function Note({ item }) {
  const [text, setText] = useState(item.note);
  useEffect(() => setText(item.note), [item.id, item.note]);
  const sent = useRef(null);
  const keep = () => {
    if (text === item.note) return;
    sent.current = text;
    send("outbound.note", { item: item.id, note: text });
  };
  const last = useRef(null);
  last.current = () => text !== sent.current && keep();
  useEffect(() => () => last.current(), []); // he is called while it is typed
  return html`<label class="out-note"><span>${t(item.list ? "listwork.memo" : "desk.note")}</span><textarea class="form-control" rows="2" maxlength="1000" value=${text}
    onInput=${(e) => setText(e.target.value)} onBlur=${keep}></textarea></label>`;
}

function Skip({ item }) {
  const [asks, setAsks] = useState(false);
  const [reason, setReason] = useState("");
  if (!item.may_skip) return null;
  const skip = () => send("outbound.skip", { item: item.id, why: reason });
  if (!item.skip_reason) return html`<button type="button" class="btn" disabled=${!live.value} onClick=${skip}><${Icon} name="player-track-next" />${t("outbound.skip")}</button>`;
  if (!asks) return html`<button type="button" class="btn" onClick=${() => setAsks(true)}><${Icon} name="player-track-next" />${t("outbound.skip")}</button>`;
  return html`<form class="out-skip" onSubmit=${(e) => { e.preventDefault(); if (reason.trim()) skip(); }}>
    <label><span class="visually-hidden">${t("outbound.skip_why")}</span><input class="form-control" maxlength="200" value=${reason} placeholder=${t("outbound.skip_why")} ref=${(el) => el && !reason && el.focus()} onInput=${(e) => setReason(e.target.value)} /></label>
    <button class="btn" disabled=${!reason.trim() || !live.value}>${t("outbound.skip")}</button></form>`;
}

const TOOLS = [["moment", "calendar-event"], ["move", "user-share"], ["settle", "clipboard-check"]];

/** `preview`: it was shown to him; `compact`: in the column. */
export function Card({ item, preview = false, compact = false, onClose }) {
  const [tool, setTool] = useState("");
  const [quick, setQuick] = useState(!compact);
  const head = useRef(null);
  useEffect(() => {
    setTool("");
    // Seen and on the keyboard at once; whoever types goes on typing.
    if (preview && !/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName ?? "")) head.current?.focus();
  }, [item.id]);
  const can = may(item);
  const mayMove = facts.value.mayMove;
  const done = () => { setTool(""); onClose?.(); };
  const putOff = async (when) => (await send("outbound.postpone", { item: item.id, ...when })).ok && done();
  const tools = TOOLS.filter(([name]) => name !== "move" || mayMove);
  return html`<section class=${`out-card${preview ? " is-preview" : ""}`} aria-label=${t("outbound.card")} data-item=${item.id}>
    ${preview && html`<${Countdown} preview=${item} />`}
    <div class="out-card-head"><div><h2 tabindex="-1" ref=${head}><bdi>${nameOf(item)}</bdi></h2>
      <p class="out-facts">${item.name && item.number && html`<bdi>${phone(item.number, facts.value.country)}</bdi>`}<bdi>${item.queue?.name}</bdi>${item.list && html`<span class="out-list-name" title=${t("listwork.list")}><${Icon} name="list-details" cls="small" /><bdi>${item.list}</bdi></span>`}<${Status} item=${item} /><${Due} item=${item} />${!preview && html`<${Owner} item=${item} />`}</p></div>
      ${onClose && html`<button type="button" class="tool" aria-label=${t("desk.dismiss")} title=${t("desk.dismiss")} onClick=${onClose}><${Icon} name="x" cls="small" /></button>`}</div>
    <div class="out-row">
      ${can.call && html`<${Ask} event="outbound.call" data=${{ item: item.id }} cls="btn btn-primary out-call" label=${t("outbound.call_who", { who: nameOf(item) })}><${Icon} name="phone-outgoing" />${t("outbound.call")}<//>`}
      ${can.reserve && html`<${Ask} event="outbound.reserve" data=${{ item: item.id }} cls="btn" label=${t("outbound.reserve")} title=${t("outbound.reserve_hint")}><${Icon} name="user-check" />${t("outbound.reserve")}<//>`}
      ${can.release && html`<${Ask} event="outbound.release" data=${{ item: item.id }} cls="btn" label=${t("outbound.release")}><${Icon} name="arrow-back-up" />${t("outbound.release")}<//>`}
      ${preview && html`<${Skip} key=${item.id} item=${item} />`}
    </div>
    ${item.reason === "VOICEMAIL" && item.recording && html`<audio class="out-message" controls preload="none" src=${`/callbacks/${encodeURIComponent(item.id)}/message.wav`} aria-label=${t("callbacks.listen")}></audio>`}
    ${can.change && html`<div class="out-change">
      <button type="button" class="out-change-head" aria-expanded=${quick} onClick=${() => setQuick(!quick)}>${t("outbound.change")}<${Icon} name=${quick ? "chevron-up" : "chevron-down"} cls="small" /></button>
      ${quick && html`<${Quick} onChoose=${(minutes) => putOff({ minutes })} />
      <div class="out-tools">${tools.map(([name, icon]) => html`<button type="button" class="btn btn-sm" key=${name} aria-expanded=${tool === name} onClick=${() => setTool(tool === name ? "" : name)}>
        <${Icon} name=${icon} cls="small" />${t(`outbound.tool.${name}`)}</button>`)}</div>
      ${tool === "moment" && html`<${Moment} item=${item} label=${t("outbound.at")} onChoose=${(at) => putOff({ at })} />`}
      ${tool === "move" && html`<${Move} item=${item} close=${done} />`}
      ${tool === "settle" && html`<${Settle} item=${item} close=${done} />`}`}</div>
      ${!compact && html`<${Note} item=${item} />`}`}
    ${compact && item.note && html`<p class="out-noted"><${Icon} name="note" cls="small" />${item.note}</p>`}
    ${!compact && item.numbers?.length > 0 && html`<p class="out-others">${t("listwork.others")} ${item.numbers.map((n, i) => html`${i ? ", " : ""}<bdi>${phone(n, facts.value.country)}</bdi>`)}</p>`}
    ${!compact && html`<h3>${t("outbound.before")}</h3><${BeforeOf} item=${item} />
      <p class="out-origin">${t("outbound.listed", { when: dateTime(item.since) })}${item.attempts ? ` · ${t("callbacks.tried", { n: item.attempts })}` : ""}</p>`}
  </section>`;
}
