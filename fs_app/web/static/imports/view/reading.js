// Step 2: how the file is read, each part to be corrected, its beginning shown at once.

import { html } from "../../vendor/preact.js";
import { Icon } from "../../js/lib/icons.js";
import { t } from "../../js/lib/i18n.js";
import { busy, job, look, preview } from "../store.js";
import { Field, Notice, number, Select } from "./parts.js";

const SHOWN = 20;
const named = (char) => ({ "\t": t("wizard.tab"), " ": t("wizard.blank"), "\x1f": "US (0x1F)", "": t("wizard.one_column") })[char] ?? char;

export function Reading({ facts }) {
  const seen = preview.value;
  const dialect = seen?.dialect ?? job.value.dialect ?? { format: "csv", encoding: "utf-8", delimiter: ";", quote: '"', escape: "", sheet: "", header: 1, skip: 0 };
  const change = (part) => look({ ...dialect, ...part });
  const own = (values, value) => (values.includes(value) ? values : [...values, value]);
  const whole = (name, most) => (text) => {
    const value = Number.parseInt(text, 10);
    if (Number.isInteger(value) && value >= 0 && value <= most) change({ [name]: value });
  };
  return html`<div class="card-body">
    <div class="im-dialect" aria-busy=${busy.value === "look"}>
      <${Field} id="im-format" label=${t("wizard.format")}><${Select} id="im-format" value=${dialect.format} offered=${facts.formats.map((one) => [one, t(`wizard.format.${one}`)])} change=${(format) => change({ format, sheet: "" })} /><//>
      ${dialect.format === "csv" ? html`
        <${Field} id="im-encoding" label=${t("wizard.encoding")}><${Select} id="im-encoding" value=${dialect.encoding} offered=${facts.encodings.map((one) => [one, one.toUpperCase().replace("_", " ")])} change=${(encoding) => change({ encoding })} /><//>
        <${Field} id="im-delimiter" label=${t("wizard.delimiter")}><${Select} id="im-delimiter" value=${dialect.delimiter} offered=${own([...facts.delimiters, ""], dialect.delimiter).map((one) => [one, named(one)])} change=${(delimiter) => change({ delimiter })} /><//>
        <${Field} id="im-quote" label=${t("wizard.quote")}><${Select} id="im-quote" value=${dialect.quote} offered=${own(['"', "'", ""], dialect.quote).map((one) => [one, one || t("wizard.no_quote")])} change=${(quote) => change({ quote })} /><//>`
      : html`<${Field} id="im-sheet" label=${t("wizard.sheet")}><${Select} id="im-sheet" value=${dialect.sheet} offered=${own(seen?.sheets ?? [], dialect.sheet).map((one) => [one, one])} change=${(sheet) => change({ sheet })} /><//>`}
      <${Field} id="im-skip" label=${t("wizard.skip")}><input class="form-control" id="im-skip" type="number" min="0" max="10000" value=${dialect.skip} onChange=${(event) => whole("skip", 10000)(event.currentTarget.value)} /><//>
      <${Field} id="im-header" label=${t("wizard.header")}><${Select} id="im-header" value=${String(dialect.header)} offered=${["0", "1", "2", "3"].map((one) => [one, one === "0" ? t("wizard.no_header") : t("wizard.header_rows", { n: Number(one) })])} change=${(header) => change({ header: Number(header) })} /><//>
      <button type="button" class="btn" disabled=${busy.value === "look"} onClick=${() => look(null)}><${Icon} name="refresh" />${t("wizard.guess")}</button>
    </div>
    ${busy.value === "look" && html`<p class="im-wait" role="status"><${Icon} name="loader-2" cls="im-turn" />${t("wizard.reading")}</p>`}
    ${!seen && !busy.value && html`<p><a class="btn" href="/imports/new"><${Icon} name="upload" />${t("wizard.another_file")}</a></p>`}
    ${seen && html`
      ${dialect.format === "csv" && seen.header.length === 1 && html`<${Notice} tone="orange" icon="alert-triangle">${t("wizard.only_one")}<//>`}
      ${Object.entries(seen.strange?.counts ?? {}).map(([what, n]) => html`<${Notice} key=${what} tone="orange" icon="alert-triangle">${t(`wizard.strange.${what}`, { n, many: number(n), lines: (seen.strange.places[what] ?? []).slice(0, 10).join(", ") })}<//>`)}
      <p class="form-hint">${t(seen.exact ? "wizard.seen_all" : "wizard.seen", { columns: number(seen.header.length), n: seen.total ?? seen.rows.length, lines: number(seen.total ?? seen.rows.length) })}</p>
      <${Sheet} header=${seen.header} rows=${seen.rows.slice(0, SHOWN)} />`}
  </div>`;
}

function Sheet({ header, rows }) {
  if (!rows.length) return html`<p class="im-wait">${t("wizard.no_rows")}</p>`;
  return html`<div class="table-responsive im-sheet" tabindex="0" role="region" aria-label=${t("wizard.preview")}><table class="table list">
    <thead><tr><th class="num" scope="col"><span class="visually-hidden">${t("wizard.line")}</span></th>${header.map((name, at) => html`<th scope="col" key=${at}><bdi title=${name}>${name || t("wizard.column", { at: at + 1 })}</bdi></th>`)}</tr></thead>
    <tbody>${rows.map((row, line) => html`<tr key=${line}><td class="num">${line + 1}</td>${header.map((_, at) => html`<td key=${at}>${row[at] ? html`<bdi title=${row[at]}>${row[at]}</bdi>` : html`<span class="im-empty">${t("wizard.empty_cell")}</span>`}</td>`)}</tr>`)}</tbody>
  </table></div>`;
}
