// Making a sound: files, the microphone, the telephone, speech; and what is under way.

import { html, useState } from "../vendor/preact.js";
import { Icon } from "../js/lib/icons.js";
import { t } from "../js/lib/i18n.js";
import { Files } from "./files.js";
import { Microphone } from "./microphone.js";
import { Telephone, Speech } from "./spoken.js";
import { Work } from "./under_way.js";

const WAYS = [
  ["files", "arrow-up", Files],
  ["microphone", "microphone", Microphone],
  ["phone", "phone-call", Telephone],
  ["speech", "message", Speech],
];

export function Maker({ facts }) {
  const [way, choose] = useState("files");
  const [kind, setKind] = useState(facts.kind || "prompt");
  const [language, setLanguage] = useState(facts.languages.includes(facts.language) ? facts.language : facts.languages[0]);
  const ways = facts.sound && kind === "prompt" ? WAYS : WAYS.slice(0, 1);
  const spoken = kind === "music" ? "" : language;
  const wish = facts.sound ? { sound: facts.sound, language: spoken } : { kind, language: spoken };
  const Part = WAYS.find(([name]) => name === way)[2];
  const arrows = (event) => {
    const at = ways.findIndex(([name]) => name === way);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: ways.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    choose(ways[(to + ways.length) % ways.length][0]);
    event.currentTarget.children[(to + ways.length) % ways.length].focus();
  };
  return html`
    ${!facts.sound && html`<${Choice} label=${t("sounds.kind")} name="maker-kind" value=${kind} change=${setKind}
      offered=${["prompt", "music"].map((one) => [one, t(`sounds.kind.${one}`)])} />`}
    ${kind === "prompt" && html`<${Choice} label=${t("sounds.language")} name="maker-language" value=${language} change=${setLanguage}
      offered=${facts.languages.filter(Boolean).map((one) => [one, t(`language.name.${one}`)])} marked=${facts.sound ? facts.said : []} />`}
    ${ways.length > 1 && html`<div class="tabs maker-ways" role="tablist" aria-label=${t("sounds.make")} onKeyDown=${arrows}>
      ${ways.map(([name, icon]) => html`<button type="button" class="tab" role="tab" id=${`way-${name}`} aria-controls="maker-way"
        aria-selected=${String(name === way)} tabindex=${name === way ? 0 : -1} onClick=${() => choose(name)}><${Icon} name=${icon} />${t(`sounds.way.${name}`)}</button>`)}
    </div>`}
    <div id="maker-way" role=${ways.length > 1 ? "tabpanel" : undefined} aria-labelledby=${ways.length > 1 ? `way-${way}` : undefined}>
      <${Part} key=${way} facts=${facts} wish=${wish} language=${spoken} />
    </div>
    <${Work} facts=${facts} />`;
}

function Choice({ label, name, value, change, offered, marked = [] }) {
  return html`<fieldset class="maker-choice"><legend class="form-label">${label}</legend>
    ${offered.map(([one, words]) => html`<label class="form-check form-check-inline"><input class="form-check-input" type="radio" name=${name}
      value=${one} checked=${one === value} onChange=${() => change(one)} /><span class="form-check-label">${words}${marked.includes(one) && html` <span class="said" title=${t("sounds.has_file")}><${Icon} name="check" title=${t("sounds.has_file")} /></span>`}</span></label>`)}
  </fieldset>`;
}
