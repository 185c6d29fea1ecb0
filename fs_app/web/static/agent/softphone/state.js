/**
 * The telephone in the browser (BY-50): what it is doing, and what follows. Pure: no SIP, no DOM, no clock of its own.
 *
 * The server's picture says who talks to whom; this says only what this page's telephone does.
 */

export const OFF = Object.freeze({
  state: "off", // off | starting | ready | lost | refused | no_microphone
  error: null, // key of a text, with `cause` where the text wants one
  cause: "",
  session: null, // null | { state: "ringing" | "answering" | "talking", since }
  muted: false,
  sound: true, // false: the connection for the sound is interrupted
});

/** What happened → the new state. Unknown events change nothing. `at`: local milliseconds. */
export function next(phone, event) {
  switch (event.kind) {
    case "started":
      return { ...OFF, state: "starting" };
    case "stopped":
      return OFF;
    case "registered":
      return { ...phone, state: "ready", error: null, cause: "" };
    case "lost": // it comes back by itself; a conversation goes on meanwhile
      return { ...phone, state: "lost", error: phone.session ? null : "softphone.error.connection" };
    case "refused":
      return { ...phone, state: "refused", error: "softphone.error.refused" };
    case "no_microphone":
      return { ...phone, state: "no_microphone", error: event.error };
    case "rings":
      return { ...phone, session: { state: "ringing", since: event.at }, muted: false, sound: true, error: null };
    case "answering":
      return phone.session ? { ...phone, session: { ...phone.session, state: "answering" } } : phone;
    case "talks":
      return phone.session ? { ...phone, session: { state: "talking", since: event.at }, error: null } : phone;
    case "ended":
      return {
        ...phone, session: null, muted: false, sound: true,
        error: event.error ?? (phone.state === "ready" ? null : phone.error), cause: event.cause ?? "",
      };
    case "muted":
      return { ...phone, muted: Boolean(phone.session) && event.muted };
    case "sound":
      return { ...phone, sound: event.there };
    default:
      return phone;
  }
}

/** Whether this page's telephone has to run: the agent works with it, and this is his living page. */
export function wanted(picture, live) {
  return Boolean(live && picture?.phone?.how === "softphone");
}

/** Why the microphone can't be had, as the key of a text. */
export function microphoneError(error, secure) {
  if (!secure) return "softphone.error.insecure";
  switch (error?.name) {
    case "NotAllowedError":
    case "SecurityError":
      return "softphone.error.denied";
    case "NotReadableError":
    case "AbortError":
      return "softphone.error.busy";
    case "NotSupportedError":
      return "softphone.error.browser";
    default:
      return "softphone.error.none"; // NotFoundError, OverconstrainedError: the chosen one was unplugged
  }
}

const BACK_MS = 120_000;

/**
 * A call that was on this page's telephone before it was loaded again comes back: it is taken without a second click.
 * `kept`: what the page wrote down when it was left, {call, at}.
 */
export function comesBack(kept, call, now) {
  return Boolean(kept && call && kept.call === call && now - kept.at < BACK_MS && now >= kept.at);
}

const ALONE_MS = 6000;

/**
 * The telephone talks and the server knows of no line for a while: the word of the end was lost on the way.
 * `since`: when picture and telephone were first seen to differ, 0: they agree. Answers the new `since`.
 */
export function differs(phone, picture, live, since, now) {
  const alone = phone.session?.state === "talking" && live && picture?.state.name !== "LOGGED_OUT" && !picture?.lines.length;
  return alone ? since || now : 0;
}

export const hasEnded = (since, now) => since > 0 && now - since >= ALONE_MS;

/** Seconds before the next try, after `n` that failed. */
export const pause = (n) => Math.min(30, 2 ** Math.min(n, 5));
