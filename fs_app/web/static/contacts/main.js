// The list of contacts and segments: the filter's conditions, columns to choose, counts that arrive later.

import { t } from "../js/lib/i18n.js";
import { iconUrl } from "../js/lib/sprite.js";
import { build, counted } from "./filter.js";

const SVG = "http://www.w3.org/2000/svg";
const icon = (name) => {
  const made = document.createElementNS(SVG, "svg");
  made.setAttribute("class", "icon");
  made.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", iconUrl(name));
  made.append(use);
  return made;
};

function filter(box) {
  const input = document.getElementById(box.dataset.filter);
  const facts = JSON.parse(document.getElementById(box.dataset.facts).textContent);
  build(box, input, facts, t, icon);
  if (input.tagName === "TEXTAREA") {
    input.hidden = true;
    box.hidden = false;
    return;
  }
  const button = document.querySelector("[data-open-filter]");
  const badge = button.querySelector("[data-filter-count]");
  const tell = () => {
    let n = 0;
    try {
      n = counted(JSON.parse(input.value || "null"));
    } catch {
      n = 0;
    }
    badge.hidden = !n;
    badge.textContent = String(n);
  };
  const open = (is) => {
    box.hidden = !is;
    button.setAttribute("aria-expanded", String(is));
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    open(box.hidden);
    if (!box.hidden) box.querySelector("select, button")?.focus();
  });
  input.addEventListener("change", tell);
  tell();
  open(Boolean(input.value));
}

// The names of ticked columns become one value, so that the address stays short. The form comes anew with each answer.
document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-columns]");
  if (!form) return;
  form.elements.columns.value = [...form.querySelectorAll("input[type=checkbox]:checked")].map((box) => box.value).join(",");
});
document.addEventListener("keydown", (event) => {
  const box = event.key === "Escape" && document.querySelector(".menu-box[open]");
  if (!box) return;
  box.open = false;
  box.querySelector("summary").focus();
});
document.addEventListener("click", (event) => {
  for (const box of document.querySelectorAll(".menu-box[open]")) if (!box.contains(event.target)) box.open = false;
});

async function count(place) {
  try {
    const answer = await fetch(place.dataset.count, { headers: { Accept: "application/json" } });
    const told = await answer.json();
    place.textContent = told.text ?? "–";
  } catch {
    place.textContent = "–";
  }
}

async function counts() {
  for (const place of document.querySelectorAll("[data-count]:not([data-fresh])")) await count(place); // one after the other: each may be a long look
}

document.querySelectorAll("[data-filter]").forEach(filter);
counts();
