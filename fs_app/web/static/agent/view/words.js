/** What was written to the agent: over the page when it has just come, with a line to answer; and the day's conversations. */

import { useEffect, useRef, useState } from "../../vendor/preact.js";
import { clock as timeOfDay } from "../../js/lib/time.js";
import { dismiss, fresh, keyOf, look, mine, MOST, opened, read, shown, unread, unsent, words, write } from "../messages.js";
import { live, picture } from "../store.js";
import { html, Icon, t } from "./parts.js";

/** A line to write to a colleague. `done` when it has gone. */
export function Writing({ agent, name, focused = false, done = () => {} }) {
  const [text, setText] = useState(unsent.get(agent) ?? "");
  const [busy, setBusy] = useState(false);
  const field = useRef(null);
  const type = (now) => {
    setText(now);
    if (now) unsent.set(agent, now);
    else unsent.delete(agent);
  };
  useEffect(() => { if (focused) field.current?.focus(); }, [agent]);
  const submit = async (event) => {
    event.preventDefault();
    if (busy || !text.trim()) return;
    setBusy(true);
    const gone = await write(agent, text);
    setBusy(false);
    if (!gone) return; // what was typed stays
    type("");
    done();
  };
  return html`<form class="words-form" onSubmit=${submit}>
    <input class="form-control" ref=${field} maxlength=${MOST} value=${text} onInput=${(event) => type(event.target.value)} aria-label=${t("desk.words.write", { name })} placeholder=${t("desk.words.write", { name })} autocomplete="off" />
    <button class="btn btn-sm btn-primary" disabled=${busy || !live.value || !text.trim()} aria-busy=${busy} title=${t("desk.words.send")} aria-label=${t("desk.words.send")}><${Icon} name="mail" cls="small" /></button></form>`;
}

/** Over the page. Nothing takes the focus: he may be typing. */
export function Fresh() {
  if (!fresh.value.length) return null;
  return html`<div class="words-fresh" role="region" aria-label=${t("desk.words")}>${fresh.value.map((word) => html`<div key=${keyOf(word)} class="card words-card" data-word=${word.id}>
    <div class="words-card-head"><${Icon} name="message" cls="small" /><b><bdi>${word.from.name}</bdi></b> <small>${timeOfDay(word.at)}</small>
      <button type="button" class="tool" title=${t("desk.dismiss")} aria-label=${t("desk.dismiss")} onClick=${() => dismiss(keyOf(word))}><${Icon} name="x" cls="small" /></button></div>
    <p><bdi>${word.text}</bdi></p>
    <${Writing} agent=${word.from.agent} name=${word.from.name} /></div>`)}</div>`;
}

function Conversation({ one }) {
  const end = useRef(null);
  const list = words.value.filter((word) => keyOf(word) === opened.value);
  useEffect(() => end.current?.scrollTo(0, end.current.scrollHeight), [list.length, opened.value]);
  useEffect(() => {
    shown.value = one.key;
    read(one.key);
    return () => { shown.value = null; };
  }, [one.key]);
  const me = picture.value?.agent.id;
  return html`<section class="words-open" aria-label=${t("desk.words.of", { name: one.name })}>
    <div class="words-head"><button type="button" class="tool" title=${t("desk.words.back")} aria-label=${t("desk.words.back")} onClick=${() => { opened.value = null; }}><${Icon} name="arrow-left" cls="small" /></button><b><bdi>${one.name}</bdi></b></div>
    <ol class="words-list" ref=${end} tabindex="0" aria-label=${t("desk.words.of", { name: one.name })}>${list.map((word) => html`<li key=${word.id} class=${word.from.agent === me ? "is-mine" : ""}>
      <small>${word.from.agent === me ? t("desk.words.you") : html`<bdi>${word.from.name}</bdi>`} · ${timeOfDay(word.at)}</small><p><bdi>${word.text}</bdi></p></li>`)}</ol>
    ${one.agent !== null && html`<${Writing} agent=${one.agent} name=${one.name} focused />`}</section>`;
}

/** The day's conversations, below the colleagues. `named(agent)`: a colleague to whom nothing was written yet. */
export function Words({ named }) {
  const key = opened.value;
  if (key !== null) {
    const one = mine.value.find((c) => c.key === key) ?? { key, name: named(Number(key)), agent: Number(key) };
    return html`<${Conversation} key=${key} one=${one} />`;
  }
  if (!mine.value.length) return null;
  return html`<section class="words" aria-label=${t("desk.words")}><h3>${t("desk.words")}</h3>
    <ul>${mine.value.map((one) => html`<li key=${one.key}><button type="button" onClick=${() => look(one.key)}>
      <span class=${unread.value.has(one.key) ? "is-unread" : ""}><bdi>${one.name}</bdi></span>${one.agent === null && html` <small>${t("desk.words.supervisor")}</small>`} <small>${timeOfDay(one.last.at)}</small><br /><small class="words-last"><bdi>${one.last.text}</bdi></small></button></li>`)}</ul></section>`;
}

/** How many conversations have something new; seen while the module is folded. */
export function Unread() {
  const n = unread.value.size;
  return n ? html`<b class="tone-orange words-unread">${t("desk.words.unread", { n })}</b>` : null;
}
