// A filter of contacts as conditions that one adds and takes away: JSON in a field of the form, and back. Pure but for
// `build`, which makes the elements.
//
// The JSON is that of fs_app/contacts/filters.py. What the page can't show as groups of conditions (deeper than one group
// in another) stays as it is: it is shown as text, and can be dropped.

const NONE = ["empty", "not_empty"];

/** The comparison takes no value. */
export const bare = (kind, op) => NONE.includes(op) || kind === "SEGMENT";

/** JSON → {how: "all"|"any", rows: [condition | {how, rows}]}; null when it has another shape. */
export function opened(json, depth = 0) {
  if (!json || !Object.keys(json).length) return { how: "all", rows: [] };
  if (json.field) return { how: "all", rows: [{ ...json }] };
  const how = ["all", "any"].find((one) => Array.isArray(json[one]));
  if (!how || Object.keys(json).length !== 1) return null;
  const rows = json[how].map((one) => {
    if (one?.field && typeof one.field === "string") return { ...one };
    return depth < 1 ? opened(one, depth + 1) : null;
  });
  return rows.every(Boolean) ? { how, rows } : null;
}

const whole = (row, kindOf) => {
  const kind = kindOf(row.field);
  if (bare(kind, row.op)) return { field: row.field, op: row.op };
  return { field: row.field, op: row.op, value: valueOf(kind, row.op, row.value) };
};

/** What was typed, in the kind's own type; null: nothing that can be asked for yet. */
export function valueOf(kind, op, value) {
  const one = (text) => {
    const said = String(text ?? "").trim();
    if (!said) return null;
    if (kind === "FLAG") return said === "true";
    if (op.endsWith("_days")) return /^\d+$/.test(said) ? Number(said) : null;
    if (kind === "INTEGER" || kind === "DECIMAL") {
      const number = Number(said.replace(/[\s\u00a0\u202f]/g, "").replace(",", "."));
      return Number.isFinite(number) ? number : null;
    }
    return said;
  };
  if (op === "between") {
    const both = [one(value?.[0]), one(value?.[1])];
    return both.includes(null) ? null : both;
  }
  if (op === "in") {
    const listed = (Array.isArray(value) ? value : String(value ?? "").split(/[;\n]/)).map(one).filter((v) => v !== null);
    return listed.length ? listed : null;
  }
  return one(value);
}

/** Groups of conditions → JSON; those without a value yet are left out. Nothing left: null. */
export function closed(group, kindOf) {
  const parts = group.rows
    .map((row) => (row.rows ? closed(row, kindOf) : whole(row, kindOf)))
    .filter((part) => part && part.value !== null);
  if (!parts.length) return null;
  return { [group.how]: parts };
}

/** How many conditions there are. */
export const counted = (json) => {
  if (!json) return 0;
  if (json.field) return 1;
  return Object.values(json).flat().reduce((sum, part) => sum + (part && typeof part === "object" ? counted(part) : 0), 0);
};

/** The condition with another field: the comparison stays where the new kind has it, the value where the kind is the same. */
export function withField(row, field, kindOf, ops) {
  const kind = kindOf(field);
  const offered = (ops[kind] ?? []).map(([op]) => op);
  const op = offered.includes(row.op) ? row.op : offered[0];
  const value = kind === kindOf(row.field) ? row.value : kind === "FLAG" ? "true" : "";
  return { field, op, value };
}

// --- elements -------------------------------------------------------------------------------------------------------
const make = (name, attributes = {}, ...inside) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value != null) element.setAttribute(key, value);
  }
  element.append(...inside);
  return element;
};

const DATES = ["DATE", "DATETIME", "MOMENT"];

/** `box`: filled with the conditions of `input.value`; each change is written there and told by a `change` event. */
export function build(box, input, facts, t, icon) {
  const kinds = new Map(facts.fields.map((field) => [field.name, field]));
  const kindOf = (name) => kinds.get(name)?.kind ?? "TEXT";
  let json = null;
  try {
    json = JSON.parse(input.value || "{}");
  } catch {
    json = undefined;
  }
  let state = json === undefined ? null : opened(json);
  let last = input.value;

  const write = () => {
    const now = closed(state, kindOf);
    const text = now ? JSON.stringify(now) : "";
    if (text === last) return;
    last = text;
    input.value = text;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };

  // Who works by keyboard stays where he is: at the same place of the new elements, or at `focus`.
  const draw = (focus) => {
    const places = () => [...box.querySelectorAll("select, input, button")];
    const at = places().indexOf(document.activeElement);
    box.replaceChildren(state ? group(state, null) : strange());
    (focus ? box.querySelector(focus) : places()[at])?.focus();
  };

  const strange = () =>
    make("div", { class: "filter-group" }, make("p", { class: "form-hint" }, t("filter.strange")), make("pre", { class: "mono" }, input.value),
      make("button", { type: "button", class: "btn btn-sm", onclick: () => { state = { how: "all", rows: [] }; write(); draw(); } }, icon("filter-off"), t("filter.drop")));

  const select = (label, value, offered, change, cls = "form-select") => {
    const known = offered.some(([one]) => one === value);
    const options = (known ? offered : [[value, value], ...offered]).map(([one, words]) => make("option", { value: one, selected: one === value }, words));
    return make("select", { class: cls, "aria-label": label, onchange: (event) => change(event.target.value) }, ...options);
  };

  const group = (now, above) => {
    const element = make("fieldset", { class: "filter-group" }, make("legend", { class: "visually-hidden" }, t("contacts.filter")));
    if (now.rows.length > 1 || above) {
      element.append(make("div", { class: "row-line" }, select(t("filter.how"), now.how, ["all", "any"].map((how) => [how, t(`filter.how.${how}`)]), (how) => { now.how = how; write(); }, "form-select filter-how")));
    }
    now.rows.forEach((row, at) => element.append(row.rows ? group(row, now) : line(now, row, at)));
    const add = (row) => {
      now.rows.push(row);
      draw();
      const lines = box.querySelectorAll(".filter-line");
      lines[lines.length - 1]?.querySelector("select")?.focus();
    };
    const fresh = () => ({ field: facts.fields[0].name, op: facts.ops[facts.fields[0].kind][0][0], value: "" });
    const ways = make("div", { class: "filter-ways" }, make("button", { type: "button", class: "btn btn-sm", onclick: () => add(fresh()) }, icon("plus"), t("filter.add")));
    if (!above) ways.append(make("button", { type: "button", class: "btn btn-sm", onclick: () => add({ how: "any", rows: [fresh()] }) }, icon("plus"), t("filter.add_group")));
    else ways.append(make("button", { type: "button", class: "btn btn-sm", onclick: () => { above.rows.splice(above.rows.indexOf(now), 1); write(); draw(".filter-ways button"); } }, icon("x"), t("filter.remove_group")));
    element.append(ways);
    return element;
  };

  // The lists that one types in stay the same elements, so that the second letter still finds what the first one began.
  const line = (now, _row, at) => {
    const tail = make("span", { class: "filter-tail" });
    const value = make("span", { class: "filter-tail" });
    const change = (row) => {
      now.rows[at] = row;
      write();
    };
    const showValue = () => {
      const row = now.rows[at];
      const kind = kindOf(row.field);
      value.replaceChildren(...(bare(kind, row.op) ? [] : [values(row, kind)]));
    };
    const showTail = () => {
      tail.replaceChildren(select(t("filter.op"), now.rows[at].op, facts.ops[kindOf(now.rows[at].field)] ?? [], (op) => {
        change({ ...now.rows[at], op });
        showValue();
      }), value);
      showValue();
    };
    showTail();
    return make("div", { class: "row-line filter-line" },
      select(t("filter.field"), now.rows[at].field, facts.fields.map((field) => [field.name, field.label]), (field) => {
        change(withField(now.rows[at], field, kindOf, facts.ops));
        showTail();
      }),
      tail,
      make("button", { type: "button", class: "tool", title: t("filter.remove"), "aria-label": t("filter.remove"), onclick: () => { now.rows.splice(at, 1); write(); draw(".filter-ways button"); } }, icon("x")));
  };

  const values = (row, kind) => {
    const field = kinds.get(row.field);
    const label = t("filter.value");
    const set = (value) => { row.value = value; write(); };
    const element = make("span", { class: "filter-values" });
    const days = row.op.endsWith("_days");
    const typed = (value, change, name = label) => make("input", {
      class: "form-control", "aria-label": name, value: value ?? "", maxlength: 500, autocomplete: "off",
      type: DATES.includes(kind) && !days ? "date" : "text", inputmode: days || kind === "INTEGER" ? "numeric" : kind === "DECIMAL" ? "decimal" : null,
      onchange: (event) => change(event.target.value),
      onkeydown: (event) => { if (event.key === "Enter") { event.preventDefault(); change(event.target.value); } },
    });
    if (row.op === "between") {
      const both = Array.isArray(row.value) ? [...row.value] : ["", ""];
      row.value = both;
      element.append(typed(both[0], (value) => { both[0] = value; set(both); }, t("filter.from")), t("filter.and"), typed(both[1], (value) => { both[1] = value; set(both); }, t("filter.to")));
    } else if (kind === "FLAG") {
      if (row.value === "" || row.value == null) row.value = "true";
      element.append(select(label, String(row.value), [["true", t("admin.yes")], ["false", t("admin.no")]], set));
    } else if (field?.options.length && row.op !== "in") {
      element.append(select(label, String(row.value ?? ""), [["", "–"], ...field.options], set));
    } else {
      const value = Array.isArray(row.value) ? row.value.join("; ") : row.value;
      element.append(typed(value, set));
      if (row.op === "in") element.append(make("span", { class: "form-hint" }, t("filter.in_hint")));
      if (days) element.append(t("filter.days"));
    }
    return element;
  };

  draw();
  return { count: () => counted(state ? closed(state, kindOf) : null) };
}

