// Requests to our own server: JSON in and out, with the CSRF token of the page.
//
//   const record = await request("GET", "/agent/record/…");
//
// A refusal throws ApiError: `status`, `key` (identifier of the message), `text` (in the user's language),
// `body` (the whole answer, for instance both versions of a record after 409).

import { t } from "./i18n.js";

export class ApiError extends Error {
  constructor(status, body) {
    const error = body?.error ?? { key: "error.unreachable", text: t("error.unreachable") };
    super(error.text);
    this.status = status;
    this.key = error.key;
    this.text = error.text;
    this.body = body;
  }
}

const tag = () => document.querySelector('meta[name="csrf-token"]');

async function send(method, url, body, timeout) {
  const headers = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRFToken"] = tag()?.content ?? "";
  if (body !== undefined) headers["Content-Type"] = "application/json";
  try {
    return await fetch(url, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "same-origin",
      redirect: "error",
      signal: AbortSignal.timeout(timeout),
    });
  } catch {
    throw new ApiError(0, null);
  }
}

const json = async (answer) => answer.json().catch(() => null);

// A token dies when the person logs in again in another tab; the page then asks for a new one, once.
async function renewToken(timeout) {
  const answer = await send("GET", "/csrf", undefined, timeout);
  if (answer.ok && tag()) tag().content = (await json(answer)).token;
}

export async function request(method, url, body, { timeout = 15000 } = {}) {
  let answer = await send(method, url, body, timeout);
  let content = await json(answer);
  if (answer.status === 400 && content?.error?.key === "error.csrf") {
    await renewToken(timeout);
    answer = await send(method, url, body, timeout);
    content = await json(answer);
  }
  if (!answer.ok) throw new ApiError(answer.status, content);
  return content;
}
