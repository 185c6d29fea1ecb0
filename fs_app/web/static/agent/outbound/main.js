/** The place of the record: records while there are any, else the list of people to call; who is shown to the agent lies above. */

import { useEffect, useState } from "../../vendor/preact.js";
import { isOn, page, picture } from "../store.js";
import { html, t } from "../view/parts.js";
import { Records } from "../view/record.js";
import { Card } from "./card.js";
import { outbound } from "./store.js";

/** Fetched when there is nobody on the line for the first time. */
let fetched = null;

function Fetched() {
  const [Place, setPlace] = useState(() => fetched);
  const [failed, setFailed] = useState(false);
  const get = () => {
    setFailed(false);
    import("./place.js").then((file) => {
      fetched = file.Place;
      setPlace(() => fetched);
    }, () => setFailed(true));
  };
  useEffect(() => { if (!Place) get(); }, []);
  if (failed) return html`<section class="card records is-quiet" role="alert"><p>${t("desk.module.failed")} <button type="button" class="btn btn-sm" onClick=${get}>${t("desk.retry")}</button></p></section>`;
  return Place ? html`<${Place} />` : html`<section class="card records is-quiet" aria-busy="true"></section>`;
}

export function Main() {
  if (!isOn("outbound") || !outbound.value) return html`<${Records} />`;
  const { records } = page.value;
  if (!records.length && !picture.value.work) return html`<${Fetched} />`;
  const { preview } = outbound.value;
  if (!preview) return html`<${Records} />`;
  return html`<div class="out-above"><div class="card"><${Card} key=${preview.id} item=${preview} preview /></div><${Records} /></div>`;
}
