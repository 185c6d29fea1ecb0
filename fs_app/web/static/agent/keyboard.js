/** The keyboard at work: what each key does, in the page and in the small windows that belong to it. */

import { byKey, canEndDelay, toggleAvailability } from "./actions.js";
import { actionOf, pressOf } from "./keys.js";
import { openRefused } from "./pop.js";
import * as store from "./store.js";

const onLine = (key) => () => {
  const found = byKey(store.picture.value, key, store.isOn);
  if (!found) return;
  if (found.opens) store.openKeypad.value = found.data.line;
  else store.send(found.event, found.data);
};

/** The field, wherever it is shown. */
function focus(id, event) {
  (event.view?.document ?? document).getElementById(id)?.focus();
}

const DOING = {
  hold: onLine("hold"),
  swap: onLine("swap"),
  recording: onLine("recording"),
  capture: onLine("capture"),
  mute: onLine("mute"),
  dtmf: onLine("dtmf"),
  complete: onLine("complete"),
  conference: onLine("conference"),
  leave: onLine("leave"),
  hang_up: onLine("hang_up"),
  availability: () => {
    if (!store.isOn("session")) return;
    const { event, data } = toggleAvailability(store.picture.value);
    store.send(event, data);
  },
  end_delay: () => canEndDelay(store.picture.value) && store.isOn("delay") && store.send("agent.end_delay"),
  qualify: () => store.qualification.value.ended && store.confirm(),
  note: (_, event) => focus("desk-note", event),
  number: (_, event) => focus("desk-number", event),
  back: () => store.chooseBack(),
  record: () => store.nextRecord(),
  save: () => store.page.value.shown && store.save(store.page.value.shown),
  pop: () => openRefused(),
  choose: ({ digit }) => store.chooseDigit(digit),
  help: () => {
    store.overlay.value = "help";
  },
};

function pressed(event) {
  const target = event.target;
  const press = pressOf(event);
  if (event.key === "Escape" && press.typing && !target.closest("dialog")) return target.blur();
  if (!store.picture.value || !store.live.value || event.defaultPrevented || target.closest?.("[role=menu]")) return undefined;
  const found = actionOf(press, store.facts.value.keys);
  // Under a window only what concerns the call goes on: a letter there is not meant for the page.
  if (!found || (target.closest?.("dialog:not(.qualifies)") && !event.key.startsWith("F"))) return undefined;
  event.preventDefault();
  return DOING[found.action]?.(found, event);
}

export function listen(page) {
  page.addEventListener("keydown", pressed);
}
