// A button beside a choice of sounds plays the one that is chosen.

import { iconUrl } from "./lib/sprite.js";

const heard = new Audio();
let pressed = null;
let known = null;

const still = () => pressed?.querySelector("use").setAttribute("href", iconUrl("player-play-filled"));
for (const name of ["pause", "ended", "error"]) heard.addEventListener(name, still);

// What a value is heard as: in the page's language, else in any; of a list its first piece.
async function address(value) {
  known ??= fetch("/admin/sounds.json", { headers: { Accept: "application/json" } }).then((answer) => (answer.ok ? answer.json() : null));
  const offered = await known;
  if (!offered) return null;
  const list = offered.lists.find((one) => one.value === value);
  const found = [...offered.sounds, ...offered.shipped].find((one) => one.value === (list ? `sound:${list.sounds[0]}` : value));
  const said = found?.languages ?? {};
  return (said[document.documentElement.lang] ?? Object.values(said)[0])?.url ?? null;
}

for (const button of document.querySelectorAll("[data-hear-choice]")) {
  const select = button.parentElement.querySelector("select");
  const show = () => {
    button.hidden = !/^(sound|list|shipped):/.test(select.value);
  };
  select.addEventListener("change", show);
  show();
  button.addEventListener("click", async () => {
    const again = button === pressed && !heard.paused;
    still();
    heard.pause();
    pressed = button;
    if (again) return;
    const url = await address(select.value);
    if (!url) return;
    heard.src = url;
    button.querySelector("use").setAttribute("href", iconUrl("player-pause-filled"));
    heard.play().catch(still);
  });
}
