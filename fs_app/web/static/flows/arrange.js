/** The automatic arrangement: from the first node to the right. `dagre`: {Graph, layout} of the vendored library. */

import { exitsOf, heightOf } from "./graph.js";

export const WIDTH = 230;

/** Places for all nodes: id → {x, y}. */
export function arrange(graph, kinds, digits, dagre) {
  const drawn = new dagre.Graph({ multigraph: true });
  drawn.setGraph({ rankdir: "LR", ranker: "tight-tree", nodesep: 36, ranksep: 90, edgesep: 16, marginx: 40, marginy: 40 });
  drawn.setDefaultEdgeLabel(() => ({}));
  const first = graph.nodes.filter((node) => node.id === graph.start);
  const heights = new Map();
  for (const node of [...first, ...graph.nodes.filter((other) => other.id !== graph.start)]) {
    const height = heightOf(exitsOf(kinds.get(node.kind), node, digits));
    heights.set(node.id, height);
    drawn.setNode(node.id, { width: WIDTH, height });
  }
  for (const node of graph.nodes) {
    for (const [exit, to] of Object.entries(node.exits ?? {})) {
      if (heights.has(to) && to !== node.id) drawn.setEdge(node.id, to, {}, exit);
    }
  }
  dagre.layout(drawn);
  return new Map(graph.nodes.map(({ id }) => {
    const { x, y } = drawn.node(id);
    return [id, { x: Math.round(x - WIDTH / 2), y: Math.round(y - heights.get(id) / 2) }];
  }));
}
