/** Whom a call may go to: what was typed and what the server found, as rows to choose from. Pure. */

/** Does the text look like a telephone number of any country, as people write them? */
export function looksLikeNumber(text) {
  const bare = text.replace(/[\s.()/\-\u00a0\u202f]/g, "").replace(/^tel:/i, "");
  return /^\+?[0-9*#]{2,31}$/.test(bare);
}

/** `found`: {agents, queues, numbers} of `GET /agent/targets`. The number that was typed comes first. */
export function rows(typed, found, { can }) {
  const list = [];
  const text = typed.trim();
  if (looksLikeNumber(text)) list.push({ key: "typed", kind: "number", name: text, about: "", typed: true, to: { kind: "number", number: text } });
  for (const one of found?.agents ?? []) {
    list.push({ key: `agent-${one.id}`, kind: "agent", name: one.name, about: one.number, state: one.state, reason: one.reason, to: { kind: "agent", agent: one.id } });
  }
  if (can !== "dial") {
    for (const one of found?.queues ?? []) {
      list.push({ key: `queue-${one.id}`, kind: "queue", name: one.name, open: one.open, waiting: one.waiting, to: { kind: "queue", queue: one.id } });
    }
  }
  for (const one of found?.numbers ?? []) {
    list.push({
      key: `number-${one.number}-${one.name}`, kind: "number", name: one.name || one.shown, about: one.shown, company: one.company,
      to: { kind: "number", number: one.number }, number: one.number,
    });
  }
  return list;
}

/** What may be done with a row: for an idle agent it is called; in a call one asks him first, or gives the call away. */
export function choices(line) {
  if (!line) return ["dial"];
  return ["consult", "transfer"].filter((name) => line.can.includes(name));
}

/** The next row for an arrow key. */
export function step(at, count, key) {
  if (!count) return -1;
  const to = { ArrowDown: at + 1, ArrowUp: at - 1 }[key];
  return to === undefined ? at : (to + count) % count;
}
