/** The agent's page: starts the store, the link and the island. */

import { effect, html, render } from "../vendor/preact.js";
import { t } from "../js/lib/i18n.js";
import * as alarm from "./alarm.js";
import { mainLine, ON_ONE_KEY, toggleAvailability } from "./actions.js";
import * as dialling from "./dialling.js";
import { actionOf, keyTable } from "./keys.js";
import { connect } from "./link.js";
import { phone } from "./phone.js";
import { isDirty } from "./records.js";
import * as softphone from "./softphone/main.js";
import * as store from "./store.js";
import { App } from "./view/app.js";

const root = document.getElementById("desk");
const said = JSON.parse(root.dataset.page);
store.facts.value = { ...said, keys: keyTable(said.settings.keys) };
store.laidOut(said.layout);
store.update((page) => ({ ...page, maxRecords: said.settings.max_records }));
render(html`<${App} />`, root);
store.tick();
connect();
softphone.follow();
document.addEventListener("click", dialling.onClick);
dialling.shareLinks(() => store.live.value);

document.addEventListener("visibilitychange", () => document.hidden || store.tick());
for (const gesture of ["pointerdown", "keydown"]) document.addEventListener(gesture, () => alarm.unlock(), { once: true });

// Ringing and what a screen reader hears.
let before = null;
let rings = false;
effect(() => {
  const picture = store.picture.value;
  const here = store.live.value;
  if (!picture) return;
  const nowRings = here && picture.state.name === "RINGING" && !picture.line_open; // a permanent line beeps
  if (nowRings !== rings) {
    rings = nowRings;
    if (rings) {
      const line = mainLine(picture);
      const who = line?.name || phone(line?.number, said.country) || t("desk.unknown_number");
      alarm.start(t("desk.ring.title", { who }), line?.queue?.name ?? "");
    } else alarm.stop();
  }
  if (picture.state.name !== before) {
    const queue = picture.work?.queue?.name;
    store.announce([t(`desk.state.${picture.state.name}`), queue].filter(Boolean).join(", "));
    before = picture.state.name;
  }
});

// The keyboard.
const doing = {
  hold: () => onLine(ON_ONE_KEY.hold),
  recording: () => onLine(ON_ONE_KEY.recording),
  hang_up: () => onLine(["hang_up"]),
  availability: () => {
    const { event, data } = toggleAvailability(store.picture.value);
    store.send(event, data);
  },
  qualify: () => store.qualification.value.ended && store.confirm(),
  note: () => document.getElementById("desk-note")?.focus(),
  back: () => store.chooseBack(),
  choose: ({ digit }) => store.chooseDigit(digit),
};

function onLine(wanted) {
  const line = mainLine(store.picture.value);
  const action = line && wanted.find((name) => line.can.includes(name));
  if (action) store.send(`line.${action}`, { line: line.id });
}

document.addEventListener("keydown", (event) => {
  const target = event.target;
  const typing = target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
  if (event.key === "Escape" && typing) return target.blur();
  if (!store.picture.value || !store.live.value || target.closest?.("[role=menu]")) return undefined;
  const found = actionOf({
    key: event.key, ctrl: event.ctrlKey, alt: event.altKey, meta: event.metaKey, shift: event.shiftKey,
    repeat: event.repeat, typing,
  }, store.facts.value.keys);
  if (!found) return undefined;
  event.preventDefault();
  return doing[found.action](found);
});

// Leaving with something typed, or with somebody on the line.
window.addEventListener("beforeunload", (event) => {
  const page = store.page.value;
  if (store.isLeaving()) return;
  if (page.link !== "refused" && (page.records.some(isDirty) || (page.place === "here" && page.picture?.lines.length))) {
    event.preventDefault();
  }
});
