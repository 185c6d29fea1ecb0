/** Microphone, speaker and bell of this computer: which there are, which are chosen (kept on this computer), how loud. */

const KEY = "fs_app.softphone.devices";
const KINDS = { microphone: "audioinput", speaker: "audiooutput", bell: "audiooutput" };

export function chosen() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

/** `what`: microphone, speaker or bell; "" leaves it to the computer. */
export function choose(what, id) {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...chosen(), [what]: id }));
  } catch {
    // a browser that keeps nothing uses its own choice
  }
}

/** {microphone, speaker, bell}: [{id, label}]. Names are told only after the microphone was allowed once. */
export async function devices() {
  const all = await navigator.mediaDevices.enumerateDevices();
  const of = (kind) => all
    .filter((d) => d.kind === kind && d.deviceId && d.deviceId !== "default" && d.deviceId !== "communications")
    .map((d, i) => ({ id: d.deviceId, label: d.label || `${i + 1}` }));
  return Object.fromEntries(Object.entries(KINDS).map(([what, kind]) => [what, of(kind)]));
}

/** The chosen microphone; the computer's own choice when it is not plugged in. Throws what the browser throws. */
export async function microphone() {
  const { microphone: id } = chosen();
  const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: id ? { ...audio, deviceId: { exact: id } } : audio });
  } catch (error) {
    if (!id || !["OverconstrainedError", "NotFoundError"].includes(error.name)) throw error;
    return navigator.mediaDevices.getUserMedia({ audio });
  }
}

export const release = (stream) => stream?.getTracks().forEach((track) => track.stop());

/** Play to the chosen device, `what` being speaker or bell; to the computer's choice when it is gone. */
export async function playTo(element, what) {
  if (!element.setSinkId) return; // Firefox before 116, Safari: the computer's choice
  await element.setSinkId(chosen()[what] || "").catch(() => element.setSinkId("").catch(() => {}));
}

/** Calls `told(0..1)` about ten times a second until the answer is called. */
export function meter(stream, told) {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 512;
  const source = context.createMediaStreamSource(stream);
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, s) => sum + s * s, 0) / samples.length;
    // -60 dB is silence, -6 dB is loud.
    const decibel = 10 * Math.log10(power + 1e-9);
    told(Math.max(0, Math.min(1, (decibel + 60) / 54)));
  }, 100);
  return () => {
    clearInterval(timer);
    source.disconnect();
    context.close().catch(() => {});
  };
}
