/** The agent's page: starts the store, the link and the island. */

import { effect, html, render } from "../vendor/preact.js";
import { t } from "../js/lib/i18n.js";
import { prepare } from "../js/lib/time.js";
import * as alarm from "./alarm.js";
import { mainLine } from "./actions.js";
import * as dialling from "./dialling.js";
import { listen } from "./keyboard.js";
import { keyTable } from "./keys.js";
import { connect } from "./link.js";
import { phone } from "./phone.js";
import * as pop from "./pop.js";
import { isDirty } from "./records.js";
import * as softphone from "./softphone/main.js";
import * as store from "./store.js";
import * as tab from "./tab.js";
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
pop.follow();
document.addEventListener("click", dialling.onClick);
dialling.shareLinks(() => store.live.value);
(globalThis.requestIdleCallback ?? setTimeout)(prepare);

document.addEventListener("visibilitychange", () => document.hidden || store.tick());
for (const gesture of ["pointerdown", "keydown"]) document.addEventListener(gesture, () => alarm.unlock(), { once: true });

// Ringing and what a screen reader hears.
let before = null;
let rings = false;
effect(() => {
  const picture = store.picture.value;
  const here = store.live.value;
  if (!picture) return;
  alarm.configure(store.facts.value.settings);
  const nowRings = here && picture.state.name === "RINGING" && !picture.line_open; // a permanent line beeps
  if (nowRings !== rings) {
    rings = nowRings;
    if (rings) {
      const line = mainLine(picture);
      const who = line?.name || phone(line?.number, said.country) || t("desk.unknown_number");
      alarm.start(t("desk.ring.title", { who }), line?.queue?.name ?? "");
    } else alarm.stop();
  }
  if (!rings) tab.show(here ? picture : null, here ? t(`desk.state.${picture.state.name}`) : null);
  if (picture.state.name !== before) {
    const queue = picture.work?.queue?.name;
    store.announce([t(`desk.state.${picture.state.name}`), queue].filter(Boolean).join(", "));
    before = picture.state.name;
  }
});

listen(document);

// Leaving with something typed, or with somebody on the line.
window.addEventListener("beforeunload", (event) => {
  const page = store.page.value;
  if (store.isLeaving() || store.facts.value.settings.close_without_asking) return;
  if (page.link !== "refused" && (page.records.some(isDirty) || (page.place === "here" && page.picture?.lines.length))) {
    event.preventDefault();
  }
});
