/**
 * The simulated caller: what was done so far is a list of inputs; the server plays them from the beginning each time
 * (fs_app/ivr/rehearsal.py). Pure parts: the way as marks on the canvas, and as lines to read.
 */

/** Which nodes and connections the caller took: {nodes: id → how often, edges, here}. Steps of other flows don't count. */
export function marksOf(answer, flow, graph) {
  const nodes = new Map();
  const edges = new Set();
  for (const step of answer.way) {
    if (step.flow !== flow) continue;
    if (step.kind === "flow.node") nodes.set(step.data.node, (nodes.get(step.data.node) ?? 0) + 1);
    if (step.kind === "flow.exit") {
      const node = graph.nodes.find((one) => one.id === step.data.node);
      if (node?.exits?.[step.data.exit]) edges.add(`${node.id}|${step.data.exit}`);
    }
  }
  return { nodes, edges, here: answer.over || answer.flow !== flow ? "" : answer.node };
}

/** The steps that a person reads, from the one after `from`. */
export function linesOf(way) {
  const told = new Set(["flow.node", "flow.exit", "flow.set", "flow.language", "flow.sub", "flow.back", "flow.answer", "flow.over", "said", "key", "silence", "hang_up", "answer", "wanted"]);
  return way.filter((step) => told.has(step.kind) && !(step.kind === "flow.exit" && !step.data.exit));
}

/** What the last input led to is to be heard: addresses of the sounds that were said since. */
export function soundsSince(way, input) {
  return way.filter((step) => step.kind === "said" && step.input >= input).at(-1)?.data.heard.map((one) => one.url) ?? [];
}

/** Values typed for an answer of a web service: JSON, or null for what is none. */
export function json(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
