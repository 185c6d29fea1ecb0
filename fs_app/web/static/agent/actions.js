/** What may be done now, and what is shown for each state: a function of the picture alone. Pure. */

/** Colour, icon and pulse per state; text comes from the catalogue as `agent.state.<name>`. */
const LOOKS = {
  LOGGED_OUT: { colour: "grey", icon: "logout" },
  UNAVAILABLE: { colour: "orange", icon: "player-pause" },
  IDLE: { colour: "green", icon: "circle-check" },
  RINGING: { colour: "yellow", icon: "bell-ringing", pulse: true },
  DIALING: { colour: "blue", icon: "phone-outgoing" },
  IN_CALL: { colour: "blue", icon: "phone-call" },
  WRAP_UP: { colour: "purple", icon: "clipboard-check" },
  INTER_CALL: { colour: "amber", icon: "hourglass" },
  NO_ANSWER_DELAY: { colour: "amber", icon: "phone-off" },
  BACK_OFFICE: { colour: "teal", icon: "notes" },
  PREVIEW: { colour: "teal", icon: "eye" },
};

/** An unavailable agent without a reason stands out in red. An unknown state is shown by its name, in grey. */
export function look(picture) {
  const name = picture.state.name;
  const base = LOOKS[name] ?? { colour: "grey", icon: "question-mark" };
  if (name === "UNAVAILABLE" && !picture.presence.reason) return { ...base, colour: "red" };
  return base;
}

/** The availability that the menu shows: what was asked for, when it is not yet in force. */
export function wanted(picture) {
  const now = picture.state.name === "BACK_OFFICE" ? { name: "BACK_OFFICE", reason: null } : picture.presence;
  return picture.presence.wanted ?? now;
}

/** The entries of the availability menu: [{event, data, reason, current}]. */
export function availabilityMenu(picture) {
  const now = wanted(picture);
  const available = { key: "available", event: "agent.available", data: {}, label: null, current: now.name === "AVAILABLE" };
  const reasons = picture.reasons.map((reason) => ({
    key: `reason-${reason.id}`, event: "agent.unavailable", data: { reason: reason.id }, label: reason.label,
    current: now.name === "UNAVAILABLE" && now.reason?.id === reason.id,
  }));
  const plain = {
    key: "unavailable", event: "agent.unavailable", data: { reason: null }, label: null,
    current: now.name === "UNAVAILABLE" && !now.reason,
  };
  const back = { key: "back_office", event: "agent.back_office", data: {}, label: null, current: now.name === "BACK_OFFICE" };
  return [available, back, ...reasons, plain];
}

/** What F8 asks for: the other one of available and unavailable (without reason). */
export function toggleAvailability(picture) {
  return wanted(picture).name === "AVAILABLE"
    ? { event: "agent.unavailable", data: { reason: null } }
    : { event: "agent.available", data: {} };
}

const LINE_ACTIONS = {
  resume: { event: "line.resume", icon: "player-play" },
  hold: { event: "line.hold", icon: "player-pause" },
  mute: { event: "line.mute", icon: "microphone" },
  unmute: { event: "line.unmute", icon: "microphone-off", pressed: true },
  dtmf: { icon: "dialpad", opens: true },
  start_recording: { event: "line.start_recording", icon: "player-record", module: "recording" },
  pause_recording: { event: "line.pause_recording", icon: "player-record-filled", module: "recording" },
  resume_recording: { event: "line.resume_recording", icon: "player-record", module: "recording" },
  capture: { event: "line.capture", icon: "credit-card" },
  end_capture: { event: "line.end_capture", icon: "credit-card-off", pressed: true },
  complete: { event: "line.complete", icon: "user-share", tone: "green" },
  conference: { event: "line.conference", icon: "users-group" },
  leave: { event: "line.leave", icon: "door-exit" },
  hang_up: { event: "line.hang_up", icon: "phone-off", danger: true },
};
const LINE_ORDER = Object.keys(LINE_ACTIONS);

/** Actions that share a key: what is possible now is what it does. */
export const ON_ONE_KEY = {
  hold: ["hold", "resume"],
  swap: ["swap", "resume"],
  mute: ["mute", "unmute"],
  recording: ["pause_recording", "resume_recording", "start_recording"],
  capture: ["capture", "end_capture"],
};

/** The key of an action's button. */
export function keyOf(name) {
  return Object.keys(ON_ONE_KEY).find((key) => ON_ONE_KEY[key].includes(name)) ?? name;
}

/** How the recording of a line is shown; null: nothing to be shown. An older picture has `recording` alone. */
export function recordingLook(line) {
  const state = line.record?.state ?? (line.recording ? "on" : "off");
  if (state === "off") return null;
  return {
    on: { state, icon: "player-record-filled", cls: "is-on" },
    held: { state, icon: "player-record", cls: "" },
    paused: { state, icon: "microphone-off", cls: "is-paused" },
    problem: { state, icon: "alert-triangle", cls: "is-problem", problem: line.record?.problem },
  }[state] ?? null;
}

/**
 * The buttons of a line, only those that the server says are possible and that this page knows. Taking a line back from
 * hold while another one talks is going over to it (`swap`). `isOn(module)`: does the profile have it?
 */
export function lineActions(line, lines = [line], isOn = () => true) {
  const swaps = lines.some((other) => other.id !== line.id && TALKS.has(other.state));
  return LINE_ORDER.filter((name) => line.can.includes(name) && isOn(LINE_ACTIONS[name].module ?? "lines")).map((name) => ({
    name, ...LINE_ACTIONS[name], data: { line: line.id },
    ...(name === "resume" && swaps ? { name: "swap", icon: "switch-horizontal", tone: "blue" } : {}),
  }));
}

const TALKS = new Set(["TALKING", "CONFERENCE"]);
const IMPORTANCE = ["TALKING", "CONFERENCE", "RINGING", "DIALING", "CONNECTING"];

/** The line that keys act on: the one that talks, else the one that rings, else the first. */
export function mainLine(picture) {
  const lines = picture?.lines ?? [];
  for (const state of IMPORTANCE) {
    const found = lines.find((line) => line.state === state);
    if (found) return found;
  }
  return lines[0] ?? null;
}

/** The line whose other end would be called, or given away: the talking one that may, else any that may. */
export function givingLine(picture) {
  const may = (picture?.lines ?? []).filter((line) => line.can.includes("consult") || line.can.includes("transfer"));
  return may.find((line) => TALKS.has(line.state)) ?? may[0] ?? null;
}

const FREE = new Set(["IDLE", "UNAVAILABLE", "BACK_OFFICE", "INTER_CALL", "NO_ANSWER_DELAY", "PREVIEW"]);

/** May the agent begin a call of his own (the server decides)? */
export function isFree(picture) {
  return FREE.has(picture.state.name) && !picture.lines.length;
}

/**
 * What a key of the lines does now: {event, data, opens?} or null. It acts on the main line where that can, else on the
 * first one that can. What has no button (`isOn`, see `lineActions`) has no key.
 */
export function byKey(picture, key, isOn = () => true) {
  const lines = picture?.lines ?? [];
  const wanted = ON_ONE_KEY[key] ?? [key];
  const main = mainLine(picture);
  for (const line of [main, ...lines].filter(Boolean)) {
    const found = lineActions(line, lines, isOn).find((action) => wanted.includes(action.name));
    if (found) return found;
  }
  return null;
}

/** How a line looks: who is at its other end decides about ringing. */
export function lineIcon(line) {
  const outward = line.kind === "consult" && !line.consulted_by; // whom a colleague asks, he is rung
  const icons = {
    RINGING: outward ? "phone-outgoing" : "phone-incoming", DIALING: "phone-outgoing", CONNECTING: "phone-outgoing",
    QUEUED: "hourglass", TALKING: "phone", HELD: "music", CONFERENCE: "users-group",
  };
  return icons[line.state] ?? "phone";
}

/** The delay after an unanswered call and the pause between two calls can be ended by the agent (BA-50). */
export function canEndDelay(picture) {
  return ["NO_ANSWER_DELAY", "INTER_CALL"].includes(picture.state.name);
}

/** "Take my place" is asked for before anything else. */
export function mustLogIn(picture) {
  return picture.presence.name === "LOGGED_OUT";
}

/** Does leaving now cut somebody off? */
export function busyWithSomebody(picture) {
  return (picture?.lines.length ?? 0) > 0;
}

/** The worst of some colours. */
export function worst(levels) {
  return ["red", "orange"].find((level) => levels.includes(level)) ?? "";
}

/** Queue figures in one line: how many wait, and since when the longest. */
export function waiting(queues) {
  const since = queues.map((q) => q.longest_since).filter((s) => s != null);
  return { count: queues.reduce((sum, q) => sum + q.waiting, 0), since: since.length ? Math.min(...since) : null };
}
