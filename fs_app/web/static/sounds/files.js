// Files from the computer: chosen, or dropped, several at once where each becomes a sound of its own.

import { html, useState } from "../vendor/preact.js";
import { Icon } from "../js/lib/icons.js";
import { t } from "../js/lib/i18n.js";
import { duration } from "../js/lib/time.js";
import { send } from "./work.js";

const LANGUAGE = /[ _.-](fr|en|es)$/i;

/** `bienvenue_en.mp3` is the English of the sound "bienvenue". */
export function named(file, language) {
  const plain = file.replace(/\.[^.]{1,5}$/, "");
  const found = language && LANGUAGE.exec(plain);
  const name = (found ? plain.slice(0, found.index) : plain).replace(/[_]+/g, " ").trim();
  return { name: name.slice(0, 100) || file.slice(0, 100), language: found ? found[1].toLowerCase() : language };
}

export function Files({ facts, wish }) {
  const [over, setOver] = useState(false);
  const bring = (files) => {
    const chosen = [...files].slice(0, facts.sound ? 1 : 40);
    for (const file of chosen) {
      send(file, file.name, facts.sound ? wish : { ...wish, ...named(file.name, wish.language) }, facts.most_bytes);
    }
  };
  const stop = (event) => event.preventDefault();
  return html`<label class=${`drop ${over ? "is-over" : ""}`} onDragOver=${(event) => { stop(event); setOver(true); }} onDragLeave=${() => setOver(false)}
      onDrop=${(event) => { stop(event); setOver(false); bring(event.dataTransfer.files); }}>
    <${Icon} name="arrow-up" /><span class="drop-words">${facts.sound ? t("sounds.drop_one") : t("sounds.drop")}</span>
    <span class="form-hint">${t("sounds.drop_hint", { mb: Math.round(facts.most_bytes / 1048576), length: duration(facts.longest_s * 1000) })}${!facts.sound && html` ${t("sounds.drop_names")}`}</span>
    <input type="file" class="drop-input" multiple=${!facts.sound} accept="audio/*,video/mp4,video/webm,.gsm,.amr,.wma,.aiff,.au" aria-label=${facts.sound ? t("sounds.drop_one") : t("sounds.drop")}
      onChange=${(event) => { bring(event.currentTarget.files); event.currentTarget.value = ""; }} />
  </label>`;
}
