/**
 * A display on the wall: big figures, nothing to press. Runs for weeks: it reconnects by itself, and loads itself
 * again when the server has other pages than it had.
 */

import { effect, html, render, signal } from "../vendor/preact.js";
import { t } from "../js/lib/i18n.js";
import { Icon } from "../js/lib/icons.js";
import { clock as timeOfDay } from "../js/lib/time.js";
import { elapsed, localNow, ticker } from "../agent/timers.js";
import * as b from "./board.js";
import { LOOK, queueLevel, serviceLevel, staff, waitLevel } from "./levels.js";
import { connect } from "./link.js";
import { paged } from "./pages.js";

const board = signal(b.newBoard());
const now = signal(Date.now());
const root = document.getElementById("main");
if (root.dataset.theme) document.documentElement.dataset.bsTheme = root.dataset.theme;

let loaded = null;
const tick = ticker(now, () => board.value.samples);

function seen(message) {
  if (message.version) {
    if (loaded && loaded !== message.version) location.reload();
    loaded = message.version;
  }
  const first = !board.value.samples.length;
  board.value = b.receive(board.value, message, localNow());
  if (first) tick();
}

function Figure({ value, name, level, marked = true }) {
  const { tone, icon } = LOOK[level];
  const says = marked && (level === "warn" || level === "bad");
  return html`<div class=${`w-figure tone-${tone}`}><dd>${says && html`<${Icon} name=${icon} title=${t(`supervision.level.${level}`)} />`}${value}</dd><dt>${name}</dt></div>`;
}

function Tile({ queue }) {
  const level = queueLevel(queue, now.value);
  const people = staff(queue.states);
  const wait = queue.waiting ? waitLevel(queue, now.value) : "none";
  const service = queue.service == null ? "–" : `${Math.round(queue.service)} %`;
  const target = t("supervision.target", { percent: queue.target.percent, s: queue.target.s });
  return html`<article class=${`w-tile tone-${LOOK[level].tone}`} data-queue=${queue.id} data-level=${level}><div class="w-inside">
    <h2><bdi>${queue.name}</bdi>${!queue.open && html`<span class="w-closed"><${Icon} name="clock" />${t("supervision.closed")}</span>`}</h2>
    <dl>
      <${Figure} value=${queue.waiting} name=${t("supervision.waiting")} level=${wait} />
      <${Figure} value=${queue.waiting ? elapsed(queue.longest_since, now.value) : "–"} name=${t("supervision.longest")} level=${wait} marked=${false} />
      <${Figure} value=${service} name=${target} level=${serviceLevel(queue)} />
      <${Figure} value=${queue.answered} name=${t("supervision.answered")} level="none" />
      <${Figure} value=${queue.abandoned} name=${t("supervision.abandoned")} level="none" />
    </dl>
    <p class="w-staff"><span class="tone-green"><${Icon} name="circle" />${people.ready} ${t("wall.ready")}</span>
      <span class="tone-blue"><${Icon} name="phone-call" />${people.busy} ${t("wall.busy")}</span>
      <span class="tone-orange"><${Icon} name="coffee" />${people.pause} ${t("wall.pause")}</span></p>
  </div></article>`;
}

function Trouble() {
  const { link, seen: known, switch: toSwitch } = board.value;
  const strip = (tone, icon, text) => html`<div class=${`w-strip tone-${tone}`} role="alert"><${Icon} name=${icon} />${text}</div>`;
  if (link === "refused") return strip("red", "lock", t("wall.refused"));
  if (link !== "up") return strip("orange", "wifi-off", t(known ? "supervision.reconnecting" : "desk.connecting"));
  if (known && !toSwitch.up) return strip("red", "plug-connected-x", t("supervision.switch_down", { time: timeOfDay(toSwitch.since) }));
  return null;
}

function Wall() {
  const { shown, page, pages } = paged(b.queues(board.value), now.value);
  if (board.value.link === "refused") return html`<${Trouble} />`;
  return html`<${Trouble} />
    ${board.value.seen && !shown.length && html`<p class="w-empty">${t("wall.no_queues")}</p>`}
    <section class=${`w-tiles count-${shown.length}${b.isStale(board.value) && board.value.seen ? " is-stale" : ""}`}>${shown.map((queue) => html`<${Tile} key=${queue.id} queue=${queue} />`)}</section>
    <footer class="w-foot"><span>${pages > 1 ? t("wall.page", { page, pages }) : ""}</span><time>${timeOfDay(now.value)}</time></footer>`;
}

const heading = root.querySelector("h1");
const stage = document.createElement("div");
stage.className = "w-stage";
root.replaceChildren(heading, stage);
render(html`<${Wall} />`, stage);
tick();
effect(() => {
  document.documentElement.dataset.link = board.value.link;
});
const secret = decodeURIComponent(location.hash.slice(1));
connect(secret ? { display: secret } : { page: "wall" }, {
  up: () => {
    board.value = b.linkUp(board.value);
  },
  down: () => {
    board.value = b.linkDown(board.value);
  },
  refused: () => {
    board.value = { ...b.newBoard(), link: "refused" };
  },
  board: seen,
});

// Some televisions switch themselves off when nothing asks them not to.
const awake = () => navigator.wakeLock?.request("screen").catch(() => null);
awake();
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) {
    tick();
    awake();
  }
});
