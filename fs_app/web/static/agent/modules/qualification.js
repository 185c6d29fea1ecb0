/** The verdict on the call: keys 1-9, refinements, a note; applied at hang-up or confirmed after it (BA-30..32). */

import { signal } from "../../vendor/preact.js";
import { canConfirm, labels, level } from "../qualify.js";
import { Book, dispositionOf } from "../outbound/book.js";
import { choices, choose, chooseBack, confirm, facts, isOn, live, note, page, picture, qualification } from "../store.js";
import { personOf } from "../phone.js";
import { shown as shownKey } from "../keys.js";
import { html, Icon, t, withKey } from "../view/parts.js";

function Choice({ item, digit, chosen, within }) {
  const more = item.children?.length > 0;
  return html`<button type="button" class=${`choice${chosen || within ? " is-chosen" : ""}`} aria-pressed=${chosen || within}
    aria-keyshortcuts=${digit <= 9 ? String(digit) : undefined} onClick=${() => choose(item.id)}>
    <kbd aria-hidden="true">${digit <= 9 ? digit : ""}</kbd><span class="choice-text"><bdi>${item.label}</bdi></span>
    ${more && html`<${Icon} name="chevron-right" cls="small" />`}</button>`;
}

function Choices({ q, tree }) {
  const list = level(tree, q.path);
  const chosenPath = labels(tree, q.choice);
  return html`
    ${q.path.length > 0 && html`<button type="button" class="choice-back" onClick=${chooseBack} title=${withKey(t("desk.qualify.back"), "back")}>
      <${Icon} name="chevron-left" cls="small" /><span>${labels(tree, q.path.at(-1)).join(" › ")}</span></button>`}
    <div class="choices-grid" role="group" aria-label=${t("desk.qualify")}>${list.map((item, i) => html`
      <${Choice} key=${item.id} item=${item} digit=${i + 1} chosen=${item.id === q.choice}
        within=${item.children?.length > 0 && chosenPath[q.path.length] === item.label} />`)}</div>`;
}

/** One sentence: what has happened with the verdict, or what is to be done. */
function Standing({ q, tree }) {
  const said = labels(tree, q.choice).join(" › ");
  if (q.error) return html`<p class="standing tone-red" role="alert"><${Icon} name="alert-circle" cls="small" /><span>${q.error}</span></p>`;
  if (q.ended) return null;
  if (q.choice === null) return html`<p class="standing"><span>${t("desk.qualify.hint")}</span></p>`;
  if (q.busy || q.sent?.choice !== q.choice) return html`<p class="standing"><span>${t("desk.qualify.sending")}</span></p>`;
  return html`<p class="standing tone-green"><${Icon} name="check" cls="small" /><span>${t("desk.qualify.at_hang_up", { said })}</span></p>`;
}

/** Is there a call to qualify, or one whose verdict is on its way? */
const there = () => Boolean(qualification.value.call && (picture.value?.work || qualification.value.busy));
/** It lies over the page just now. */
export const isOver = () => Boolean(facts.value.settings?.qualification_popup) && insists() && putAside.value !== qualification.value.call;
/** The call whose window was closed: the record is looked at once more, and the module is in the column. */
export const putAside = signal(null);
const must = () => Boolean(picture.value?.work?.must_qualify);
/** The call is over and waits for its verdict: nobody can work on without it. */
const insists = () => there() && qualification.value.ended && must();

function Aside() {
  return must() ? html`<span class=${qualification.value.ended ? "pill tone-purple" : ""}>${t("desk.qualify.must")}</span>` : null;
}

function Body() {
  const q = qualification.value;
  const p = picture.value;
  const tree = choices.value;
  const record = page.value.records.find((r) => r.call === q.call);
  const loading = record?.status === "loading";
  const who = personOf(record ?? p.work, facts.value.country);
  return html`
    ${facts.value.alone && html`<p class="alone-who"><b><bdi>${who || t("desk.unknown_number")}</bdi></b><bdi>${p.work?.queue?.name}</bdi></p>`}
    ${loading ? html`<div class="choices-grid is-loading" aria-busy="true">${[1, 2, 3, 4].map((i) => html`<span key=${i} class="choice placeholder"></span>`)}</div>`
      : tree.length ? html`<${Choices} q=${q} tree=${tree} />` : html`<p class="module-empty">${t("desk.qualify.none")}</p>`}
    <label class="note-label" for="desk-note">${t("desk.note")} <kbd>${shownKey(facts.value.keys.note)}</kbd></label>
    <textarea id="desk-note" class="form-control" rows="2" maxlength="4000" value=${q.note}
      onInput=${(event) => note(event.target.value)}></textarea>
    <${Standing} q=${q} tree=${tree} />
    ${isOn("outbound") && html`<${Book} needed=${dispositionOf(tree, q.choice)?.effect === "callback"} own=${dispositionOf(tree, q.choice)?.effect === "personal"} />`}
    ${q.ended && tree.length > 0 && html`<button type="button" class="btn btn-primary confirm" disabled=${!canConfirm(q) || !live.value} onClick=${confirm}>
      <${Icon} name="check" />${t("desk.qualify.confirm")} <kbd>${shownKey(facts.value.keys.qualify)}</kbd></button>`}`;
}

export const module = {
  name: "qualification", title: "desk.qualify", icon: "clipboard-check", where: "column", Body, Aside, shown: () => there() && !isOver(), insists, even: () => insists() && !isOver(),
};
