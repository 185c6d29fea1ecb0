import test from "node:test";
import assert from "node:assert/strict";
import * as q from "../../fs_app/web/static/agent/qualify.js";
import { TREE, work } from "./support.js";

const inCall = () => q.followWork(q.NOTHING, work());
const after = () => q.followWork(inCall(), work({ ended: true }));
const sent = (state) => q.kept(q.sending(state), state.call, { choice: state.choice, note: state.note });

test("digits choose on the level that is shown", () => {
  assert.equal(q.byDigit(inCall(), TREE, 3), 3);
  assert.equal(q.byDigit(inCall(), TREE, 9), null);
  assert.equal(q.byDigit({ ...inCall(), path: [2] }, TREE, 1), 21);
});

test("a disposition with children opens them instead of being the verdict", () => {
  let state = q.choose(inCall(), TREE, 2);
  assert.deepEqual([state.path, state.choice], [[2], null]);
  state = q.choose(state, TREE, 22);
  assert.deepEqual([state.path, state.choice], [[2], 22]);
  assert.deepEqual(q.labels(TREE, 22), ["Refus", "Déjà client"]);
  assert.deepEqual(q.back(state).path, []);
});

test("an identifier from another level is no choice", () => {
  assert.equal(q.choose(inCall(), TREE, 21).choice, null);
});

test("during the call a choice sends itself, and a note typed after it follows", () => {
  let state = q.choose(inCall(), TREE, 3);
  assert.equal(q.sendsItself(state), true);
  state = sent(state);
  assert.equal(q.sendsItself(state), false);
  assert.equal(q.sendsItself(q.note(state, "jeudi")), true);
});

test("a note alone is not sent: there is no verdict yet", () => {
  assert.equal(q.sendsItself(q.note(inCall(), "jeudi")), false);
});

test("after the call a choice waits for the agent's confirmation", () => {
  const state = q.choose(after(), TREE, 1);
  assert.equal(q.sendsItself(state), false);
  assert.equal(q.canConfirm(state), true);
  assert.equal(q.canConfirm(after()), false);
});

test("a note typed in the last second of a qualified call is still sent", () => {
  const state = q.followWork(q.note(sent(q.choose(inCall(), TREE, 1)), "dernier mot"), null);
  assert.equal(q.sendsItself(state), true);
  assert.equal(state.call, "c1");
  assert.equal(q.followWork(sent(state), null), q.NOTHING);
});

test("what was chosen when the countdown ends is not left behind", () => {
  const chosen = q.note(q.choose(after(), TREE, 1), "rappeler jeudi");
  const gone = q.followWork(chosen, null);
  assert.equal(q.leftBehind(chosen, gone), true);
  assert.equal(q.leftBehind(chosen, q.followWork(chosen, work({ call: "c2" }))), true);
  assert.equal(q.leftBehind(chosen, q.followWork(chosen, work({ ended: true }))), false, "still his");
  assert.equal(q.leftBehind(q.sending(chosen), gone), false, "under way already");
  assert.equal(q.leftBehind(sent(chosen), q.NOTHING), false, "the server has it");
  assert.equal(q.leftBehind(q.note(after(), "no verdict"), q.NOTHING), false);
});

test("the next call starts blank", () => {
  const state = q.followWork(sent(q.choose(inCall(), TREE, 1)), work({ call: "c2" }));
  assert.deepEqual([state.call, state.choice, state.note, state.path], ["c2", null, "", []]);
});

test("a reloaded page learns the choice that the server keeps", () => {
  const state = q.followWork(q.NOTHING, work({ disposition: { id: 3 }, note: "jeudi" }));
  assert.deepEqual([state.choice, state.note], [3, "jeudi"]);
  assert.equal(q.unsent(state), false);
});

test("a picture never takes back what the agent just chose", () => {
  const state = q.followWork(q.choose(inCall(), TREE, 1), work({ disposition: { id: 3 }, note: "old" }));
  assert.equal(state.choice, 1);
});

test("an error stops sending by itself until something new is chosen", () => {
  const state = q.refused(q.sending(q.choose(inCall(), TREE, 1)), "c1", "no");
  assert.equal(q.sendsItself(state), false);
  assert.equal(q.sendsItself(q.choose(state, TREE, 3)), true);
});

test("an answer for another call changes nothing", () => {
  const state = q.choose(inCall(), TREE, 1);
  assert.equal(q.kept(state, "other", { choice: 1, note: "" }), state);
  assert.equal(q.refused(state, "other", "no"), state);
});
