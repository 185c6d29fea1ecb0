// Lines of a list of music that are moved up and down (js/rows.js adds and removes them).

const box = document.querySelector("[data-ordered]");
const show = () => {
  for (const button of box.querySelectorAll("[data-move]")) button.hidden = false;
};

box.addEventListener("click", (event) => {
  const button = event.target.closest("[data-move]");
  if (!button) return;
  const row = button.closest("[data-row]");
  const up = button.dataset.move === "-1";
  const other = up ? row.previousElementSibling : row.nextElementSibling;
  if (!other?.matches("[data-row]")) return;
  if (up) other.before(row);
  else other.after(row);
  button.focus();
  box.dispatchEvent(new Event("input", { bubbles: true }));
});
new MutationObserver(show).observe(box, { childList: true });
show();
