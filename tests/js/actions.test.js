import test from "node:test";
import assert from "node:assert/strict";
import * as actions from "../../fs_app/web/static/agent/actions.js";
import { AT, line, picture } from "./support.js";

const state = (name, more = {}) => picture({ state: { name, since: AT, until: null }, ...more });

test("each state has its colour and icon; ringing pulses", () => {
  assert.equal(actions.look(state("IDLE")).colour, "green");
  assert.equal(actions.look(state("IN_CALL")).colour, "blue");
  assert.equal(actions.look(state("WRAP_UP")).colour, "purple");
  assert.equal(actions.look(state("RINGING")).pulse, true);
});

test("unavailable is orange with its reason and red without one", () => {
  const presence = (reason) => ({ name: "UNAVAILABLE", reason, since: AT, wanted: null });
  assert.equal(actions.look(state("UNAVAILABLE", { presence: presence({ id: 5, label: "Déjeuner" }) })).colour, "orange");
  assert.equal(actions.look(state("UNAVAILABLE", { presence: presence(null) })).colour, "red");
});

test("a state this page does not know is shown, in grey", () => {
  assert.equal(actions.look(state("SOMETHING_NEW")).colour, "grey");
});

test("only what the server allows for a line has a button, in a fixed order", () => {
  assert.deepEqual(actions.lineActions(line({ can: ["hang_up", "hold"] })).map((a) => a.name), ["hold", "hang_up"]);
  assert.deepEqual(actions.lineActions(line({ can: ["resume", "fly"] })).map((a) => a.name), ["resume"]);
  assert.deepEqual(actions.lineActions(line({ can: [] })), []);
});

test("the recording has one button at a time, and one key for whatever it does", () => {
  const names = (can) => actions.lineActions(line({ can })).map((a) => a.name);
  assert.deepEqual(names(["hang_up", "hold", "pause_recording"]), ["hold", "pause_recording", "hang_up"]);
  assert.deepEqual(names(["hang_up", "start_recording"]), ["start_recording", "hang_up"]);
  for (const name of ["pause_recording", "resume_recording", "start_recording"]) assert.equal(actions.keyOf(name), "recording");
  assert.equal(actions.keyOf("resume"), "hold");
  assert.equal(actions.keyOf("hang_up"), "hang_up");
});

test("a recording is shown as it is, and a page of before the update goes on", () => {
  const look = (record, recording = false) => actions.recordingLook(line({ record, recording }));
  assert.equal(look({ state: "off" }), null);
  assert.equal(look({ state: "on" }).cls, "is-on");
  assert.equal(look({ state: "paused" }).cls, "is-paused");
  assert.equal(look({ state: "problem", problem: "disk_full" }).problem, "disk_full");
  assert.equal(look({ state: "something new" }), null);
  assert.equal(look(undefined, true).state, "on");
  assert.equal(look(undefined, false), null);
});

test("keys act on the talking line before a ringing one and a held one", () => {
  const held = line({ id: "a", state: "HELD" });
  const rings = line({ id: "b", state: "RINGING" });
  const talks = line({ id: "c" });
  assert.equal(actions.mainLine(picture({ lines: [held, rings, talks] })).id, "c");
  assert.equal(actions.mainLine(picture({ lines: [held, rings] })).id, "b");
  assert.equal(actions.mainLine(picture({ lines: [held] })).id, "a");
  assert.equal(actions.mainLine(picture()), null);
});

test("the menu offers available, each reason, and unavailable without reason", () => {
  const menu = actions.availabilityMenu(picture());
  assert.deepEqual(menu.map((m) => [m.event, m.data.reason]), [
    ["agent.available", undefined], ["agent.back_office", undefined], ["agent.unavailable", 5], ["agent.unavailable", null],
  ]);
  assert.deepEqual(menu.map((m) => m.current), [true, false, false, false]);
});

test("the back office is an entry of its own, left by being available", () => {
  const there = picture({ state: { name: "BACK_OFFICE", since: AT, until: null } });
  assert.deepEqual(actions.availabilityMenu(there).map((m) => m.current), [false, true, false, false]);
  assert.equal(actions.toggleAvailability(there).event, "agent.available");
});

test("a pause asked for during a call is what the menu shows", () => {
  const presence = { name: "AVAILABLE", reason: null, since: AT, wanted: { name: "UNAVAILABLE", reason: { id: 5, label: "Déjeuner" } } };
  const menu = actions.availabilityMenu(picture({ presence }));
  assert.deepEqual(menu.map((m) => m.current), [false, false, true, false]);
  assert.equal(actions.toggleAvailability(picture({ presence })).event, "agent.available");
});

test("waiting callers are summed and the longest wait is the oldest", () => {
  const queues = [{ waiting: 3, longest_since: 50 }, { waiting: 0, longest_since: null }, { waiting: 2, longest_since: 40 }];
  assert.deepEqual(actions.waiting(queues), { count: 5, since: 40 });
  assert.deepEqual(actions.waiting([]), { count: 0, since: null });
});

test("taking a line back while another one talks is going over to it", () => {
  const held = line({ id: "a", state: "HELD", can: ["resume", "hang_up"] });
  const talks = line({ id: "b", can: ["hold", "hang_up", "complete", "conference", "dtmf", "mute"] });
  assert.deepEqual(actions.lineActions(held, [held, talks]).map((a) => a.name), ["swap", "hang_up"]);
  assert.deepEqual(actions.lineActions(held, [held]).map((a) => a.name), ["resume", "hang_up"]);
  assert.deepEqual(actions.lineActions(talks, [held, talks]).map((a) => a.name), ["hold", "mute", "dtmf", "complete", "conference", "hang_up"]);
  assert.deepEqual(actions.byKey(picture({ lines: [held, talks] }), "swap").data, { line: "a" });
  assert.equal(actions.byKey(picture({ lines: [held] }), "swap").event, "line.resume");
  assert.equal(actions.byKey(picture({ lines: [held, talks] }), "hold").event, "line.hold");
  assert.deepEqual(actions.byKey(picture({ lines: [held, talks] }), "complete").data, { line: "b" });
  assert.equal(actions.byKey(picture({ lines: [held, talks] }), "leave"), null);
  assert.equal(actions.byKey(picture(), "hang_up"), null);
});

test("a module that the profile has off has no buttons on a line", () => {
  const talks = line({ can: ["hang_up", "pause_recording"] });
  assert.deepEqual(actions.lineActions(talks, [talks], (name) => name !== "recording").map((a) => a.name), ["hang_up"]);
  assert.equal(actions.byKey(picture({ lines: [talks] }), "recording", (name) => name !== "recording"), null, "and no key");
});

test("whom to call beside is asked for on the line that talks", () => {
  const held = line({ id: "a", state: "HELD", can: ["resume", "consult"] });
  const talks = line({ id: "b", can: ["consult", "transfer"] });
  assert.equal(actions.givingLine(picture({ lines: [held, talks] })).id, "b");
  assert.equal(actions.givingLine(picture({ lines: [held] })).id, "a");
  assert.equal(actions.givingLine(picture({ lines: [line({ can: ["hang_up"] })] })), null);
});

test("a line that rings shows which way it goes", () => {
  assert.equal(actions.lineIcon(line({ state: "RINGING" })), "phone-incoming");
  assert.equal(actions.lineIcon(line({ state: "RINGING", kind: "consult" })), "phone-outgoing");
  assert.equal(actions.lineIcon(line({ state: "RINGING", kind: "consult", consulted_by: { id: 2, name: "Bruno" } })), "phone-incoming");
  assert.equal(actions.lineIcon(line({ state: "SOMETHING_NEW" })), "phone");
});

test("the worst of several colours counts", () => {
  assert.equal(actions.worst(["", "orange", undefined]), "orange");
  assert.equal(actions.worst(["red", "orange"]), "red");
  assert.equal(actions.worst([]), "");
});
