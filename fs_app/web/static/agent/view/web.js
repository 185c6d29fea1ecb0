/** The address of a queue's own in a tab of the page, and what the browser would not open by itself (BA-81). */

import { openRefused, refused } from "../pop.js";
import { html, Icon, t, withKey } from "./parts.js";

const hostOf = (url) => {
  try {
    return new URL(url).host;
  } catch {
    return url;
  }
};

/** Some sites refuse to be shown inside another: the way to a window of its own stands above it. */
export function Web({ url }) {
  return html`<div class="record-web">
    <p class="record-web-bar"><bdi>${hostOf(url)}</bdi>
      <a href=${url} target="_blank" rel="noopener noreferrer">${t("pop.own_window")}<${Icon} name="external-link" cls="small" /></a></p>
    <iframe src=${url} title=${t("pop.frame", { site: hostOf(url) })} referrerpolicy="no-referrer"
      sandbox="allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads allow-modals"></iframe>
  </div>`;
}

export function Refused() {
  const wanted = refused.value;
  if (!wanted) return null;
  return html`<div class="strip tone-amber" role="status"><${Icon} name="external-link" /><span>${t("pop.refused", { site: hostOf(wanted.url) })}</span>
    <button type="button" class="btn btn-sm" onClick=${openRefused}>${withKey(t("pop.open"), "pop")}</button></div>`;
}
