import test from "node:test";
import assert from "node:assert/strict";
import * as b from "../../fs_app/web/static/supervision/board.js";
import { queueLevel, serviceLevel, staff, waitLevel, worst } from "../../fs_app/web/static/supervision/levels.js";
import { PAGE_MS, paged } from "../../fs_app/web/static/supervision/pages.js";

const AT = 1_795_283_119_832;
const agent = (id, more = {}) => ({
  id, name: `Agent ${id}`, number: String(1000 + id), queues: [10], state: "IDLE", since: AT, party: "", taken: 0, can: [], ...more,
});
const queue = (more = {}) => ({
  id: 10, name: "Commercial", open: true, waiting: 0, longest_since: null, states: { IDLE: 1 }, service: null,
  answered: 0, abandoned: 0, target: { s: 20, percent: 80 }, ...more,
});
const call = (id, more = {}) => ({ id, queue: 10, stage: "WAITING", since: AT, queued_at: AT, started_at: AT, place: [0, 1], ...more });
const whole = (more = {}) => ({ full: true, seq: 5, at: AT, switch: { up: true, since: AT }, queues: [], agents: [], calls: [], ...more });
const board = (more) => b.receive(b.newBoard(), whole(more), AT);

test("a whole picture replaces everything, a change only its rows", () => {
  let seen = board({ agents: [agent(1), agent(2)] });
  seen = b.receive(seen, { seq: 6, at: AT, agents: [agent(2, { state: "IN_CALL" })] }, AT);
  assert.deepEqual([...seen.agents.values()].map((a) => a.state), ["IDLE", "IN_CALL"]);
  seen = b.receive(seen, { seq: 7, at: AT, gone: { agents: [1] } }, AT);
  assert.deepEqual([...seen.agents.keys()], [2]);
  seen = b.receive(seen, whole({ seq: 8, agents: [agent(3)] }), AT);
  assert.deepEqual([...seen.agents.keys()], [3]);
});

test("a change that is older than what is shown changes nothing", () => {
  const seen = board({ agents: [agent(1)] });
  assert.equal(b.receive(seen, { seq: 5, at: AT, gone: { agents: [1] } }, AT), seen);
});

test("after a reconnection a server that counts from below is believed", () => {
  const seen = b.linkUp(b.linkDown(board({ agents: [agent(1)] })));
  assert.equal(b.receive(seen, whole({ seq: 1, agents: [] }), AT).agents.size, 0);
});

test("what is shown is old while the server or the switch is away", () => {
  const up = b.linkUp(board());
  assert.equal(b.isStale(up), false);
  assert.equal(b.isStale(b.linkDown(up)), true);
  assert.equal(b.isStale(b.receive(up, whole({ switch: { up: false, since: AT } }), AT)), true);
  assert.equal(b.linkDown(b.linkRefused(up)).link, "refused");
});

test("agents are filtered by state, queue and name without accents, and counted whatever state is asked for", () => {
  const seen = board({ agents: [agent(1, { name: "Élodie" }), agent(2, { state: "IN_CALL", queues: [11] }), agent(3, { state: "LOGGED_OUT" })] });
  const ids = (filter) => b.agents(seen, { sort: "name", ...filter }).map((a) => a.id);
  assert.deepEqual(ids({}), [2, 1]);
  assert.deepEqual(ids({ state: "LOGGED_OUT" }), [3]);
  assert.deepEqual(ids({ queue: 11 }), [2]);
  assert.deepEqual(ids({ q: "elo" }), [1]);
  assert.deepEqual(b.counted(seen, { state: "IN_CALL" }), { IDLE: 1, IN_CALL: 1 });
});

test("sorted by time the longest in his state comes first", () => {
  const seen = board({ agents: [agent(1, { since: AT - 1000 }), agent(2, { since: AT - 9000 })] });
  assert.deepEqual(b.agents(seen, { sort: "time" }).map((a) => a.id), [2, 1]);
});

test("waiting callers have their position in the order of service, per queue", () => {
  const seen = board({ calls: [call("late", { place: [0, 9] }), call("first", { place: [-1, 12] }), call("other", { queue: 11, place: [0, 1] }), call("talks", { stage: "TALKING", place: null })] });
  assert.deepEqual(b.calls(seen, { queue: null }).map((c) => [c.id, c.position]), [["first", 1], ["late", 2], ["other", 1], ["talks", undefined]]);
  assert.equal(b.calls(seen, { queue: 11 }).length, 1);
});

test("the filter lives in the address, nonsense in it is left out", () => {
  const filter = { state: "IN_CALL", queue: 3, q: "éa", sort: "time" };
  assert.deepEqual(b.fromAddress(b.toAddress(filter)), filter);
  assert.deepEqual(b.fromAddress("?state=X&queue=-1&sort=%00"), { state: "", queue: null, q: "", sort: "state" });
});

test("the wait is judged by the promise, and by whether anybody works", () => {
  const waits = (s, more) => waitLevel(queue({ waiting: 1, longest_since: AT - s * 1000, ...more }), AT);
  assert.deepEqual([waits(5), waits(21), waits(61), waits(1, { states: { UNAVAILABLE: 4 } })], ["ok", "warn", "bad", "bad"]);
  assert.equal(waitLevel(queue(), AT), "ok");
});

test("the service level is judged by the queue's target, and not before the first call", () => {
  assert.deepEqual([null, 80, 79, 70, 69.9].map((service) => serviceLevel(queue({ service }))), ["none", "ok", "warn", "warn", "bad"]);
  assert.equal(queueLevel(queue({ service: 50 }), AT), "bad");
  assert.equal(worst("none", "ok", "warn"), "warn");
});

test("agents are grouped by what they do", () => {
  assert.deepEqual(staff({ IDLE: 2, RINGING: 1, IN_CALL: 3, WRAP_UP: 1, UNAVAILABLE: 4, LOGGED_OUT: 9 }), { ready: 2, busy: 4, after: 1, pause: 4, out: 9 });
});

test("a display turns its pages by the clock and shows every queue", () => {
  const queues = Array.from({ length: 13 }, (_, i) => i);
  const seen = [0, 1, 2].flatMap((turn) => paged(queues, turn * PAGE_MS).shown);
  assert.deepEqual(seen, queues);
  assert.deepEqual(paged([], AT), { shown: [], page: 1, pages: 1 });
  assert.equal(paged(queues, 3 * PAGE_MS).page, 1);
});
