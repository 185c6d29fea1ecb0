// Pages of call lists: filters with their count, and what several lists share.
//
// `data-filter` (facts: fields, ops) writes its filter into the hidden field `data-name`; with `data-count` it says how
// many records it finds. `data-shared`: the content of a rule, profiler, planner or characteristic.

import { html, render } from "../vendor/preact.js";
import { t } from "../js/lib/i18n.js";
import { Filter } from "./filter.js";
import { Content } from "./shared.js";

const WAIT_MS = 350;
const csrf = () => document.querySelector("input[name=csrf_token]")?.value ?? "";

function filterBox(box) {
  const facts = JSON.parse(box.dataset.filter);
  const hidden = box.querySelector("input[type=hidden]");
  const form = box.closest("form");
  let filter = hidden.value ? JSON.parse(hidden.value) : null;
  const place = document.createElement("div");
  const count = document.createElement("p");
  count.className = "filter-count";
  count.setAttribute("role", "status");
  box.append(place, ...(box.dataset.count ? [count] : []));
  let timer = 0;
  let asked = 0;

  async function ask() {
    asked += 1;
    const mine = asked;
    const states = [...form.querySelectorAll("[data-states] input:checked")].map((one) => one.value);
    const answer = await fetch(box.dataset.count, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrf() },
      body: JSON.stringify({ filter, states }),
    }).catch(() => null);
    if (mine !== asked) return;
    const said = answer ? await answer.json().catch(() => null) : null;
    count.textContent = said?.text ?? t("lists.count_failed");
    count.classList.toggle("is-wrong", !said?.ok);
  }

  function change(next) {
    filter = next;
    hidden.value = filter ? JSON.stringify(filter) : "";
    hidden.dispatchEvent(new Event("input", { bubbles: true }));
    draw();
    later();
  }
  function later() {
    if (!box.dataset.count) return;
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT_MS);
  }
  function draw() {
    render(html`<${Filter} filter=${filter} fields=${facts.fields} ops=${facts.ops} change=${change} label=${t("lists.filter")} />`, place);
  }
  form.querySelector("[data-states]")?.addEventListener("change", later);
  draw();
  later();
}

function shared(box) {
  const facts = JSON.parse(box.dataset.shared);
  const hidden = box.querySelector("input[type=hidden]");
  const place = document.createElement("div");
  box.append(place);
  let content = facts.content;
  function change(next) {
    content = next;
    hidden.value = JSON.stringify(content ?? {});
    hidden.dispatchEvent(new Event("input", { bubbles: true }));
    draw();
  }
  function draw() {
    render(html`<${Content} facts=${facts} content=${content} change=${change} />`, place);
  }
  draw();
}

document.querySelectorAll("[data-filter]").forEach(filterBox);
document.querySelectorAll("[data-shared]").forEach(shared);
