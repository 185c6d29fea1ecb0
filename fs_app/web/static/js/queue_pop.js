// The tab Screen pop of a queue: its address for an example call while it is typed, and one question to the service.

import { lang } from "./lib/i18n.js";

const box = document.querySelector("[data-pop]");
const form = box.closest("form");
const preview = box.querySelector("[data-preview]");
const shown = preview.querySelector("output");
const tryLine = box.querySelector("[data-try]");
const tried = box.querySelector("[data-tried]");

async function ask(path) {
  const body = new FormData(form);
  body.set("try_number", document.getElementById("try_number").value);
  body.set("queue", form.action.match(/\/(\d+)$/)?.[1] ?? "");
  const headers = { "X-CSRFToken": box.dataset.csrf, Accept: "application/json", "Accept-Language": lang() };
  const answer = await fetch(`/admin/queues/${path}`, { method: "POST", body, headers, credentials: "same-origin" });
  return answer.ok ? answer.json() : null;
}

let latest = 0;
async function look() {
  const mine = (latest += 1);
  const found = form.elements.pop_url.value.trim() ? await ask("try-address").catch(() => null) : null;
  if (mine !== latest) return;
  preview.hidden = !found;
  shown.textContent = found ? found.url || found.problem : "";
  shown.classList.toggle("tone-red", Boolean(found?.problem));
}

let later = 0;
form.elements.pop_url.addEventListener("input", () => {
  clearTimeout(later);
  later = setTimeout(look, 300);
});
look();

function line(label, value) {
  const row = document.createElement("tr");
  for (const [name, text] of [["th", label], ["td", value]]) {
    const cell = document.createElement(name);
    cell.textContent = text;
    row.append(cell);
  }
  return row;
}

const button = tryLine.querySelector("button");
tryLine.hidden = false;
button.addEventListener("click", async () => {
  button.disabled = true;
  const found = await ask("try-lookup").catch(() => null);
  button.disabled = false;
  if (!found) return;
  const said = document.createElement("p");
  said.className = `notice tone-${found.state === "failed" ? "red" : found.state === "found" ? "green" : "amber"}`;
  said.textContent = [found.text, found.why].filter(Boolean).join(" ");
  const table = document.createElement("table");
  table.className = "table tried";
  for (const one of [...found.values, ...found.more]) table.append(line(one.label, one.value));
  tried.replaceChildren(said, ...(table.rows.length ? [table] : []));
});
