/** Starts and stops the page's telephone as the picture says, and tells the page what it does. */

import { computed, effect, signal, untracked } from "../../vendor/preact.js";
import * as alarm from "../alarm.js";
import { actionOf, pressOf } from "../keys.js";
import * as store from "../store.js";
import * as sound from "./sound.js";
import { comesBack, differs, hasEnded, microphoneError, next, OFF, wanted } from "./state.js";

export const phone = signal(OFF);
/** How loud the own voice is, 0 to 1. */
export const level = signal(0);

const KEPT = "fs_app.softphone.call";
const audio = new Audio();
audio.autoplay = true;

let telephone = null;
let starting = false;
let stopMeter = null;
let alone = 0;
let kept = readKept();

const tell = (event) => {
  phone.value = next(phone.value, event.kind === "no_microphone"
    ? { kind: event.kind, error: microphoneError({ name: event.name }, isSecureContext) } : event);
};

function readKept() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT));
  } catch {
    return null;
  }
}

/** Ask for the microphone once, so that nobody is asked while a customer waits. */
async function tryMicrophone() {
  if (!navigator.mediaDevices || !globalThis.RTCPeerConnection) return { name: "NotSupportedError" };
  try {
    sound.release(await sound.microphone());
    return null;
  } catch (error) {
    return error;
  }
}

async function start() {
  if (telephone || starting) return;
  starting = true;
  tell({ kind: "started" });
  const error = await tryMicrophone();
  if (error) {
    tell({ kind: "no_microphone", name: error.name });
    starting = false;
    return;
  }
  try {
    const { Telephone } = await import("./telephone.js");
    if (isWanted()) {
      telephone = new Telephone(tell, audio);
      telephone.start();
    }
  } catch {
    tell({ kind: "refused" });
  }
  starting = false;
  if (!isWanted()) stop();
}

function stop() {
  telephone?.stop();
  telephone = null;
  if (phone.value !== OFF) tell({ kind: "stopped" });
}

/** Also while the page has lost the program: FreeSWITCH is there, and so is whom he talks with. */
const isWanted = () => {
  const { link, place } = store.page.value;
  return wanted(store.picture.value, place === "here" && (link === "up" || (link === "down" && telephone !== null)));
};

export const answer = () => telephone?.answer();
export const reject = () => telephone?.reject();
export const retry = () => {
  stop();
  if (isWanted()) start();
};

/** Without the server: while the page has lost it. Otherwise the line's own button is the way, see below. */
export const mute = (muted) => telephone?.mute(muted);
export const mutesHere = () => !store.live.value;

export async function changeDevice(what, id) {
  sound.choose(what, id);
  if (what === "bell") alarm.ringOn(id);
  if (what === "speaker") await sound.playTo(audio, "speaker");
  if (what === "microphone") await telephone?.changeMicrophone().catch((error) => tell({ kind: "no_microphone", name: error.name }));
}

export const isRinging = () => phone.value.session?.state === "ringing";

/** Called once, when the page starts. */
export function follow() {
  alarm.ringOn(sound.chosen().bell ?? "");
  // Only when that changes: with each picture a microphone that is refused would be asked for again.
  const now = computed(isWanted);
  effect(() => {
    if (now.value) untracked(start);
    else untracked(stop);
  });
  // A conversation that was on this telephone before the page was loaded again is taken by itself.
  effect(() => {
    if (phone.value.session?.state !== "ringing") return;
    if (comesBack(kept, store.picture.value?.work?.call, Date.now())) {
      kept = null;
      sessionStorage.removeItem(KEPT);
      answer();
    }
  });
  // Who is muted on the line is silent in the browser already: nothing of him leaves the room.
  let told = false;
  effect(() => {
    const muted = Boolean(store.picture.value?.lines.some((line) => line.muted));
    if (muted === told) return;
    told = muted;
    telephone?.mute(muted);
  });
  effect(() => {
    const talks = phone.value.session?.state === "talking";
    if (talks && !stopMeter && telephone?.stream) stopMeter = sound.meter(telephone.stream, (value) => (level.value = value));
    if (!talks && stopMeter) {
      stopMeter();
      stopMeter = null;
      level.value = 0;
    }
  });
  setInterval(() => {
    alone = differs(phone.value, store.picture.value, store.live.value, alone, Date.now());
    if (hasEnded(alone, Date.now())) {
      alone = 0;
      telephone?.hangUp();
    }
  }, 1000);
  addEventListener("pagehide", () => {
    const call = store.picture.value?.work?.call;
    if (telephone?.talking && call) sessionStorage.setItem(KEPT, JSON.stringify({ call, at: Date.now() }));
    telephone?.abandon();
  });
  // Before all other keys: while it rings here, the key of hold and resume picks up.
  addEventListener("keydown", (event) => {
    if (!isRinging() || actionOf(pressOf(event), store.facts.value.keys)?.action !== "hold") return;
    event.preventDefault();
    event.stopPropagation();
    answer();
  }, true);
}
