// The page of a call: players of its recordings, and buttons that copy an id.

import { players } from "./lib/player.js";
import { iconUrl } from "./lib/sprite.js";

players(document);

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    if (!(await copied(button.dataset.copy))) return;
    const use = button.querySelector("use");
    use.setAttribute("href", iconUrl("check"));
    const status = document.querySelector("[data-copied]");
    status.textContent = status.dataset.copied;
    setTimeout(() => {
      use.setAttribute("href", iconUrl("copy"));
      status.textContent = "";
    }, 1500);
  });
}

// navigator.clipboard exists on https and localhost only; centres also run inside their own network on http.
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    area.style.cssText = "position:fixed;opacity:0";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}
