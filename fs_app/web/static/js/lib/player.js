// Players of recordings and sounds: a curve and buttons (`data-player`, with `data-shape`: the address of its peaks), beside
// an <audio> that does the playing.

import { duration } from "./time.js";
import { iconUrl } from "./sprite.js";

export function players(root) {
  for (const box of root.querySelectorAll("[data-player]")) start(box);
}

// The browser's own player stays until ours works, and when it can't.
async function start(box) {
  const audio = box.parentElement.querySelector("audio");
  let shape;
  try {
    const answer = await fetch(box.dataset.shape, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    shape = await answer.json();
  } catch {
    return;
  }
  const { default: WaveSurfer } = await import("../../vendor/wavesurfer.js");
  const colours = getComputedStyle(box);
  box.hidden = false;
  const place = box.querySelector("[data-wave]");
  const two = shape.peaks.length > 1;
  box.classList.toggle("is-mono", !two);
  const paint = (name) => ({ waveColor: colours.getPropertyValue(name), progressColor: colours.getPropertyValue("--ink-2") });
  const wave = WaveSurfer.create({
    container: place,
    media: audio,
    peaks: shape.peaks,
    duration: shape.duration,
    height: two ? 44 : 64,
    barWidth: 2,
    barGap: 1,
    barRadius: 1,
    cursorColor: colours.getPropertyValue("--c-red"),
    splitChannels: two ? [paint("--c-teal"), paint("--c-blue")] : undefined,
    ...(two ? {} : paint("--c-blue")),
  });
  audio.controls = false;
  audio.hidden = true;
  control(box, audio, wave, shape.duration);
}

function control(box, audio, wave, length) {
  const toggle = box.querySelector('[data-do="toggle"]');
  const play = toggle.getAttribute("aria-label");
  const show = () => {
    toggle.querySelector("use").setAttribute("href", iconUrl(audio.paused ? "player-play-filled" : "player-pause-filled"));
    toggle.setAttribute("aria-label", audio.paused ? play : toggle.dataset.pause);
  };
  const jump = (seconds) => wave.setTime(Math.min(length, Math.max(0, audio.currentTime + seconds)));
  toggle.addEventListener("click", () => wave.playPause());
  box.querySelector('[data-do="back"]').addEventListener("click", () => jump(-10));
  box.querySelector('[data-do="forward"]').addEventListener("click", () => jump(10));
  box.querySelector("[data-speed]").addEventListener("change", (event) => wave.setPlaybackRate(Number(event.target.value), true));
  box.querySelector("[data-length]").textContent = duration(length * 1000);
  for (const name of ["play", "pause", "ended"]) audio.addEventListener(name, show);
  audio.addEventListener("timeupdate", () => {
    box.querySelector("[data-at]").textContent = duration(audio.currentTime * 1000);
  });
}
