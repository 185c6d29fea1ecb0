/** The arrangement in a worker: a big and tangled menu takes seconds, and the page goes on meanwhile. */

const MOST_MS = 30000;

/** Places for all nodes: id → {x, y}. Fails after half a minute. */
export function arranged(graph, kinds, digits) {
  const worker = new Worker(new URL("arranging.js", import.meta.url), { type: "module" });
  return new Promise((done, failed) => {
    const timer = setTimeout(() => failed(new Error("too slow")), MOST_MS);
    worker.addEventListener("message", ({ data }) => {
      clearTimeout(timer);
      done(data);
    });
    worker.addEventListener("error", failed);
    worker.postMessage({ graph, kinds, digits });
  }).finally(() => worker.terminate());
}
