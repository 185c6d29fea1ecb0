/** The list of people to call: what the page works out for itself. Pure. */

/** Quick postponements (BA-112), in minutes; a day is the same time tomorrow. */
export const PUT_OFF = [5, 10, 15, 20, 30, 60, 120, 240, 1440];

/** From this time after its moment on an item is late (ms). */
const LATE = 60_000;

/** How its time stands: {kind: "next" (of a call list, whenever its turn comes) | "any" | "late" | "soon" | "now" | "later", ms: how long until then or since}. */
export function standing(item, now) {
  if (item.due_at == null && item.list) return { kind: "next", ms: 0 };
  if (item.due_at == null) return { kind: "any", ms: now - item.since };
  const ms = item.due_at - now;
  if (ms < -LATE) return { kind: "late", ms: -ms };
  if (ms <= 0) return { kind: "now", ms: 0 };
  return { kind: ms < 3_600_000 ? "soon" : "later", ms };
}

/** What may be done with it: {call, reserve, release, change}. */
export function may(item) {
  const others = item.reserved && !item.mine;
  return {
    call: Boolean(item.number) && !others && !item.under_way,
    reserve: !item.reserved || (item.mine && !item.personal),
    release: item.mine && item.personal,
    change: !others && !item.under_way,
  };
}

/** Whole seconds left until it is called by itself; null: it is not. */
export function countdown(preview, now) {
  return preview?.until == null ? null : Math.max(0, Math.ceil((preview.until - now) / 1000));
}

/** What a list says, in short: when it is another one, what is shown is asked for anew. */
export function fingerprint(outbound) {
  if (!outbound) return "";
  const { counters, list, mode } = outbound;
  const items = list.map((i) => [i.id, i.status, i.times, i.due_at, i.owner, i.personal, i.under_way, i.note].join("|"));
  return JSON.stringify([mode, counters, items]);
}

const two = (n) => String(n).padStart(2, "0");
const written = (at) => `${at.getUTCFullYear()}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())}T${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;

/**
 * The wall clock of a zone at a moment, as a Date whose UTC fields are what that clock shows: for arithmetic on days
 * and for what an input shows, never for a moment in time.
 */
export function wall(ms, zone) {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
  }).formatToParts(ms);
  const value = (type) => Number(parts.find((p) => p.type === type).value);
  return new Date(Date.UTC(value("year"), value("month") - 1, value("day"), value("hour"), value("minute"), value("second")));
}

/** The moment at which a zone's clocks show `local` (fields of UTC, see `wall`): exact but for the hour that comes twice. */
export function momentOf(local, zone) {
  const guess = local.getTime();
  const first = guess - (wall(guess, zone).getTime() - guess);
  return guess - (wall(first, zone).getTime() - first);
}

/** For an input of kind datetime-local: what is offered first (in an hour, on a full step), the least and the most. */
export function offered(now, zone, { step_min = 5, latest_days = 30 } = {}) {
  const step = step_min * 60_000;
  const up = (ms) => new Date(Math.ceil(wall(ms, zone).getTime() / step) * step);
  return { first: written(up(now + 3_600_000)), least: written(up(now)), most: written(new Date(wall(now, zone).getTime() + latest_days * 86_400_000)) };
}

/** The days of a calendar: of `view` "day" or "week" around the moment `at`: [{key, begin, end}] in ms, Monday first. */
export function days(at, view, zone) {
  const midnight = wall(at, zone);
  midnight.setUTCHours(0, 0, 0, 0);
  if (view === "week") midnight.setUTCDate(midnight.getUTCDate() - ((midnight.getUTCDay() + 6) % 7));
  return Array.from({ length: view === "week" ? 7 : 1 }, (_, i) => {
    const begin = new Date(midnight);
    begin.setUTCDate(begin.getUTCDate() + i);
    const end = new Date(begin);
    end.setUTCDate(end.getUTCDate() + 1);
    return { key: written(begin).slice(0, 10), begin: momentOf(begin, zone), end: momentOf(end, zone) };
  });
}

/** The same days one view earlier or later (`by` -1, 1). */
export function turned(at, view, by, zone) {
  const local = wall(at, zone);
  local.setUTCHours(12, 0, 0, 0);
  local.setUTCDate(local.getUTCDate() + by * (view === "week" ? 7 : 1));
  return momentOf(local, zone);
}
