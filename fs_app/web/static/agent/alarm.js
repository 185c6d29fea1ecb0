/** A call rings: sound, desktop notification, the tab's title and icon. */

import { icon as ICON } from "./tab.js";

const RING_S = 3;

let context = null;
let device = "";

/** Ring on this device (an identifier of the browser's; empty: its own choice). */
export function ringOn(id) {
  device = id;
  context?.setSinkId?.(device).catch(() => {}); // unplugged: the browser's own choice
}
let ringTimer = 0;
let titleTimer = 0;
let note = null;
let quietTitle = "";
let quietIcon = "";

let chosen = { sound: true, volume: 70, notification: true };

/** What the agent has chosen: `sound`, `volume` (percent), `notification`. */
export function configure(settings) {
  chosen = { ...chosen, ...settings };
}

/** Browsers play sound only after a click: this is called from one, and asks for notifications too. */
export async function unlock({ ask = false } = {}) {
  if (!context) {
    context = new AudioContext();
    if (device) ringOn(device);
  }
  if (context.state === "suspended") await context.resume().catch(() => {});
  if (ask && globalThis.Notification?.permission === "default") await Notification.requestPermission().catch(() => {});
  return soundReady();
}

export function soundReady() {
  return context?.state === "running";
}

/** Two soft tones, twice: audible in a headset beside a conversation, no shock in a quiet room. */
function ringOnce() {
  if (!soundReady() || !chosen.sound || !chosen.volume) return;
  const start = context.currentTime + 0.02;
  for (const [i, hertz] of [587, 784, 587, 784].entries()) {
    const at = start + i * 0.28 + (i > 1 ? 0.2 : 0);
    const tone = context.createOscillator();
    const volume = context.createGain();
    tone.frequency.value = hertz;
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime((0.23 * chosen.volume) / 100, at + 0.03);
    volume.gain.exponentialRampToValueAtTime(0.001, at + 0.27);
    tone.connect(volume).connect(context.destination);
    tone.start(at);
    tone.stop(at + 0.3);
  }
}

/** Begin: `title` for tab and notification, `body` for the notification. */
export function start(title, body) {
  stop();
  ringOnce();
  ringTimer = setInterval(ringOnce, RING_S * 1000);
  const icon = document.querySelector('link[rel="icon"]');
  quietTitle = document.title;
  quietIcon = icon?.href ?? "";
  let bright = false;
  const blink = () => {
    bright = !bright;
    document.title = bright ? `☎ ${title}` : quietTitle;
    if (icon) icon.href = ICON(bright ? "#d98a00" : "#1f2937");
  };
  blink();
  titleTimer = setInterval(blink, 1000);
  if (chosen.notification && globalThis.Notification?.permission === "granted" && !document.hasFocus()) {
    note = new Notification(title, { body, tag: "fs_app.ring", requireInteraction: true, silent: true });
    note.onclick = () => {
      window.focus();
      note?.close();
    };
  }
}

export function stop() {
  clearInterval(ringTimer);
  clearInterval(titleTimer);
  note?.close();
  note = null;
  if (titleTimer) {
    document.title = quietTitle;
    const icon = document.querySelector('link[rel="icon"]');
    if (icon && quietIcon) icon.href = quietIcon;
  }
  titleTimer = 0;
}
