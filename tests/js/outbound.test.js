import assert from "node:assert/strict";
import { test } from "node:test";
import { countdown, days, fingerprint, may, momentOf, offered, standing, turned, wall } from "../../fs_app/web/static/agent/outbound/logic.js";

const PARIS = "Europe/Paris";
const at = (text) => Date.parse(text);
const item = { id: "a", number: "+33612345678", since: 0, due_at: null, reserved: false, mine: false, personal: false, under_way: false };

test("how the time of an item stands", () => {
  const now = 10_000_000;
  assert.equal(standing({ ...item, since: now - 5000 }, now).kind, "any");
  assert.equal(standing({ ...item, due_at: now - 120_000 }, now).kind, "late");
  assert.equal(standing({ ...item, due_at: now - 30_000 }, now).kind, "now");
  assert.deepEqual(standing({ ...item, due_at: now + 60_000 }, now), { kind: "soon", ms: 60_000 });
  assert.equal(standing({ ...item, due_at: now + 7_200_000 }, now).kind, "later");
});

test("what another one has reserved can't be touched", () => {
  assert.deepEqual(may(item), { call: true, reserve: true, release: false, change: true });
  assert.deepEqual(may({ ...item, reserved: true }), { call: false, reserve: false, release: false, change: false });
  assert.deepEqual(may({ ...item, reserved: true, mine: true, personal: true }), { call: true, reserve: false, release: true, change: true });
  assert.equal(may({ ...item, reserved: true, mine: true }).reserve, true, "what is shown to me can be kept");
  assert.equal(may({ ...item, number: "" }).call, false);
  assert.equal(may({ ...item, under_way: true }).change, false);
});

test("the countdown runs to nought and not further", () => {
  assert.equal(countdown({ until: null }, 5), null);
  assert.equal(countdown({ until: 10_000 }, 8_100), 2);
  assert.equal(countdown({ until: 10_000 }, 12_000), 0);
});

test("the wall clock of the account, on both days when it is changed", () => {
  for (const text of ["2026-03-29T00:59:00Z", "2026-03-29T01:00:00Z", "2026-10-25T03:00:00Z", "2026-11-22T08:00:00Z"]) {
    assert.equal(momentOf(wall(at(text), PARIS), PARIS), at(text), text);
  }
  assert.equal(wall(at("2026-07-01T07:00:00Z"), PARIS).toISOString(), "2026-07-01T09:00:00.000Z");
});

test("a week begins on Monday, and a day may have 23 or 25 hours", () => {
  const week = days(at("2026-03-29T10:00:00Z"), "week", PARIS);
  assert.deepEqual(week.map((d) => d.key), ["2026-03-23", "2026-03-24", "2026-03-25", "2026-03-26", "2026-03-27", "2026-03-28", "2026-03-29"]);
  assert.equal(week[6].end - week[6].begin, 23 * 3_600_000);
  assert.equal(week[6].begin, at("2026-03-28T23:00:00Z"));
  const [day] = days(at("2026-10-25T10:00:00Z"), "day", PARIS);
  assert.equal(day.end - day.begin, 25 * 3_600_000);
  assert.equal(days(turned(at("2026-03-28T23:30:00Z"), "day", 1, PARIS), "day", PARIS)[0].key, "2026-03-30");
  assert.equal(days(turned(at("2026-11-22T10:00:00Z"), "week", -1, PARIS), "week", PARIS)[0].key, "2026-11-09");
});

test("what is offered for a callback lies on full steps, in the account's zone", () => {
  const { first, least, most } = offered(at("2026-11-22T08:02:00Z"), PARIS, { step_min: 15, latest_days: 7 });
  assert.deepEqual([first, least, most], ["2026-11-22T10:15", "2026-11-22T09:15", "2026-11-29T09:02"]);
});

test("another list has another mark", () => {
  const list = { mode: "manual", counters: { due: 1 }, list: [{ ...item, status: "busy", times: 1 }] };
  assert.equal(fingerprint(list), fingerprint(structuredClone(list)));
  assert.notEqual(fingerprint(list), fingerprint({ ...list, list: [{ ...item, status: "busy", times: 2 }] }));
  assert.equal(fingerprint(null), "");
});
