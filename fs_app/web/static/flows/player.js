/** Plays sounds one after the other. */

import { signal } from "../vendor/preact.js";

export const playing = signal(""); // the address that is heard now

let audio = null;
let turn = 0;

export function stop() {
  turn += 1;
  audio?.pause();
  playing.value = "";
}

/** One address: again is stop. Answers true when all was heard to its end. */
export async function listen(urls, always = false) {
  const again = !always && urls.length === 1 && playing.value === urls[0];
  stop();
  if (again) return false;
  const mine = turn;
  for (const url of urls) {
    if (mine !== turn) return false;
    playing.value = url;
    audio = new Audio(url);
    const over = new Promise((done) => {
      for (const name of ["ended", "error", "pause"]) audio.addEventListener(name, done, { once: true });
    });
    try {
      await audio.play();
      await over;
    } catch {
      // The browser wants a click first, or the file is gone: the next one.
    }
  }
  if (mine !== turn) return false;
  playing.value = "";
  return true;
}
