// Lines of telephone numbers: one place up. (Adding and taking away: js/rows.js.)

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-move]");
  if (!button) return;
  const row = button.closest("[data-row]");
  const above = row.previousElementSibling;
  if (!above?.matches("[data-row]")) return;
  above.before(row);
  renumber(row.parentElement);
  button.focus();
  row.parentElement.dispatchEvent(new Event("input", { bubbles: true }));
});

// A form is sent in the order of its lines, whatever their names; new names keep those of a line together.
function renumber(box) {
  for (const button of box.querySelectorAll("[data-move]")) button.hidden = false;
}

for (const box of document.querySelectorAll("[data-rows='number-']")) renumber(box);
new MutationObserver((changes) => changes.forEach((change) => renumber(change.target))).observe(
  document.querySelector("[data-rows='number-']"),
  { childList: true },
);
