// Lines of a form that one adds and takes away, and parts that are shown when something else is chosen.
//
// `data-rows`: its `data-row` children, a `<template>` of one more, a `data-add-row` button; with a value (`need-`) the
// template's fields are called `need-NEW-…` and get the next number. A `data-spare` is the empty line for those without
// scripts. `data-when="field=value"` (or `field` alone, a tick): shown while it is so. `data-members="agents"`: of its
// `data-member` children those are shown whose value is ticked in the fields of that name.

function remove(row) {
  const box = row.parentElement;
  row.remove();
  box.querySelector(":scope > [data-add-row]").focus();
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

function wire(row) {
  const button = [...row.querySelectorAll("[data-remove-row]")].find((b) => b.closest("[data-row]") === row);
  button.hidden = false;
  button.addEventListener("click", () => remove(row));
  row.querySelectorAll("[data-rows]").forEach(rows);
}

function rows(box) {
  if (box.matches("[data-wired]")) return;
  box.dataset.wired = "";
  box.querySelector(":scope > [data-spare]")?.remove();
  box.querySelectorAll(":scope > [data-row]").forEach(wire);
  const prefix = box.dataset.rows;
  const template = box.querySelector(":scope > template");
  const add = box.querySelector(":scope > [data-add-row]");
  let next = box.querySelectorAll(":scope > [data-row]").length;
  add.hidden = false;
  add.addEventListener("click", () => {
    const made = document.createElement("template");
    made.innerHTML = template.innerHTML.replaceAll(`${prefix}NEW-`, `${prefix}${next}-`);
    next += 1;
    const row = made.content.querySelector("[data-row]");
    add.before(row);
    wire(row);
    row.querySelector("select, input").focus();
    box.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

function when(part) {
  const [name, value] = part.dataset.when.split("=");
  const form = part.closest("form");
  const show = () => {
    const field = form.elements.namedItem(name);
    part.hidden = value === undefined ? !field.checked : field.value !== value;
  };
  form.addEventListener("change", show);
  show();
}

function members(box) {
  const form = box.closest("form");
  const show = () => {
    const ticked = new Set(
      [...form.querySelectorAll(`[name=${box.dataset.members}]`)].filter((f) => f.checked).map((f) => f.value),
    );
    for (const one of box.querySelectorAll("[data-member]")) one.hidden = !ticked.has(one.dataset.member);
    box.querySelector("[data-no-member]").hidden = ticked.size > 0;
  };
  form.addEventListener("change", show);
  show();
}

document.querySelectorAll("[data-rows]").forEach(rows);
document.querySelectorAll("[data-when]").forEach(when);
document.querySelectorAll("[data-members]").forEach(members);
