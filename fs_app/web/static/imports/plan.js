/** Plans of imports as the wizard changes them: pure, the server says what is wrong (fs_app/imports/plan.py). */

export const STEPS = ["file", "reading", "columns", "options", "check", "run"];
export const MOST_MEMO = 4;
export const OVER = ["RUNNING", "STOPPED", "FAILED", "DONE", "UNDOING", "HALFWAY", "UNDONE"];
export const AT_WORK = ["CHECKING", "RUNNING", "UNDOING"];

/** The step that a job is at when its page is opened. */
export function stepOf(job) {
  if (OVER.includes(job.state)) return "run";
  return { CHECKING: "check", CHECKED: "check", PREPARED: job.error ? "check" : "options" }[job.state] ?? "reading";
}

/** In which step stands what a problem is about. */
export function placeOf(problem) {
  const first = problem.place.split(".")[0];
  if (first === "dialect") return "reading";
  return ["columns", "new_fields", "memo"].includes(first) ? "columns" : "options";
}

/** A memo is made of columns, whatever else becomes of them: one way to say it, not two. */
export function tidied(plan) {
  const memo = [...(plan.memo?.columns ?? [])];
  const columns = (plan.columns ?? []).map((one) => {
    if (one.target !== "memo") return one;
    if (!memo.includes(one.column)) memo.push(one.column);
    return { ...one, target: "", kind: "" };
  });
  return { ...plan, columns, memo: { separator: " · ", ...plan.memo, columns: memo } };
}

/** What a new plan begins with, over what the server proposes. */
export function begun(proposal, country) {
  const by = (proposal.columns ?? []).some((one) => one.target.startsWith("number.")) ? ["number"] : [];
  return tidied({
    source: "", columns: [], new_fields: [], filter: null, list_filter: null, callback_at: null, excluded: false,
    blacklist: "mark", contact_file: null, call_list: null,
    ...proposal,
    numbers: { country, prefix: "", missing_zero: true, main: 1, invalid: "drop", ...proposal.numbers },
    duplicates: { by, in_file: true, in_list: true, in_account: true, then: "use", ...proposal.duplicates },
  });
}

export const targetOf = (plan, column) => plan.columns.find((one) => one.column === column) ?? { column, target: "", kind: "" };
export const mappedTo = (plan, target) => plan.columns.some((one) => one.target === target);
export const places = (plan) => plan.columns.map((one) => one.target).filter((one) => one.startsWith("number.")).map((one) => Number(one.slice(7))).sort((a, b) => a - b);

/** Columns that nothing is taken of, by their place. */
export function left(plan, count) {
  return Array.from({ length: count }, (_, at) => at).filter((at) => !targetOf(plan, at).target && !plan.memo.columns.includes(at));
}

/** The same plan with this column going elsewhere; a field that was new and is no longer used goes too. */
export function mapped(plan, column, target, kind = "") {
  const columns = plan.columns.filter((one) => one.column !== column);
  if (target) columns.push({ column, target, kind: target.startsWith("number.") ? kind : "" });
  columns.sort((a, b) => a.column - b.column);
  return settled({ ...plan, columns }, places(plan).length === 0);
}

/** Main number and keys of comparison follow the columns; the first number is what contacts are compared by. */
function settled(plan, first) {
  const targets = new Set(plan.columns.map((one) => one.target));
  const here = places(plan);
  const main = here.includes(plan.numbers.main) ? plan.numbers.main : (here[0] ?? plan.numbers.main);
  const by = plan.duplicates.by.filter((key) => (key === "number" ? here.length > 0 : targets.has(key)));
  if (first && !by.length && here.length) by.push("number");
  return {
    ...plan,
    new_fields: plan.new_fields.filter((one) => targets.has(`custom.${one.name}`)),
    numbers: { ...plan.numbers, main },
    duplicates: { ...plan.duplicates, by },
  };
}

/** A name for a field of the account, as the database wants it: letters, digits, underscore. */
export function named(label, taken, otherwise) {
  const plain = label.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^[^a-z]+|_+$/g, "").slice(0, 36);
  const first = plain || otherwise;
  let name = first;
  for (let n = 2; taken.includes(name); n += 1) name = `${first.slice(0, 36)}_${n}`;
  return name;
}

/** A column becomes a new field called `label`; `known`: names of the account's fields. */
export function withNewField(plan, column, label, kind, known) {
  const old = plan.new_fields.find((one) => `custom.${one.name}` === targetOf(plan, column).target);
  const others = plan.new_fields.filter((one) => one !== old);
  const name = named(label, [...known, ...others.map((one) => one.name)], `field_${column + 1}`);
  const made = mapped({ ...plan, new_fields: [...others, { name, label: label.slice(0, 100), kind }] }, column, `custom.${name}`);
  return made;
}

export function withMemo(plan, column, on) {
  const columns = plan.memo.columns.filter((one) => one !== column);
  if (on && columns.length < MOST_MEMO) columns.push(column);
  return { ...plan, memo: { ...plan.memo, columns } };
}

/** The next place for a number that nothing goes to yet. */
export const freeNumber = (plan) => Array.from({ length: 9 }, (_, at) => at + 1).find((n) => !mappedTo(plan, `number.${n}`));

// --- filters ------------------------------------------------------------------------------------------------
export const needsValue = (op) => !["empty", "not_empty"].includes(op);

/** {how: "all"|"any", rows} of a filter that stands in one level; null: it is more than that (made by the API). */
export function opened(filter, ops) {
  if (!filter) return { how: "all", rows: [] };
  const how = ["all", "any"].find((name) => Array.isArray(filter[name]));
  const rows = how ? filter[how] : "field" in filter ? [filter] : null;
  return rows?.every((one) => typeof one?.field === "string" && ops.includes(one.op) && typeof (one.value ?? "") !== "object")
    ? { how: how ?? "all", rows } : null;
}

export function closed({ how, rows }) {
  return rows.length ? { [how]: rows.map(({ field, op, value }) => (needsValue(op) ? { field, op, value: value ?? "" } : { field, op })) } : null;
}

// --- figures ------------------------------------------------------------------------------------------------
/** What becomes of the lines, in the order in which it is shown: [[name, n, tone]]; their sum is `lines`. */
export function parts(counts) {
  const sum = (of) => Object.values(of ?? {}).reduce((a, b) => a + b, 0);
  return [
    ["new", counts.new ?? 0, "green"], ["updated", counts.updated ?? 0, "blue"], ["known", counts.known ?? 0, "teal"],
    ["duplicates", sum(counts.duplicates), "amber"], ["filtered", counts.filtered ?? 0, "grey"], ["empty", counts.empty ?? 0, "grey"],
    ["refused", sum(counts.refused), "red"],
  ];
}

/** Which part a line of the dry run belongs to. */
export const partOf = (outcome) => outcome.split(".")[0];
