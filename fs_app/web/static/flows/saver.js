/**
 * Keeps the draft on the server while somebody works: a moment after the last change, one request at a time, again
 * after a failure, and never over somebody else's work.
 *
 * `state`: saved | waiting | saving | failed | conflict. `send(graph, base)` answers {version, problems} or throws
 * an error with `status` (409: `body.theirs` is what stands there now).
 */

const QUIET_MS = 700;
const AGAIN_MS = 4000;

export class Saver {
  constructor({ send, version, onState, onSaved, later = (work, ms) => setTimeout(work, ms), forget = (timer) => clearTimeout(timer) }) {
    Object.assign(this, { send, version, onState, onSaved, later, forget });
    this.state = "saved";
    this.wanted = null;
    this.timer = null;
    this.theirs = null;
    this.error = null;
  }

  /** The draft is now this. */
  changed(graph) {
    this.wanted = graph;
    if (this.state === "conflict") return;
    if (this.state !== "saving") this.become("waiting");
    this.plan(QUIET_MS);
  }

  /** Save at once; answers when the draft that was there is saved, or could not be. */
  async flush() {
    this.stop();
    while (this.running) await this.running;
    if (this.wanted !== null && this.state !== "conflict") await this.save();
    return this.state === "saved";
  }

  get unsaved() {
    return this.state !== "saved";
  }

  /** After a conflict: go on from theirs. `graph`: what to save over it, null: theirs stays. */
  settle(graph) {
    this.version = this.theirs.version;
    this.theirs = null;
    this.wanted = graph;
    this.become(graph === null ? "saved" : "waiting");
    if (graph !== null) this.plan(0);
  }

  plan(ms) {
    this.stop();
    if (!this.running) this.timer = this.later(() => this.save(), ms);
  }

  stop() {
    if (this.timer !== null) this.forget(this.timer);
    this.timer = null;
  }

  become(state) {
    if (state === this.state) return;
    this.state = state;
    this.onState(state);
  }

  save() {
    this.stop();
    this.running = this.attempt().finally(() => {
      this.running = null;
      if (this.wanted !== null && this.state === "waiting") this.plan(QUIET_MS);
      if (this.state === "failed") this.plan(AGAIN_MS);
    });
    return this.running;
  }

  async attempt() {
    const graph = this.wanted;
    if (graph === null) return;
    this.wanted = null;
    this.become("saving");
    try {
      const answer = await this.send(graph, this.version);
      this.version = answer.version;
      this.become(this.wanted === null ? "saved" : "waiting");
      this.onSaved(graph, answer);
    } catch (error) {
      this.wanted ??= graph;
      this.error = error;
      if (error.status === 409 && error.body?.theirs) {
        this.theirs = error.body.theirs;
        this.become("conflict");
      } else this.become("failed");
    }
  }
}
