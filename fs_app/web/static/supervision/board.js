/**
 * What the server said, put together: whole pictures and changes of rows in, rows to show out. Pure: no DOM, no
 * network, no clock of its own. Messages: docs/events.md.
 */

import { sample } from "../agent/timers.js";

const KINDS = ["queues", "agents", "calls", "team"];

export function newBoard() {
  return {
    seq: -1,
    seen: false,
    queues: new Map(),
    agents: new Map(),
    calls: new Map(),
    team: new Map(),
    switch: { up: true, since: null },
    reasons: [],
    version: null,
    samples: [],
    link: "connecting", // connecting | up | down | refused
  };
}

/** A message arrived at local time `local`. A change that is older than what is shown changes nothing. */
export function receive(board, message, local) {
  const next = { ...board };
  if (message.full) {
    for (const kind of KINDS) next[kind] = new Map((message[kind] ?? []).map((row) => [row.id, row]));
    next.switch = message.switch;
    next.reasons = message.reasons ?? board.reasons;
    next.version = message.version ?? null;
    next.seen = true;
  } else {
    if (message.seq <= board.seq) return board;
    for (const kind of KINDS) {
      const gone = message.gone?.[kind] ?? [];
      if (!message[kind]?.length && !gone.length) continue;
      next[kind] = new Map(board[kind]);
      for (const row of message[kind] ?? []) next[kind].set(row.id, row);
      for (const id of gone) next[kind].delete(id);
    }
  }
  next.seq = message.seq;
  next.samples = sample(board.samples, message.at, local);
  return next;
}

/** The socket is up again: clock samples start afresh, it may be another server process. */
export const linkUp = (board) => ({ ...board, link: "up", samples: [], seq: -1 });
export const linkDown = (board) => (board.link === "refused" ? board : { ...board, link: "down" });
export const linkRefused = (board) => ({ ...board, link: "refused" });

/** What is shown may be old. */
export const isStale = (board) => board.link !== "up" || !board.switch.up;

// --- queues -------------------------------------------------------------------------------------------------
const byName = (a, b) => a.name.localeCompare(b.name);

export const queues = (board) => [...board.queues.values()].sort(byName);

// --- agents -------------------------------------------------------------------------------------------------
/** Which come first when sorted by state. */
export const STATES = ["RINGING", "DIALING", "IN_CALL", "WRAP_UP", "BACK_OFFICE", "INTER_CALL", "NO_ANSWER_DELAY", "PREVIEW", "IDLE", "UNAVAILABLE", "LOGGED_OUT"];

/** {state: number} of the agents whom the filter leaves, whatever state it asks for. */
export function counted(board, filter) {
  const counts = {};
  for (const agent of board.agents.values()) {
    if (matches(agent, { ...filter, state: "" })) counts[agent.state] = (counts[agent.state] ?? 0) + 1;
  }
  return counts;
}

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

export function matches(agent, { state = "", queue = null, q = "" }) {
  if (state ? agent.state !== state : agent.state === "LOGGED_OUT" && !q) return false;
  if (queue != null && !agent.queues.includes(queue)) return false;
  return !q || plain(`${agent.name} ${agent.number} ${agent.party}`).includes(plain(q));
}

const SORTS = {
  name: byName,
  state: (a, b) => STATES.indexOf(a.state) - STATES.indexOf(b.state) || a.since - b.since,
  time: (a, b) => a.since - b.since,
  taken: (a, b) => b.taken - a.taken,
};
export const AGENT_SORTS = Object.keys(SORTS);

/** The agents to show; those who are logged out only when asked for. */
export function agents(board, filter) {
  const found = [...board.agents.values()].filter((agent) => matches(agent, filter));
  const order = SORTS[filter.sort] ?? SORTS.state;
  return found.sort((a, b) => order(a, b) || byName(a, b));
}

// --- calls --------------------------------------------------------------------------------------------------
const STAGES = ["WAITING", "OFFERED", "CONNECTING", "TALKING", "HELD"];
const place = (call) => call.place ?? [0, 0];

/** Calls to show: who waits first, in the order of service and with his position; then ringing, then talking. */
export function calls(board, filter) {
  const found = [...board.calls.values()].filter((call) => filter.queue == null || call.queue === filter.queue);
  found.sort((a, b) => rank(a) - rank(b) || (a.stage === "WAITING" && b.stage === "WAITING"
    ? (a.queue - b.queue) || place(a)[0] - place(b)[0] || place(a)[1] - place(b)[1]
    : a.since - b.since));
  const inLine = new Map();
  return found.map((call) => {
    if (call.stage !== "WAITING") return call;
    const position = (inLine.get(call.queue) ?? 0) + 1;
    inLine.set(call.queue, position);
    return { ...call, position };
  });
}

function rank(call) {
  const at = STAGES.indexOf(call.stage);
  return at < 0 ? STAGES.length : at;
}

/** Since when the time beside a call counts: a waiting caller's from the first queue on. */
export const callSince = (call) => (["WAITING", "OFFERED", "CONNECTING"].includes(call.stage) ? call.queued_at ?? call.started_at : call.since);

// --- the address --------------------------------------------------------------------------------------------
/** The filter as the address holds it, and back; what makes no sense is left out. */
export function toAddress({ state, queue, q, sort }) {
  const params = new URLSearchParams();
  if (state) params.set("state", state);
  if (queue != null) params.set("queue", String(queue));
  if (q) params.set("q", q);
  if (sort && sort !== "state") params.set("sort", sort);
  const text = params.toString();
  return text ? `?${text}` : "";
}

export function fromAddress(search) {
  const params = new URLSearchParams(search);
  const state = params.get("state") ?? "";
  const queue = params.get("queue") ?? "";
  const sort = params.get("sort") ?? "";
  return {
    state: STATES.includes(state) ? state : "",
    queue: /^\d{1,9}$/.test(queue) ? Number(queue) : null,
    q: (params.get("q") ?? "").slice(0, 100),
    sort: AGENT_SORTS.includes(sort) ? sort : "state",
  };
}
