/** The Socket.IO link to the server: pictures in, questions out. Events: docs/events.md. */

import { io } from "../vendor/socket.io.js";
import { t } from "../js/lib/i18n.js";
import * as messages from "./messages.js";
import * as store from "./store.js";
import { linkDown, linkRefused, linkUp, notHere } from "./state.js";

const ANSWER_MS = 9000;
const RETRY_MS = 2000;

/** This page's name: the same after a reload, another one for another tab. */
function tabName() {
  const reloaded = performance.getEntriesByType("navigation")[0]?.type === "reload";
  let name = reloaded ? sessionStorage.getItem("fs_app.tab") : null;
  if (!name) {
    name = crypto.getRandomValues(new Uint32Array(4)).join("-");
    sessionStorage.setItem("fs_app.tab", name);
  }
  return name;
}

export function connect() {
  // A window that this page's owner opened on purpose takes the place without asking.
  const takeOver = location.hash === "#take";
  if (takeOver) history.replaceState(null, "", location.pathname);
  const auth = { tab: tabName(), take_over: takeOver };
  const socket = io({ transports: ["websocket"], auth, reconnectionDelay: 500, reconnectionDelayMax: 4000, timeout: 8000 });

  const again = () => setTimeout(() => !socket.connected && socket.connect(), RETRY_MS);
  socket.on("connect", () => {
    auth.take_over = false;
    store.update(linkUp);
  });
  socket.on("disconnect", (reason) => {
    store.update(linkDown);
    if (reason === "io server disconnect" && store.page.value.link !== "refused") again();
  });
  socket.on("connect_error", (error) => {
    if (["error.not_logged_in", "error.not_allowed"].includes(error.data?.key)) store.update(linkRefused);
    else {
      store.update(linkDown);
      if (!socket.active) again();
    }
  });
  let caughtUp = false; // what was written while the link was away
  socket.on("disconnect", () => { caughtUp = false; });
  socket.on("agent", (picture) => {
    store.seen(picture);
    if (!caughtUp && store.isOn("agents")) messages.reload();
    caughtUp = true;
  });
  socket.on("message", messages.came);
  socket.on("notice", ({ level, text }) => store.toast(level, text));
  socket.on("contact", store.contactSaved);
  socket.on("elsewhere", () => store.update((page) => notHere(page, "elsewhere")));
  socket.on("replaced", () => store.update((page) => notHere(page, "replaced")));
  socket.on("signed_out", () => store.update(linkRefused));

  const offline = (key) => ({ ok: false, error: { key, text: t(key) } });
  store.askThrough(async (event, data) => {
    // Never queued for later: a hang-up that arrives a minute late would end another call.
    if (!socket.connected) return offline("desk.error.offline");
    try {
      return await socket.timeout(ANSWER_MS).emitWithAck(event, data);
    } catch {
      return offline("desk.error.no_answer");
    }
  });
  return socket;
}
