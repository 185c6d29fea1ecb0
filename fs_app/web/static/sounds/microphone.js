// The computer's microphone: record, listen, use it or do it again. Nothing is sent before "use".

import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { Icon } from "../js/lib/icons.js";
import { t } from "../js/lib/i18n.js";
import { duration } from "../js/lib/time.js";
import { send } from "./work.js";

const TYPES = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4"];
const ENDINGS = { "audio/webm": "webm", "audio/ogg": "ogg", "audio/mp4": "m4a" };

const possible = () => Boolean(navigator.mediaDevices?.getUserMedia && globalThis.MediaRecorder);

export function Microphone({ facts, wish }) {
  const [state, setState] = useState({ name: "idle", why: "" });
  const [level, setLevel] = useState(0);
  const [length, setLength] = useState(0);
  const kept = useRef({});

  const close = () => {
    const { stream, context, timer, url } = kept.current;
    clearInterval(timer);
    stream?.getTracks().forEach((track) => track.stop());
    context?.close().catch(() => {});
    if (url) URL.revokeObjectURL(url);
    kept.current = {};
  };
  useEffect(() => close, []);

  async function begin() {
    close();
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: false, noiseSuppression: true, autoGainControl: true } });
    } catch (error) {
      setState({ name: "idle", why: error.name === "NotFoundError" ? t("sounds.microphone.none") : t("sounds.microphone.refused") });
      return;
    }
    const type = TYPES.find((one) => MediaRecorder.isTypeSupported(one)) ?? "";
    const recorder = new MediaRecorder(stream, type ? { mimeType: type, audioBitsPerSecond: 96000 } : {});
    const parts = [];
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const since = performance.now();
    const timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      setLevel(Math.min(100, Math.round(140 * Math.max(...samples.map(Math.abs)))));
      const ms = performance.now() - since;
      setLength(ms);
      if (ms > facts.longest_s * 1000) recorder.stop();
    }, 100);
    recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
    recorder.addEventListener("stop", () => {
      clearInterval(timer);
      stream.getTracks().forEach((track) => track.stop());
      context.close().catch(() => {});
      const blob = new Blob(parts, { type: recorder.mimeType });
      kept.current = { blob, url: URL.createObjectURL(blob) };
      setState({ name: "heard", why: "", url: kept.current.url });
    });
    kept.current = { stream, context, timer, recorder };
    recorder.start(1000);
    setLength(0);
    setState({ name: "recording", why: "" });
  }

  function use() {
    const { blob } = kept.current;
    const ending = ENDINGS[blob.type.split(";")[0]] ?? "webm";
    send(blob, `microphone.${ending}`, { ...wish, source: "microphone" }, facts.most_bytes);
    close();
    setState({ name: "idle", why: "" });
  }

  if (!possible()) return html`<p class="notice tone-orange"><${Icon} name="microphone-off" /><span>${t("sounds.microphone.insecure")}</span></p>`;
  return html`<div class="studio">
    ${state.why && html`<p class="notice tone-red" role="alert"><${Icon} name="alert-circle" /><span>${state.why}</span></p>`}
    ${state.name === "idle" && html`<p class="form-hint">${t("sounds.microphone.hint")}</p>
      <button type="button" class="btn btn-primary" onClick=${begin}><${Icon} name="player-record-filled" />${t("sounds.microphone.begin")}</button>`}
    ${state.name === "recording" && html`<p class="studio-runs tone-red" role="status"><${Icon} name="player-record-filled" />${t("sounds.microphone.runs")} <span class="timer">${duration(length)}</span></p>
      <meter class="studio-level" min="0" max="100" value=${level} aria-label=${t("sounds.microphone.level")}></meter>
      <button type="button" class="btn btn-primary" onClick=${() => kept.current.recorder.stop()}><${Icon} name="check" />${t("sounds.microphone.end")}</button>`}
    ${state.name === "heard" && html`<audio controls src=${state.url} aria-label=${t("sounds.microphone.listen")}></audio>
      <div class="form-ways"><button type="button" class="btn btn-primary" onClick=${use}><${Icon} name="check" />${t("sounds.use_it")}</button>
        <button type="button" class="btn" onClick=${begin}><${Icon} name="refresh" />${t("sounds.again")}</button></div>`}
  </div>`;
}
