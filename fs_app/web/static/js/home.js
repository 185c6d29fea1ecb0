// The figures of the day on the home page keep themselves up to date: told that something has changed, the page
// asks for them. A hidden page asks for nothing until it is looked at again.

import { connect } from "../supervision/link.js";

const place = document.querySelector("[data-live-figures]");
const show = (live) => {
  document.querySelector("[data-live]").hidden = !live;
  document.querySelector("[data-live-lost]").hidden = live;
};

let stale = false;
async function renew() {
  if (document.hidden) {
    stale = true;
    return;
  }
  stale = false;
  const answer = await fetch("/figures", { credentials: "same-origin" }).catch(() => null);
  if (answer?.ok && !answer.redirected) place.innerHTML = await answer.text();
}

if (place) {
  connect({ page: "home" }, {
    up: () => {
      show(true);
      renew();
    },
    down: () => show(false),
    refused: () => show(false),
    changed: renew,
  });
  document.addEventListener("visibilitychange", () => !document.hidden && stale && renew());
}
