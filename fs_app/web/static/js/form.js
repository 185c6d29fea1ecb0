// Forms of the administrator's pages (HN-220): what is not saved has an asterisk, leaving asks; tabs by keyboard.
//
// `data-guard` on a form: watch it. `data-tabs`: its `.part` sections become tabs of its `[role=tablist]`; with
// `data-steps` they are steps one after the other, and parts without a tab stay as they are, unseen.
// Also the buttons that copy a value (`data-copy`).

import "./rows.js";
import "./sound_choice.js";

const START = new WeakMap();
const ROWS = new WeakMap();

const value = (field) => (["checkbox", "radio"].includes(field.type) ? String(field.checked) : field.value);
const fields = (root) => [...root.querySelectorAll("input:not([type=hidden]), select, textarea")];
const rows = (root) => root.querySelectorAll("[data-row]").length;
const changed = (root) =>
  rows(root) !== (ROWS.get(root) ?? rows(root)) ||
  fields(root).some((f) => (START.has(f) ? START.get(f) !== value(f) : f.closest("[data-row]") !== null));

function guard(form, title) {
  // A form that comes back with errors was not saved, either.
  const refused = Boolean(document.querySelector(".field-error"));
  for (const field of fields(form)) START.set(field, value(field));
  for (const part of [form, ...form.querySelectorAll(".part")]) ROWS.set(part, rows(part));
  let leaving = false;
  const dirty = () => !leaving && (refused || changed(form));
  const show = () => {
    document.title = (dirty() ? "* " : "") + title;
    for (const part of form.querySelectorAll(".part")) {
      document.getElementById(part.id.replace("part-", "tab-"))?.classList.toggle("is-unsaved", changed(part));
    }
    if (!form.matches("[data-tabs]")) form.classList.toggle("is-unsaved", changed(form));
  };
  form.addEventListener("input", show);
  form.addEventListener("change", show);
  form.addEventListener("submit", () => {
    leaving = true;
  });
  addEventListener("beforeunload", (event) => {
    if (dirty()) event.preventDefault();
  });
  show();
}

function tabs(form) {
  const list = form.querySelector("[role=tablist]");
  const all = [...list.querySelectorAll("[role=tab]")];
  const part = (tab) => document.getElementById(tab.getAttribute("aria-controls"));
  const steps = form.matches("[data-steps]");
  const here = () => all.findIndex((tab) => tab.getAttribute("aria-selected") === "true");
  const choose = (chosen, focus) => {
    for (const tab of all) {
      const here = tab === chosen;
      tab.setAttribute("aria-selected", String(here));
      tab.tabIndex = here ? 0 : -1;
      part(tab).hidden = !here;
    }
    if (focus) chosen.focus();
    if (steps) {
      const last = chosen === all.at(-1);
      form.querySelector("[data-step='-1']").hidden = chosen === all[0];
      form.querySelector("[data-step='1']").hidden = last;
      form.querySelector("[data-last]").hidden = !last;
    }
  };
  const go = (by) => {
    const needed = by > 0 ? [...part(all[here()]).querySelectorAll("[aria-required=true]")] : [];
    for (const field of needed) field.required = true;
    if (!needed.every((field) => field.reportValidity())) return;
    const next = all[here() + by];
    picked(next, false);
    (part(next).querySelector("input:not([type=hidden]), select") ?? next).focus();
  };
  if (steps) {
    for (const one of form.querySelectorAll(".part")) one.hidden = true;
    for (const button of form.querySelectorAll("[data-step]")) {
      button.addEventListener("click", () => go(Number(button.dataset.step)));
    }
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !event.target.matches("input") || here() === all.length - 1) return;
      event.preventDefault();
      go(1);
    });
  }
  // No element has this name: a browser would put the focus on it.
  const named = (tab) => "#" + tab.id.replace("tab-", "");
  const picked = (tab, focus) => {
    choose(tab, focus);
    history.replaceState(null, "", named(tab));
  };
  for (const tab of all) {
    const panel = part(tab);
    panel.setAttribute("role", "tabpanel");
    panel.removeAttribute("aria-label");
    panel.setAttribute("aria-labelledby", tab.id);
    tab.addEventListener("click", () => picked(tab, false));
  }
  list.addEventListener("keydown", (event) => {
    const at = all.indexOf(document.activeElement);
    const beside = list.getAttribute("aria-orientation") === "vertical" && { ArrowDown: at + 1, ArrowUp: at - 1 };
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1, ...beside }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    picked(all[(to + all.length) % all.length], true);
  });
  // A field that the browser refuses may stand in a tab that is not shown.
  form.addEventListener("invalid", (event) => {
    const hidden = event.target.closest(".part");
    if (hidden?.hidden) choose(all.find((tab) => part(tab) === hidden), false);
  }, true);
  addEventListener("hashchange", () => {
    const there = all.find((tab) => named(tab) === location.hash);
    if (there) choose(there, false);
  });
  list.hidden = false;
  const wrong = form.querySelector(".field-error")?.closest(".part");
  choose(
    all.find((tab) => part(tab) === wrong) ?? all.find((tab) => named(tab) === location.hash) ?? all[0],
    false,
  );
}

for (const form of document.querySelectorAll("form[data-tabs]")) tabs(form);
const title = document.title;
for (const form of document.querySelectorAll("form[data-guard]")) guard(form, title);
document.querySelector("[aria-invalid=true]")?.focus();
for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    await navigator.clipboard?.writeText(button.dataset.copy);
    button.classList.add("is-copied");
    setTimeout(() => button.classList.remove("is-copied"), 1500);
  });
}
