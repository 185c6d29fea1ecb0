import assert from "node:assert/strict";
import { test } from "node:test";
import { comesBack, differs, hasEnded, microphoneError, next, OFF, pause, wanted } from "../../fs_app/web/static/agent/softphone/state.js";

const after = (...kinds) => kinds.reduce((phone, kind) => next(phone, typeof kind === "string" ? { kind, at: 5 } : kind), OFF);

test("it starts, is ready, rings, talks and is ready again", () => {
  assert.equal(after("started").state, "starting");
  const ready = after("started", "registered");
  assert.equal(ready.state, "ready");
  assert.deepEqual(next(ready, { kind: "rings", at: 7 }).session, { state: "ringing", since: 7 });
  const talks = after("started", "registered", "rings", "answering", { kind: "talks", at: 9 });
  assert.deepEqual(talks.session, { state: "talking", since: 9 });
  assert.deepEqual(next(talks, { kind: "ended" }), ready);
});

test("a lost connection is said at rest, and does not disturb a conversation", () => {
  assert.equal(after("started", "registered", "lost").error, "softphone.error.connection");
  const talks = after("started", "registered", "rings", "talks", "lost");
  assert.equal(talks.error, null);
  assert.equal(talks.session.state, "talking");
  assert.equal(next(talks, { kind: "registered" }).state, "ready");
});

test("what can't happen changes nothing", () => {
  for (const kind of ["talks", "answering", "nonsense"]) assert.deepEqual(next(OFF, { kind }), OFF);
  assert.equal(next(OFF, { kind: "muted", muted: true }).muted, false);
});

test("a call that ended with trouble says so, and the next one forgets it", () => {
  const failed = after("started", "registered", "rings", { kind: "ended", error: "softphone.error.call", cause: "WebRTC Error" });
  assert.equal(failed.error, "softphone.error.call");
  assert.equal(failed.cause, "WebRTC Error");
  assert.equal(next(failed, { kind: "rings", at: 1 }).error, null);
});

test("why there is no microphone is said in words that help", () => {
  assert.equal(microphoneError({ name: "NotAllowedError" }, true), "softphone.error.denied");
  assert.equal(microphoneError({ name: "NotFoundError" }, true), "softphone.error.none");
  assert.equal(microphoneError({ name: "NotReadableError" }, true), "softphone.error.busy");
  assert.equal(microphoneError({ name: "NotSupportedError" }, true), "softphone.error.browser");
  assert.equal(microphoneError(null, true), "softphone.error.none");
  assert.equal(microphoneError({ name: "NotAllowedError" }, false), "softphone.error.insecure");
});

test("it runs on the living page of an agent who works with it", () => {
  assert.equal(wanted({ phone: { how: "softphone" } }, true), true);
  assert.equal(wanted({ phone: { how: "softphone" } }, false), false);
  assert.equal(wanted({ phone: { how: "own" } }, true), false);
  assert.equal(wanted(null, true), false);
});

test("only the call that was there before the page was loaded again is taken by itself, and not for ever", () => {
  const kept = { call: "a", at: 1000 };
  assert.equal(comesBack(kept, "a", 2000), true);
  assert.equal(comesBack(kept, "b", 2000), false);
  assert.equal(comesBack(kept, "a", 1000 + 120_000), false);
  assert.equal(comesBack(kept, "a", 500), false);
  assert.equal(comesBack(null, "a", 500), false);
});

test("a telephone that talks to nobody for six seconds has missed the end", () => {
  const talks = after("started", "registered", "rings", "talks");
  const nobody = { state: { name: "IDLE" }, lines: [] };
  const since = differs(talks, nobody, true, 0, 1000);
  assert.equal(since, 1000);
  assert.equal(hasEnded(since, 6000), false);
  assert.equal(hasEnded(differs(talks, nobody, true, since, 7000), 7000), true);
  assert.equal(differs(talks, { ...nobody, lines: [{}] }, true, since, 7000), 0);
  assert.equal(differs(talks, nobody, false, since, 7000), 0);
});

test("tries come further and further apart, half a minute at most", () => {
  assert.deepEqual([0, 1, 2, 3, 4, 5, 9].map(pause), [1, 2, 4, 8, 16, 30, 30]);
});
