// Privacy: how far an export or an erasure is, and how much would go with other days.

const LOOK_MS = 1500;
const WAIT_MS = 400;

const state = document.getElementById("job-state");
if (state && "open" in state.dataset) watch(state);

async function watch(place) {
  let was = "";
  for (;;) {
    await new Promise((done) => setTimeout(done, LOOK_MS));
    if (document.hidden) continue;
    try {
      const answer = await fetch(`/privacy/jobs/${place.dataset.job}.json`, { headers: { Accept: "application/json" } });
      if (!answer.ok) continue;
      const job = await answer.json();
      const now = `${job.state} ${job.phase}`;
      if (!job.open || (was && was !== now)) {
        location.reload(); // the words of the new state are the server's
        return;
      }
      was = now;
      const bar = place.querySelector("progress");
      if (bar) bar.value = job.percent;
    } catch {
      // away for a moment: asked again
    }
  }
}

for (const field of document.querySelectorAll("[data-days]")) {
  let timer = 0;
  let turn = 0;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => count(field, ++turn, () => turn), WAIT_MS);
  });
}

async function count(field, mine, turn) {
  const place = document.getElementById(`n-${field.dataset.days}`);
  if (!place) return;
  if (!field.value || field.value === "0" || !field.checkValidity()) {
    place.value = "–";
    return;
  }
  try {
    const asked = new URLSearchParams({ kind: field.dataset.days, days: field.value });
    const answer = await fetch(`/privacy/retention/count?${asked}`, { headers: { Accept: "application/json" } });
    if (answer.ok && mine === turn()) place.value = (await answer.json()).n.toLocaleString(document.documentElement.lang);
  } catch {
    // the page says it when it is saved
  }
}
