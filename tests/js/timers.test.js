import test from "node:test";
import assert from "node:assert/strict";
import { beat, clock, elapsed, offset, remaining, sample, serverNow, untilNextSecond } from "../../fs_app/web/static/agent/timers.js";

test("a duration reads as minutes and seconds, with hours only when there are some", () => {
  assert.equal(clock(0), "00:00");
  assert.equal(clock(96_999), "01:36");
  assert.equal(clock(3_599_000), "59:59");
  assert.equal(clock(3_600_000), "1:00:00");
});

test("a stamp slightly in the future shows zero, never a negative time", () => {
  assert.equal(elapsed(1000, 400), "00:00");
});

test("a countdown shows 00:01 until it is over", () => {
  assert.equal(remaining(10_000, 9_001), "00:01");
  assert.equal(remaining(10_000, 10_000), "00:00");
  assert.equal(remaining(10_000, 99_000), "00:00");
  assert.equal(remaining(null, 0), "");
});

test("the least delayed of the last pictures tells the offset of the server's clock", () => {
  let samples = [];
  for (const delay of [250, 40, 180]) samples = sample(samples, 5_000_000, 1_000_000 + delay);
  assert.equal(offset(samples), 4_000_000 - 40);
  assert.equal(serverNow(samples, 2_000_000), 6_000_000 - 40);
});

test("old samples are forgotten", () => {
  let samples = sample([], 9_999, 0);
  for (let i = 0; i < 20; i += 1) samples = sample(samples, 100, 0);
  assert.equal(offset(samples), 100);
});

test("ticks fall on the full second", () => {
  assert.equal(untilNextSecond(1_200), 800);
  assert.equal(untilNextSecond(2_000), 1000);
});

test("every other second is marked", () => {
  const root = { dataset: {} };
  const marks = [0, 999, 1000, 1999, 2000].map((now) => (beat(root, now), root.dataset.beat));
  assert.deepEqual(marks, ["0", "0", "1", "1", "0"]);
});
