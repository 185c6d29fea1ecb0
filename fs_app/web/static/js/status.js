// The system's page keeps itself up to date: its moving part is asked for every few seconds, oftener while an
// examination is under way. A hidden page asks for nothing. What the reader has selected or focused is not replaced.

const place = document.querySelector("[data-system]");
const EVERY_MS = 4000;
const SOON_MS = 1000;
let waiting = 0;

function shown(live) {
  document.querySelector("[data-live]").hidden = !live;
  document.querySelector("[data-live-lost]").hidden = live;
}

// Replaced under the eyes of somebody who is in it, the part would throw him out.
function busy() {
  const selected = getSelection();
  return place.contains(document.activeElement) || (!selected.isCollapsed && place.contains(selected.anchorNode));
}

async function renew() {
  clearTimeout(waiting);
  if (!document.hidden && !busy()) {
    const answer = await fetch("/status/now", { credentials: "same-origin" }).catch(() => null);
    const live = Boolean(answer?.ok && !answer.redirected);
    if (live) place.innerHTML = await answer.text();
    shown(live);
  }
  waiting = setTimeout(renew, place.querySelector(".turning") ? SOON_MS : EVERY_MS);
}

document.querySelector("[data-examine]").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const button = form.querySelector("button");
  button.disabled = true;
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form), credentials: "same-origin", redirect: "manual" }).catch(() => null);
  button.disabled = false;
  shown(Boolean(answer));
  await renew();
  place.querySelector("#doctor").scrollIntoView({ block: "nearest" });
});

document.addEventListener("visibilitychange", () => !document.hidden && renew());
shown(true);
waiting = setTimeout(renew, EVERY_MS);
