// A list of ticks that unfolds (details.several) folds again: by Escape, and when somebody goes elsewhere.

document.addEventListener("keydown", (event) => {
  const open = event.key === "Escape" && document.querySelector("details.several[open]");
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
});

for (const kind of ["click", "focusin"]) {
  document.addEventListener(kind, (event) => {
    for (const open of document.querySelectorAll("details.several[open]")) {
      if (!open.contains(event.target)) open.open = false;
    }
  });
}
