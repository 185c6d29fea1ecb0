// What is being brought and converted: uploads of this page, and the server's jobs, asked for while something is under way.

import { signal } from "../vendor/preact.js";
import { ApiError, request } from "../js/lib/http.js";
import { t } from "../js/lib/i18n.js";

export const uploads = signal([]); // {key, name, percent, why}
export const jobs = signal([]);
export const takes = signal([]);

const EVERY_MS = 500;
let sound = null;
let changed = () => {};
let asking = false;
let again = false;
let next = 0;
let known = new Set();

export function follow(ofSound, whenChanged) {
  sound = ofSound;
  changed = whenChanged;
  look();
}

const running = () => jobs.value.some((job) => ["waiting", "working"].includes(job.state)) || takes.value.some((take) => take.running || (take.state === "taken" && !take.job));

export async function look() {
  again = true;
  if (asking) return;
  asking = true;
  while (again) {
    again = false;
    try {
      const told = await request("GET", `/admin/sounds/jobs.json${sound ? `?sound=${sound}` : ""}`);
      jobs.value = told.jobs;
      takes.value = told.takes;
    } catch {
      // The next look may succeed; what was brought goes on meanwhile.
    }
    const done = jobs.value.filter((job) => job.state === "done").map((job) => job.id);
    const fresh = done.some((id) => !known.has(id));
    const first = known.size === 0 && !uploads.value.length;
    done.forEach((id) => known.add(id));
    if (fresh && !(first && begun === 0)) changed();
    if (running() || uploads.value.some((one) => !one.why)) {
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
      again = true;
    }
  }
  asking = false;
}

let begun = 0;

/** Send a file; `wish`: what it is to become. Its progress stands in `uploads`, then in `jobs`. */
export function send(blob, name, wish, mostBytes) {
  begun += 1;
  const key = (next += 1);
  const change = (values) => {
    uploads.value = uploads.value.map((one) => (one.key === key ? { ...one, ...values } : one));
  };
  uploads.value = [{ key, name, percent: 0, why: "" }, ...uploads.value];
  if (blob.size > mostBytes) {
    change({ why: t("sounds.refused.too_big", { most: Math.round(mostBytes / 1048576) }) });
    return;
  }
  const asked = new XMLHttpRequest();
  asked.open("POST", `/admin/sounds/upload?${new URLSearchParams({ ...wish, file: name })}`);
  asked.setRequestHeader("Accept", "application/json");
  asked.setRequestHeader("Content-Type", "application/octet-stream");
  asked.setRequestHeader("X-CSRFToken", document.querySelector('meta[name="csrf-token"]').content);
  asked.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) change({ percent: Math.round((event.loaded / event.total) * 100) });
  });
  asked.addEventListener("load", () => {
    let told = null;
    try {
      told = JSON.parse(asked.responseText);
    } catch {
      // Not ours: a proxy's page.
    }
    if (asked.status === 202) uploads.value = uploads.value.filter((one) => one.key !== key);
    else change({ why: told?.error?.text ?? t("error.unreachable") });
    look();
  });
  asked.addEventListener("error", () => change({ why: t("error.unreachable") }));
  asked.send(blob);
}

export function dismiss(key) {
  uploads.value = uploads.value.filter((one) => one.key !== key);
}

/** Ask for something; returns the sentence of what went wrong, or ''. */
export async function ask(url, body) {
  begun += 1;
  try {
    await request("POST", url, body ?? {});
    look();
    return "";
  } catch (error) {
    look();
    return error instanceof ApiError ? error.text : t("error.unreachable");
  }
}
