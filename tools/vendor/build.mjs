// Writes fs_app/web/static/vendor/ from the packages that package.json pins, with a manifest of what came from
// where. Only a developer who changes a version or an icon runs this (`make vendor`); the result is committed,
// so that installing and running the product needs no Node.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = resolve(HERE, "../..");
const OUT = join(ROOT, "fs_app/web/static/vendor");
const TEST_OUT = join(ROOT, "tests/web/data");
const MODULES = join(HERE, "node_modules");

const made = new Map(); // folder → [{file, packages}]

function put(folder, file, content, packages) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, file), content);
  if (!made.has(folder)) made.set(folder, []);
  made.get(folder).push({ file, packages });
}

const read = (path, encoding = null) => readFileSync(join(MODULES, path), encoding);

function packageFacts(name) {
  const facts = JSON.parse(read(`${name}/package.json`, "utf8"));
  return { name, version: facts.version, licence: facts.license };
}

// `more`: further options of esbuild.
async function bundle(source, more = {}) {
  const result = await build({
    stdin: { contents: source, resolveDir: HERE, loader: "js" },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    legalComments: "none",
    write: false,
    ...more,
  });
  return result.outputFiles[0].contents;
}

// Libraries written for React run on preact/compat, and on the one Preact that the pages load: two would not know
// each other's components.
const ON_PREACT = {
  name: "on-preact",
  setup(bundler) {
    const preact = () => ({ path: "./preact.js", external: true });
    bundler.onResolve({ filter: /^preact(\/hooks)?$/ }, preact);
    const compat = (path) => () => ({ path: join(MODULES, path) });
    bundler.onResolve({ filter: /^react(-dom)?$/ }, compat("preact/compat/dist/compat.module.js"));
    bundler.onResolve({ filter: /^react\/jsx-runtime$/ }, compat("preact/jsx-runtime/dist/jsxRuntime.module.js"));
  },
};

function sprite() {
  const symbols = [];
  const names = readFileSync(join(HERE, "icons.txt"), "utf8")
    .split("\n")
    .map((line) => line.replace(/#.*/, "").trim())
    .filter(Boolean)
    .sort();
  for (const name of new Set(names)) {
    const filled = name.startsWith("filled/");
    const path = filled ? name : `outline/${name}`;
    const svg = read(`@tabler/icons/icons/${path}.svg`, "utf8");
    const body = svg
      .replace(/<!--[\s\S]*?-->/g, "")
      .replace(/^[\s\S]*?<svg[^>]*>/, "")
      .replace("</svg>", "")
      .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/, "")
      .replace(/\s*\n\s*/g, "");
    const paint = filled
      ? 'fill="currentColor" stroke="none"'
      : 'fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"';
    const id = filled ? `${name.slice("filled/".length)}-filled` : name;
    symbols.push(`<symbol id="${id}" viewBox="0 0 24 24" ${paint}>${body}</symbol>`);
  }
  symbols.push(...flags());
  return `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`;
}

// The three flags of the language choice, drawn here: three shapes each need no package.
function flags() {
  const flag = (id, body) => `<symbol id="flag-${id}" viewBox="0 0 60 40">${body}</symbol>`;
  return [
    flag("fr", '<path fill="#fff" d="M0 0h60v40H0z"/><path fill="#000091" d="M0 0h20v40H0z"/><path fill="#e1000f" d="M40 0h20v40H40z"/>'),
    flag("es", '<path fill="#aa151b" d="M0 0h60v40H0z"/><path fill="#f1bf00" d="M0 10h60v20H0z"/>'),
    flag(
      "en",
      '<path fill="#012169" d="M0 0h60v40H0z"/><path stroke="#fff" stroke-width="8" d="m0 0 60 40M60 0 0 40"/>' +
        '<path stroke="#c8102e" stroke-width="3" d="m0 0 60 40M60 0 0 40"/><path stroke="#fff" stroke-width="13" d="M30 0v40M0 20h60"/>' +
        '<path stroke="#c8102e" stroke-width="8" d="M30 0v40M0 20h60"/>',
    ),
  ];
}

function manifest(folder) {
  const files = made.get(folder).map(({ file, packages }) => {
    const content = readFileSync(join(folder, file));
    return {
      file,
      bytes: content.length,
      sha256: createHash("sha256").update(content).digest("hex"),
      packages: packages.map(packageFacts),
    };
  });
  files.sort((a, b) => (a.file < b.file ? -1 : 1));
  writeFileSync(join(folder, "manifest.json"), `${JSON.stringify({ files }, null, 1)}\n`);
}

function licences(folder) {
  const names = new Set(made.get(folder).flatMap(({ packages }) => packages));
  const texts = [...names].sort().map((name) => {
    const facts = packageFacts(name);
    const file = readdirSync(join(MODULES, name)).find((f) => /^licen[sc]e/i.test(f) && statSync(join(MODULES, name, f)).isFile());
    const text = file ? read(`${name}/${file}`, "utf8").trim() : "(the package carries no text of its licence)";
    return `${"=".repeat(100)}\n${facts.name} ${facts.version} · ${facts.licence}\n${"=".repeat(100)}\n\n${text}\n`;
  });
  put(folder, "LICENCES.txt", texts.join("\n"), []);
}

rmSync(OUT, { recursive: true, force: true });

put(OUT, "tabler.css", read("@tabler/core/dist/css/tabler.min.css", "utf8").replace(/\n?\/\*# sourceMappingURL=.*\*\//, ""), ["@tabler/core"]);
put(
  OUT,
  "ui.js", // what moves in Tabler's look: the parts of Bootstrap that pages use, started by data-bs-* attributes
  await bundle(`export { Collapse, Dropdown, Modal, Offcanvas, Tooltip } from "bootstrap";`),
  ["bootstrap", "@popperjs/core"],
);
put(OUT, "icons.svg", sprite(), ["@tabler/icons"]);
for (const [subset, file] of [["latin", "inter-latin.woff2"], ["latin-ext", "inter-latin-ext.woff2"]]) {
  put(OUT, file, read(`@fontsource-variable/inter/files/inter-${subset}-wght-normal.woff2`), ["@fontsource-variable/inter"]);
}
put(OUT, "htmx.js", read("htmx.org/dist/htmx.min.js"), ["htmx.org"]);
put(
  OUT,
  "preact.js",
  await bundle(`
    export { h, render, hydrate, Fragment, Component, createElement, createContext, createRef, cloneElement, toChildArray, options } from "preact";
    export { useState, useReducer, useEffect, useLayoutEffect, useRef, useMemo, useCallback, useContext, useId, useErrorBoundary, useImperativeHandle, useDebugValue } from "preact/hooks";
    export { signal, computed, effect, batch, untracked, useSignal, useComputed, useSignalEffect, Signal } from "@preact/signals";
    import { h } from "preact";
    import htm from "htm";
    export const html = htm.bind(h);
  `),
  ["preact", "@preact/signals", "htm"],
);
put(OUT, "socket.io.js", await bundle(`export { io, Manager, Socket } from "socket.io-client";`), [
  "socket.io-client", "socket.io-parser", "engine.io-client", "engine.io-parser",
]);
put(OUT, "wavesurfer.js", await bundle(`export { default } from "wavesurfer.js";`), ["wavesurfer.js"]);
// Only the editor of voice menus loads the next three, the second one in a worker.
put(
  OUT,
  "flow.js",
  await bundle(
    `
    export { ReactFlow, ReactFlowProvider, Background, Controls, MiniMap, Handle, Panel, BaseEdge, EdgeLabelRenderer, MarkerType, Position,
      useReactFlow, useStore, useStoreApi, useUpdateNodeInternals, useNodesInitialized, applyNodeChanges, getSmoothStepPath, getBezierPath } from "@xyflow/react";
    export { memo } from "react";
  `,
    { plugins: [ON_PREACT], define: { "process.env.NODE_ENV": '"production"' } },
  ),
  [
    "@xyflow/react", "@xyflow/system", "zustand", "use-sync-external-store", "classcat",
    "d3-color", "d3-dispatch", "d3-drag", "d3-ease", "d3-interpolate", "d3-selection", "d3-timer", "d3-transition", "d3-zoom",
  ],
);
put(OUT, "dagre.js", await bundle(`export { Graph, layout } from "@dagrejs/dagre";`), ["@dagrejs/dagre", "@dagrejs/graphlib"]);
put(OUT, "flow.css", read("@xyflow/react/dist/style.css", "utf8"), ["@xyflow/react"]);
// The softphone alone, when an agent chooses it.
put(OUT, "jssip.js", await bundle(`import * as JsSIP from "jssip"; export const { UA, WebSocketInterface, debug } = JsSIP.default ?? JsSIP;`), [
  "jssip", "debug", "ms", "events", "sdp-transform",
]);
licences(OUT);
manifest(OUT);

put(TEST_OUT, "axe.min.js", read("axe-core/axe.min.js"), ["axe-core"]);
manifest(TEST_OUT);
