/** The supervisor's page: starts the store, the link and the island. */

import { effect, html, render } from "../vendor/preact.js";
import { linkDown, linkRefused, linkUp } from "./board.js";
import { connect } from "./link.js";
import * as store from "./store.js";
import { App } from "./view/app.js";

const root = document.getElementById("supervision");
store.facts.value = JSON.parse(root.dataset.page);
root.replaceChildren();
render(html`<${App} />`, root);
store.tick();
store.askThrough(connect({ page: "board" }, {
  up: () => store.link(linkUp),
  down: () => store.link(linkDown),
  refused: () => store.link(linkRefused),
  board: store.seen,
  listening: store.heard,
}));
document.addEventListener("visibilitychange", () => document.hidden || store.tick());
window.addEventListener("popstate", () => store.narrow({}));

// "/" goes to the search, as in the lists.
document.addEventListener("keydown", (event) => {
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
  if (event.key !== "/" || typing || event.ctrlKey || event.altKey || event.metaKey || store.dialog.value) return;
  event.preventDefault();
  document.getElementById("agent-search")?.focus();
});

// The picture that a screen reader is told of: how many wait.
effect(() => {
  const waiting = [...store.board.value.queues.values()].reduce((n, queue) => n + queue.waiting, 0);
  document.title = document.title.replace(/^(\(\d+\) )?/, waiting ? `(${waiting}) ` : "");
});
