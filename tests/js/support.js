/** Pictures as the server sends them, for tests. */

export const AT = 1_795_283_119_000;

export function picture(changes = {}) {
  return {
    seq: 1, at: AT,
    agent: { id: 1, name: "Élodie Garçon", number: "1001" },
    presence: { name: "AVAILABLE", reason: null, since: AT, wanted: null },
    state: { name: "IDLE", since: AT, until: null },
    phone: { registered: true }, switch: { up: true, since: AT },
    lines: [], work: null,
    today: { taken: 0, missed: 0, mean_handling_ms: 0, mean_talk_ms: 0 },
    queues: [], reasons: [{ id: 5, label: "Déjeuner" }],
    ...changes,
  };
}

export function work(changes = {}) {
  return {
    call: "c1", queue: { id: 3, name: "Commercial" }, number: "+33612345678", name: "", contact: null,
    disposition_set: 2, must_qualify: true, ended: false, disposition: null, note: "", ...changes,
  };
}

export function line(changes = {}) {
  return {
    id: "leg-1", call: "c1", state: "TALKING", since: AT, number: "+33612345678", name: "", queue: null,
    recording: true, can: ["hang_up", "hold"], ...changes,
  };
}

export const TREE = [
  { id: 1, label: "Vente", children: [] },
  { id: 2, label: "Refus", children: [{ id: 21, label: "Trop cher", children: [] }, { id: 22, label: "Déjà client", children: [] }] },
  { id: 3, label: "À rappeler", children: [] },
];
