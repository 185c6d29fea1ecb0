/**
 * The lines in a small window of their own (BA-123). It is drawn by this page: the same state, the same connection, so
 * nothing is taken over. Where the browser has windows that stay on top of all others it is one of these.
 */

import { html, render } from "../vendor/preact.js";
import { listen } from "./keyboard.js";
import { detached } from "./store.js";

const SIZE = { width: 460, height: 240 };

async function open() {
  const onTop = globalThis.documentPictureInPicture;
  if (onTop) {
    try {
      return await onTop.requestWindow(SIZE);
    } catch {
      // refused: an ordinary window then
    }
  }
  return window.open("", "fs_app_lines", `popup,width=${SIZE.width},height=${SIZE.height}`);
}

function dress(page, title) {
  const own = document.documentElement;
  page.documentElement.lang = own.lang;
  page.documentElement.style.cssText = own.style.cssText;
  for (const name of Object.keys(own.dataset)) page.documentElement.dataset[name] = own.dataset[name];
  page.title = title;
  page.body.className = "desk desk-lines";
  page.head.querySelectorAll("link").forEach((link) => link.remove());
  for (const link of document.querySelectorAll('link[rel="stylesheet"]')) {
    const copy = page.createElement("link");
    copy.rel = "stylesheet";
    copy.href = link.href;
    page.head.append(copy);
  }
}

/** False: the browser lets no window open. */
export async function detach(View, title) {
  if (detached.value && !detached.value.closed) {
    detached.value.focus();
    return true;
  }
  const small = await open();
  if (!small) return false;
  dress(small.document, title);
  const root = small.document.createElement("div");
  small.document.body.replaceChildren(root);
  render(html`<${View} />`, root);
  listen(small.document);
  detached.value = small;
  const close = () => small.close();
  small.addEventListener("pagehide", () => {
    render(null, root);
    removeEventListener("pagehide", close);
    if (detached.value === small) detached.value = null;
  });
  addEventListener("pagehide", close);
  return true;
}
