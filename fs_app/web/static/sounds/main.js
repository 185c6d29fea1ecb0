// The pages of sounds: players, the part that makes sounds, and the short listening of the list.

import { html, render } from "../vendor/preact.js";
import { players } from "../js/lib/player.js";
import { iconUrl } from "../js/lib/sprite.js";
import { Maker } from "./maker.js";
import { follow } from "./work.js";

players(document);

const place = document.querySelector("[data-maker]");
if (place) {
  const facts = JSON.parse(place.dataset.maker);
  place.replaceChildren();
  render(html`<${Maker} facts=${facts} />`, place);
  follow(facts.sound, refresh);
}

// What the server draws is drawn anew by the server: the list, or the files of the sound.
async function refresh() {
  const answer = await fetch(location.href, { credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const old of document.querySelectorAll("[data-fresh], #rows")) {
    const made = fresh.querySelector(old.id ? `#${old.id}` : `[data-fresh="${old.dataset.fresh}"]`);
    if (!made) continue;
    old.replaceWith(document.adoptNode(made));
    players(made);
    globalThis.htmx?.process(made);
  }
}

// One sound of the list at a time; another press stops it.
const heard = new Audio();
let pressed = null;
const still = () => pressed?.querySelector("use").setAttribute("href", iconUrl("player-play-filled"));
for (const name of ["pause", "ended", "error"]) heard.addEventListener(name, still);
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-hear]");
  if (!button) return;
  const again = button === pressed && !heard.paused;
  still();
  heard.pause();
  pressed = button;
  if (again) return;
  heard.src = button.dataset.hear;
  button.querySelector("use").setAttribute("href", iconUrl("player-pause-filled"));
  heard.play().catch(still);
});
