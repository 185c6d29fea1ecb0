/** The Socket.IO link of supervision: whole pictures and changes in, questions out. Events: docs/events.md. */

import { io } from "../vendor/socket.io.js";
import { t } from "../js/lib/i18n.js";

const ANSWER_MS = 9000;
const RETRY_MS = 2000;
const REFUSED = ["error.not_logged_in", "error.not_allowed"];

/**
 * `auth`: what the page says of itself ({page} or {display}); `hear`: {up, down, refused, board, listening, changed}.
 * Answers `ask(event, data)`; `ask.close()` ends it.
 */
export function connect(auth, hear) {
  const socket = io("/supervision", { transports: ["websocket"], auth, reconnectionDelay: 500, reconnectionDelayMax: 4000, timeout: 8000 });
  let refused = false;
  const again = () => setTimeout(() => !socket.connected && !refused && socket.connect(), RETRY_MS);
  const refuse = () => {
    refused = true;
    hear.refused();
  };
  socket.on("connect", () => hear.up());
  socket.on("disconnect", (reason) => {
    if (!refused) hear.down();
    if (reason === "io server disconnect") again();
  });
  socket.on("connect_error", (error) => {
    if (REFUSED.includes(error.data?.key)) refuse();
    else {
      hear.down();
      if (!socket.active) again();
    }
  });
  socket.on("signed_out", refuse);
  for (const event of ["board", "listening", "changed"]) if (hear[event]) socket.on(event, hear[event]);

  const offline = (key) => ({ ok: false, error: { key, text: t(key) } });
  const ask = async (event, data) => {
    // Never queued for later: a hang-up that arrives a minute late would end another call.
    if (!socket.connected) return offline("desk.error.offline");
    try {
      return await socket.timeout(ANSWER_MS).emitWithAck(event, data);
    } catch {
      return offline("desk.error.no_answer");
    }
  };
  ask.close = () => {
    refused = true; // and not opened again
    socket.disconnect();
  };
  return ask;
}
