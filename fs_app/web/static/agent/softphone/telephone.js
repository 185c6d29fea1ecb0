/**
 * SIP over WebSocket, by JsSIP, through the reverse proxy to FreeSWITCH. One at a time on a page.
 *
 * The password comes from the server for this login; when it is void (a later page asked for one, the login ended) a
 * new one is asked for, with longer and longer pauses.
 */

import { UA, WebSocketInterface } from "../../vendor/jssip.js";
import { request } from "../../js/lib/http.js";
import * as sound from "./sound.js";
import { pause } from "./state.js";

const EXPIRES_S = 120;
const ICE_PATIENCE_MS = 2000;

export class Telephone {
  #tell;
  #audio;
  #ua = null;
  #session = null;
  #stream = null;
  #failed = 0;
  #timer = 0;
  #stopped = false;
  #iceTimer = 0;

  /** `tell(event)`: events of state.js. `audio`: the element that plays what the other one says. */
  constructor(tell, audio) {
    this.#tell = tell;
    this.#audio = audio;
    globalThis.addEventListener("online", this.#online);
  }

  get talking() {
    return Boolean(this.#session?.isEstablished());
  }

  /** The own voice while there is a call, for the level meter. */
  get stream() {
    return this.#stream;
  }

  async start() {
    clearTimeout(this.#timer);
    let given;
    try {
      given = await request("POST", "/agent/softphone", {});
    } catch (error) {
      if (this.#stopped) return;
      this.#tell({ kind: error.status === 403 || error.status === 401 ? "refused" : "lost" });
      if (error.status !== 403 && error.status !== 401) this.#again();
      return;
    }
    if (this.#stopped) return;
    this.#begin(given);
  }

  stop() {
    this.#stopped = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#iceTimer);
    globalThis.removeEventListener("online", this.#online);
    if (this.talking) this.#drop();
    else this.#end();
  }

  /** The page is left: nothing is hung up. The server gives the customer back to this agent (BY-02). */
  abandon() {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async answer() {
    const session = this.#session;
    if (!session || session.isEstablished() || session.isEnded()) return;
    this.#tell({ kind: "answering" });
    let stream;
    try {
      stream = await sound.microphone();
    } catch (error) {
      this.#tell({ kind: "no_microphone", name: error.name });
      if (!session.isEnded()) session.terminate({ status_code: 480 });
      return;
    }
    if (session.isEnded() || session !== this.#session) return sound.release(stream);
    this.#stream = stream;
    session.answer({ mediaStream: stream, pcConfig: { iceServers: [] } });
  }

  reject() {
    if (this.#session && !this.#session.isEnded()) this.#session.terminate({ status_code: 486 });
  }

  /** What the server says is over, is over. */
  hangUp() {
    if (this.#session && !this.#session.isEnded()) this.#session.terminate();
  }

  mute(muted) {
    if (!this.#session) return;
    if (muted) this.#session.mute({ audio: true });
    else this.#session.unmute({ audio: true });
    this.#tell({ kind: "muted", muted });
  }

  /** Another microphone was chosen in the middle of a conversation. */
  async changeMicrophone() {
    const sender = this.#session?.connection?.getSenders().find((one) => one.track?.kind === "audio");
    if (!sender) return;
    const stream = await sound.microphone();
    const [track] = stream.getAudioTracks();
    track.enabled = sender.track.enabled;
    await sender.replaceTrack(track);
    sound.release(this.#stream);
    this.#stream = stream;
  }

  #begin({ user, domain, password, path }) {
    this.#end();
    const url = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}`;
    const socket = new WebSocketInterface(url);
    // Behind a proxy that speaks TLS: FreeSWITCH hears plain WebSocket, and does not answer a Via that says WSS.
    socket.via_transport = "ws";
    const ua = new UA({
      sockets: [socket], uri: `sip:${user}@${domain}`, password, register: true, register_expires: EXPIRES_S,
      session_timers: false, user_agent: "fs-app browser",
      connection_recovery_min_interval: 1, connection_recovery_max_interval: 8,
    });
    this.#ua = ua;
    const mine = (then) => (event) => this.#ua === ua && !this.#stopped && then(event);
    ua.on("registered", mine(() => {
      this.#failed = 0;
      this.#tell({ kind: "registered" });
      if (this.talking) this.#restartIce();
    }));
    ua.on("disconnected", mine(() => this.#tell({ kind: "lost" })));
    ua.on("registrationFailed", mine(({ response, cause }) => {
      if (!response || cause === "Connection Error") return;
      this.#tell({ kind: "lost" });
      if (!this.talking) this.#again();
    }));
    ua.on("newRTCSession", mine(({ session, originator }) => this.#rings(session, originator)));
    ua.start();
  }

  #rings(session, originator) {
    if (originator !== "remote" || this.#session) return session.terminate({ status_code: 486 });
    this.#session = session;
    session.on("peerconnection", ({ peerconnection }) => this.#connects(peerconnection));
    session.on("accepted", () => this.#tell({ kind: "talks", at: Date.now() }));
    const over = (event, failed) => {
      if (this.#session !== session) return;
      this.#session = null;
      clearTimeout(this.#iceTimer);
      sound.release(this.#stream);
      this.#stream = null;
      this.#audio.srcObject = null;
      const ours = failed && event.originator === "local" && !["Rejected", "Canceled"].includes(event.cause);
      if (this.#stopped) return;
      if (this.#ua?.isConnected() && !this.#ua.isRegistered()) this.#again();
      this.#tell({ kind: "ended", ...(ours ? { error: "softphone.error.call", cause: event.cause } : {}) });
    };
    session.on("ended", (event) => over(event, false));
    session.on("failed", (event) => over(event, true));
    this.#tell({ kind: "rings", at: Date.now() });
  }

  #connects(peer) {
    peer.addEventListener("track", ({ streams, track }) => {
      this.#audio.srcObject = streams[0] ?? new MediaStream([track]);
      sound.playTo(this.#audio, "speaker").then(() => this.#audio.play().catch(() => {}));
    });
    peer.addEventListener("iceconnectionstatechange", () => {
      const state = peer.iceConnectionState;
      if (state === "connected" || state === "completed") {
        clearTimeout(this.#iceTimer);
        this.#tell({ kind: "sound", there: true });
      } else if (state === "disconnected" || state === "failed") {
        this.#tell({ kind: "sound", there: false });
        clearTimeout(this.#iceTimer);
        this.#iceTimer = setTimeout(() => this.#restartIce(), ICE_PATIENCE_MS);
      }
    });
  }

  /** A new way for the sound, when the old one is gone (another network, a cut of some seconds). */
  #restartIce() {
    const peer = this.#session?.connection;
    if (!peer || !this.talking || !this.#ua?.isRegistered()) return;
    if (["connected", "completed"].includes(peer.iceConnectionState)) return;
    this.#session.renegotiate({ rtcOfferConstraints: { iceRestart: true } });
  }

  #online = () => {
    if (this.#ua && !this.#ua.isConnected() && !this.#stopped) this.#ua.start();
  };

  #again() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.start(), pause(this.#failed++) * 1000);
  }

  /** Another page of this agent has taken the place: silence here, and not a word to FreeSWITCH. A good-bye would end
   *  the conversation; the server takes the customer from here (`Softphones.give`). */
  #drop() {
    const ua = this.#ua;
    this.#ua = null;
    this.#session.connection?.close();
    this.#session = null;
    this.#audio.srcObject = null;
    sound.release(this.#stream);
    this.#stream = null;
    ua?.transport?.disconnect();
  }

  #end() {
    const ua = this.#ua;
    this.#ua = null;
    if (ua) ua.stop();
    sound.release(this.#stream);
    this.#stream = null;
    this.#session = null;
  }
}
