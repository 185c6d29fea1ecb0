// Files of registers: sent as they are, followed until they are in force.

const csrf = () => document.querySelector('meta[name="csrf-token"]').content;

function follow() {
  if (!document.querySelector('[data-state="LOADING"]')) return;
  setTimeout(async () => {
    try {
      const answer = await fetch("/admin/legal/registers/state.json", { headers: { Accept: "application/json" } });
      for (const row of await answer.json()) {
        const card = document.querySelector(`[data-register="${row.id}"]`);
        if (!card || card.dataset.state !== "LOADING") continue;
        card.querySelector("progress").value = row.done;
        if (row.state !== "LOADING") return location.reload();
      }
    } catch { /* the link is cut: the next look tells */ }
    follow();
  }, 1000);
}

function show(card, form) {
  card.dataset.state = "LOADING";
  card.querySelector("[data-loading]").hidden = false;
  form.hidden = true;
  card.querySelector("[data-loading]").focus();
  follow();
}

for (const form of document.querySelectorAll("form[data-bring]")) {
  const card = form.closest("[data-register]");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    const trouble = form.querySelector(".field-error[role=alert]");
    const [file] = form.querySelector("input[type=file]").files;
    if (!file || button.disabled) return;
    button.disabled = true;
    trouble.hidden = true;
    const asked = new URLSearchParams({ file: file.name, as_of: form.querySelector("input[type=date]").value, spelling: form.querySelector("select").value });
    const request = new XMLHttpRequest();
    request.open("POST", `${form.getAttribute("action")}?${asked}`);
    request.setRequestHeader("X-CSRFToken", csrf());
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("Accept", "application/json");
    request.addEventListener("load", () => {
      button.disabled = false;
      if (request.status === 202) return show(card, form);
      let said = "";
      try { said = JSON.parse(request.responseText).error.text; } catch { said = String(request.status); }
      trouble.textContent = said;
      trouble.hidden = false;
    });
    request.addEventListener("error", () => { button.disabled = false; trouble.textContent = trouble.dataset.cut; trouble.hidden = false; });
    request.send(file);
  });
}

follow();
