// One import as its page knows it: asked for while something moves, its plan kept on the server as it is changed.

import { signal } from "../vendor/preact.js";
import { ApiError, request } from "../js/lib/http.js";
import { t } from "../js/lib/i18n.js";
import { AT_WORK, begun, OVER, stepOf, tidied } from "./plan.js";

export const job = signal(null);
export const preview = signal(null);
export const plan = signal(null);
export const problems = signal([]);
export const checked = signal(null);
export const step = signal("reading");
export const saving = signal("saved"); // saved, changed, saving, failed
export const trouble = signal("");
export const notice = signal("");
export const busy = signal(""); // what was pressed and is not answered yet

const QUIET_MS = 4000;
const MOVING_MS = 600;
const SAVE_MS = 500;
const READS_MS = 130000;
const LOST = 3; // so many looks in a row without an answer are told
let facts = null;
let version = 0; // of the plan, by what was changed and kept here
let shown = 0; // the version of the server's plan that this page shows or has made its own of
let known = ""; // the server's form of the plan that this page has kept or read
let lost = 0;
let address = "";
let timer = null;
let running = null;

const said = (error) => (error instanceof ApiError ? error.text : t("error.unreachable"));

export async function open(given) {
  facts = given;
  address = `/imports/${facts.job.id}`;
  job.value = facts.job;
  shown = facts.job.version;
  const wanted = location.hash.slice(1);
  const begin = stepOf(job.value);
  if (!OVER.includes(job.value.state)) {
    plan.value = facts.job.plan ? begun(facts.job.plan, facts.country) : null;
    known = JSON.stringify(facts.job.plan);
    await look(facts.job.dialect);
    if (facts.job.plan && job.value.state === "NEW" && preview.value && saving.value === "saved") await keep(); // to be told what is wrong with it
  }
  go(reachable(wanted) ? wanted : begin, false);
  if (job.value.state === "CHECKED") await readChecked();
  follow();
  addEventListener("hashchange", () => reachable(location.hash.slice(1)) && go(location.hash.slice(1), false));
  addEventListener("pagehide", () => saving.value === "changed" && keep(true));
}

/** Whether a step can be shown now. */
export function reachable(name) {
  if (!job.value) return false;
  const { state } = job.value;
  if (OVER.includes(state)) return name === "run";
  if (state === "CHECKING") return name === "check";
  if (name === "reading") return true;
  return ["columns", "options", "check"].includes(name) && Boolean(preview.value && plan.value);
}

export function go(name, focus = true) {
  step.value = name;
  if (location.hash !== `#${name}`) history.replaceState(null, "", `#${name}`);
  if (focus) requestAnimationFrame(() => document.getElementById("step-title")?.focus());
}

/** Read the beginning of the file like this; null: as the program guesses. `source`: with what is remembered of it. */
export async function look(dialect, source = "") {
  busy.value = "look";
  trouble.value = "";
  try {
    const before = preview.value;
    const seen = await read(dialect, source);
    preview.value = seen;
    const same = before ? JSON.stringify(before.header) === JSON.stringify(seen.header) : plan.value !== null;
    if (!plan.value || source) plan.value = begun({ ...(source ? plan.value : {}), ...seen.plan, dialect: seen.dialect }, facts.country);
    else if (!same) plan.value = tidied({ ...plan.value, columns: seen.plan.columns, new_fields: seen.plan.new_fields ?? [], memo: seen.plan.memo, filter: null, dialect: seen.dialect });
    else if (JSON.stringify(plan.value.dialect) === JSON.stringify(seen.dialect)) return;
    else plan.value = { ...plan.value, dialect: seen.dialect };
    await keep();
  } catch (error) {
    trouble.value = said(error);
  } finally {
    busy.value = "";
  }
}

const read = async (dialect, source = "") => (await request("POST", `${address}/preview`, { dialect, source }, { timeout: READS_MS })).preview;

/** Change the plan; it is kept on the server a moment later. */
export function change(how) {
  version += 1;
  notice.value = "";
  plan.value = how(plan.value);
  saving.value = "changed";
  clearTimeout(timer);
  timer = setTimeout(() => keep(), SAVE_MS);
}

/** Keep the plan now; one request at a time, the last one wins. */
export async function keep(leaving = false) {
  clearTimeout(timer);
  version += 1;
  if (leaving) {
    const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": document.querySelector('meta[name="csrf-token"]').content };
    fetch(`${address}/plan`, { method: "PUT", headers, body: JSON.stringify({ plan: plan.value, version: shown }), keepalive: true, credentials: "same-origin" }).catch(() => {});
    return;
  }
  saving.value = "changed";
  if (!running) running = send().finally(() => { running = null; });
  await running;
}

async function send() {
  while (saving.value === "changed") {
    saving.value = "saving";
    try {
      const told = await request("PUT", `${address}/plan`, { plan: plan.value, version: shown });
      shown = told.job.version;
      problems.value = told.problems;
      known = JSON.stringify(told.job.plan);
      job.value = { ...job.value, ...told.job };
      checked.value = null;
      if (saving.value === "saving") saving.value = "saved";
      trouble.value = "";
    } catch (error) {
      if (saving.value === "saving") saving.value = "failed";
      trouble.value = said(error);
      if (error.status === 409) {
        await refresh();
        shown = job.value.version; // he knows now: what he keeps after this is meant
      }
    }
  }
}

/** check, start, cancel, resume: asked once, however often it is pressed. */
export async function press(what) {
  if (busy.value) return;
  busy.value = what;
  trouble.value = "";
  try {
    if (["changed", "failed"].includes(saving.value) || running) await keep();
    if (saving.value === "failed") return;
    job.value = { ...job.value, ...(await request("POST", `${address}/${what}`, {})).job };
    if (what === "start" || what === "resume") go("run");
  } catch (error) {
    trouble.value = said(error);
    await refresh();
  } finally {
    busy.value = "";
    follow();
  }
}

let asking = null;
function follow() {
  clearTimeout(asking);
  asking = setTimeout(async () => {
    await refresh();
    follow();
  }, AT_WORK.includes(job.value.state) ? MOVING_MS : QUIET_MS);
}

async function refresh() {
  const asked = version;
  try {
    const told = (await request("GET", `${address}.json`)).job;
    const before = job.value.state;
    job.value = told;
    if (lost >= LOST) trouble.value = "";
    lost = 0;
    if (told.state !== "CHECKED") checked.value = null;
    if (asked === version && saving.value === "saved" && !busy.value && !OVER.includes(told.state)) await takeOver(told);
    if (OVER.includes(told.state) && step.value !== "run") go("run", false);
    if (told.state === "CHECKING" && step.value !== "check") go("check", false);
    if (!OVER.includes(told.state) && step.value === "run") await backToPlan(told);
    if (told.state === "CHECKED" && (before !== "CHECKED" || !checked.value)) await readChecked();
  } catch (error) {
    if (error.status === 404) location.assign("/imports");
    if (error.status === 401) location.reload(); // leads to the login, and back
    // Anything else: the next look may succeed, and the import goes on meanwhile.
    lost += 1;
    if (lost === LOST) trouble.value = said(error);
  }
}

/** It could not begin: why stands at the check, and the plan can be changed. */
async function backToPlan(told) {
  if (!plan.value && told.plan) {
    plan.value = begun(told.plan, facts.country);
    known = JSON.stringify(told.plan);
  }
  if (!preview.value) await look(told.dialect);
  go("check");
}

/** Somebody else has changed the plan, in another tab or on another computer: it is his that counts now. */
async function takeOver(told) {
  shown = told.version;
  const theirs = JSON.stringify(told.plan);
  if (theirs === known || !told.plan) return;
  known = theirs;
  plan.value = begun(told.plan, facts.country);
  notice.value = t("wizard.taken_over");
  if (JSON.stringify(told.plan.dialect) !== JSON.stringify(preview.value?.dialect)) {
    try {
      preview.value = await read(told.plan.dialect);
    } catch (error) {
      trouble.value = said(error);
    }
  }
  if (told.state === "NEW") await keep(); // what is wrong with it is told with it
  else problems.value = [];
}

async function readChecked() {
  try {
    checked.value = (await request("GET", `${address}/checked.json`)).checked;
  } catch (error) {
    trouble.value = said(error);
  }
}
