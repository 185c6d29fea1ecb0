/** The editor of a voice menu: starts the store and the island. */

import { html, render } from "../vendor/preact.js";
import { t } from "../js/lib/i18n.js";
import * as store from "./store.js";
import { App } from "./view/app.js";

const root = document.getElementById("flow-editor");
try {
  await store.load();
  root.replaceChildren();
  render(html`<${App} />`, root);
} catch (error) {
  const said = document.createElement("p");
  said.className = "notice tone-red";
  said.role = "alert";
  said.textContent = error.text ?? t("error.unreachable");
  root.replaceChildren(said);
  console.warn(error);
}

addEventListener("beforeunload", (event) => {
  if (store.isUnsaved()) event.preventDefault();
});
// What is not saved yet when the page is left for another window is saved now.
document.addEventListener("visibilitychange", () => document.hidden && store.isUnsaved() && store.flush());
