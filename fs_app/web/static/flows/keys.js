/** The keyboard on the canvas: which key means what, and which node lies in a direction. Pure. */

const PLAIN = {
  ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down",
  Enter: "edit", Insert: "add", a: "add", c: "connect", Delete: "delete", Backspace: "delete",
  Home: "first", Escape: "leave", "+": "zoom_in", "=": "zoom_in", "-": "zoom_out", 0: "fit", "?": "help",
};
const SHIFTED = { ArrowLeft: "move_left", ArrowRight: "move_right", ArrowUp: "move_up", ArrowDown: "move_down", "?": "help", "+": "zoom_in" };
const CONTROL = { z: "undo", y: "redo", c: "copy", x: "cut", v: "paste", a: "all" };

/** The command of a key, "" for none. `event`: key, ctrlKey, metaKey, shiftKey, altKey. */
export function commandOf(event) {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.altKey) return "";
  if (event.ctrlKey || event.metaKey) return event.shiftKey ? (key === "z" ? "redo" : "") : (CONTROL[key] ?? "");
  if (event.shiftKey) return SHIFTED[key] ?? "";
  return PLAIN[key] ?? "";
}

/** Whether a key belongs to the field that it is typed into. */
export const isTyping = (target) => /^(INPUT|TEXTAREA|SELECT)$/.test(target?.tagName ?? "") || target?.isContentEditable === true;

const WAYS = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] };

/** The node next to `from` in this direction: what lies straight counts more than what lies aside. */
export function neighbour(nodes, from, way) {
  const here = nodes.find((node) => node.id === from);
  if (!here) return nodes[0]?.id ?? null;
  const [dx, dy] = WAYS[way];
  let best = null;
  let least = Infinity;
  for (const node of nodes) {
    if (node.id === from) continue;
    const along = (node.x - here.x) * dx + (node.y - here.y) * dy;
    const aside = Math.abs((node.x - here.x) * dy + (node.y - here.y) * dx);
    if (along <= 0) continue;
    const cost = along + aside * 2.5;
    if (cost < least) [best, least] = [node.id, cost];
  }
  return best;
}
