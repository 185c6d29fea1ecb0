/** How the modules of the column lie: their order and which are folded. Pure. */

/** Nothing chosen yet: the registry's order. */
export const NOTHING = Object.freeze({ order: [], folded: {} });

/**
 * `names` in the order that was chosen. One that was not there then (a new version, a profile that was changed) stands
 * behind the one that it follows by itself.
 */
export function ordered(names, chosen = []) {
  const found = chosen.filter((name) => names.includes(name));
  names.forEach((name, i) => {
    if (!found.includes(name)) found.splice(i === 0 ? 0 : found.indexOf(names[i - 1]) + 1, 0, name);
  });
  return found;
}

/** `name` takes the place of `target`, which makes room upwards or downwards. */
export function moved(order, name, target) {
  const to = order.indexOf(target);
  if (to < 0 || name === target) return order;
  const others = order.filter((one) => one !== name);
  others.splice(to, 0, name);
  return others;
}

/** Where an arrow key takes a module among those that are shown: the neighbour whose place it gets, or null. */
export function neighbour(shown, name, key) {
  const at = shown.indexOf(name);
  const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: shown.length - 1 }[key];
  return at < 0 || to === undefined || to === at ? null : (shown[to] ?? null);
}

/** Is a module folded? `atFirst`: when nobody has said. */
export function isFolded(layout, name, atFirst = false) {
  return layout.folded[name] ?? atFirst;
}

export function folded(layout, name, value) {
  return { ...layout, folded: { ...layout.folded, [name]: value } };
}

/**
 * Which module a pointer at height `y` is over: `boxes` are [{name, top, bottom}] from the top down. Between two it is
 * the nearer one.
 */
export function under(boxes, y) {
  let best = null;
  for (const { name, top, bottom } of boxes) {
    const away = y < top ? top - y : y > bottom ? y - bottom : 0;
    if (best === null || away < best.away) best = { name, away };
  }
  return best?.name ?? null;
}
