/**
 * "+ number…": whom else to call (BA-121, BA-122). In a call: Enter asks him first while the customer is on hold, Shift
 * and Enter gives the call away at once. Otherwise Enter calls him (BA-90).
 */

import { useEffect, useRef, useState } from "../../vendor/preact.js";
import { request } from "../../js/lib/http.js";
import { givingLine, isFree } from "../actions.js";
import { dial, mayDial } from "../dialling.js";
import { choices, rows, step } from "../targets.js";
import { facts, isOn, live, picture, send, signedOut } from "../store.js";
import { phone } from "../phone.js";
import { html, Icon, t, withKey } from "./parts.js";

const WAIT_MS = 180;
const ICONS = { agent: "user", queue: "users", number: "phone" };

function About({ row }) {
  if (row.kind === "agent") return html`<small>${[row.about, row.reason || t(`state.${row.state}`)].filter(Boolean).join(" · ")}</small>`;
  if (row.kind === "queue") return html`<small>${row.open ? t("desk.queue.waiting", { n: row.waiting ?? 0 }) : t("desk.reach.closed")}</small>`;
  return html`<small>${[row.company, row.typed ? "" : phone(row.about, facts.value.country)].filter(Boolean).join(" · ")}</small>`;
}

/** `id`: of the field, for the key that leads to it. */
export function Reach({ id = "desk-number" }) {
  const [text, setText] = useState("");
  const [open, setOpen] = useState(false);
  const [found, setFound] = useState(null);
  const [at, setAt] = useState(0);
  const root = useRef(null);
  const line = givingLine(picture.value);
  const ways = choices(line);
  const list = open ? rows(text, found, { can: ways[0] }) : [];
  const here = Math.min(at, list.length - 1);

  useEffect(() => {
    if (!open) return undefined;
    let gone = false;
    const timer = setTimeout(async () => {
      try {
        const answer = await request("GET", `/agent/targets?q=${encodeURIComponent(text.trim())}`);
        if (!gone) setFound(answer);
      } catch (error) {
        if (error.status === 401) signedOut();
        else if (!gone) setFound({ failed: error.text });
      }
    }, found ? WAIT_MS : 0);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [open, text]);
  useEffect(() => {
    if (!open) return undefined;
    const page = root.current.ownerDocument;
    const outside = (event) => root.current?.contains(event.target) || setOpen(false);
    page.addEventListener("pointerdown", outside);
    return () => page.removeEventListener("pointerdown", outside);
  }, [open]);
  useEffect(() => {
    root.current?.querySelector(`#${id}-${here}`)?.scrollIntoView({ block: "nearest" });
  }, [here]);

  const done = () => {
    setOpen(false);
    setText("");
    setFound(null);
    setAt(0);
  };
  // What was begun for one call is not for the next.
  const purpose = line?.call ?? "";
  useEffect(done, [purpose]);

  const go = async (row, way) => {
    if (!row || !way || !live.value) return;
    const answer = way === "dial" ? await dial(row.number ?? (row.kind === "agent" ? row.about : row.name)) : await send(`line.${way}`, { line: line.id, to: row.to });
    if (answer?.ok !== false) done();
  };
  const keys = (event) => {
    if (event.key === "Escape") {
      if (!open && !text) return; // the field is left
      event.stopPropagation();
      setOpen(false);
      setText("");
    } else if (event.key === "Enter") {
      event.preventDefault();
      go(list[here], event.shiftKey ? ways[1] : ways[0]);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setOpen(true);
      setAt(step(here, list.length, event.key));
    } else if (event.key === "Tab") setOpen(false);
  };

  if (!ways.length || (!line && !(isOn("dial") && mayDial() && isFree(picture.value)))) return null;
  const label = withKey(t(line ? "desk.reach.call" : "desk.reach.dial"), "number");
  const hint = ways.map((way, i) => `${t(`desk.reach.${way}`)} ${i ? "⇧⏎" : "⏎"}`).join(" · ");
  return html`<div class="reach pop" ref=${root} onKeyDown=${keys}>
    <input id=${id} class="form-control reach-field" type="text" role="combobox" aria-label=${label} title=${label} placeholder=${t("desk.reach.placeholder")}
      aria-expanded=${open} aria-haspopup="grid" aria-controls=${open ? `${id}-list` : undefined} aria-activedescendant=${list.length ? `${id}-${here}` : undefined}
      aria-autocomplete="list" autocomplete="off" spellcheck=${false} maxlength="100" value=${text} disabled=${!live.value}
      onFocus=${() => setOpen(true)} onClick=${() => setOpen(true)} onInput=${(event) => { setText(event.target.value); setAt(0); setOpen(true); }} />
    ${open && html`<div class="pop-menu reach-list" id=${`${id}-list`}>
      <div role="grid" aria-label=${label}>${list.map((row, i) => html`
        <div role="row" key=${row.key} id=${`${id}-${i}`} class=${`reach-row${i === here ? " is-here" : ""}`} aria-selected=${i === here} onPointerMove=${() => setAt(i)}>
          <span role="gridcell" class="reach-who"><${Icon} name=${ICONS[row.kind]} title=${t(`desk.reach.kind.${row.kind}`)} />
            <span><bdi>${row.typed ? phone(row.name, facts.value.country) : row.name}</bdi><${About} row=${row} /></span></span>
          <span role="gridcell" class="reach-ways">${ways.map((way) => html`<button type="button" key=${way} tabindex="-1" class="line-button"
            title=${t(`desk.reach.${way}`)} aria-label=${`${t(`desk.reach.${way}`)} ${row.name}`} onClick=${() => go(row, way)}>
            <${Icon} name=${way === "transfer" ? "corner-up-right" : "phone-outgoing"} /></button>`)}</span></div>`)}</div>
      ${!list.length && html`<p class="module-empty" role=${found?.failed ? "alert" : "status"}>${found?.failed ?? t(found ? "desk.reach.nobody" : "desk.module.loading")}</p>`}
      ${list.length > 0 && html`<p class="reach-hint" aria-hidden="true">${hint}</p>`}
    </div>`}
  </div>`;
}
