/** One line that says what a node does, for its card: the most telling of its parameters. */

import { known, t } from "../js/lib/i18n.js";
import { isAsked, valueOf } from "./graph.js";
import { choice, promptName } from "./choices.js";

const TELLING = ["QUEUE", "FLOW", "AGENT", "BOX", "MESSAGE", "SCHEDULE", "HOLIDAYS", "URL", "PHONE", "CONDITIONS", "ASSIGNMENTS", "LANGUAGES", "TEXT", "VARIABLE", "TEMPLATE", "PROMPTS"];
const SIGNS = { equals: "=", differs: "≠", less: "<", at_most: "≤", more: ">", at_least: "≥" };

function words(param, value) {
  switch (param.kind) {
    case "PROMPTS":
      return Array.isArray(value) && value.length ? `♪ ${value.map(promptName).join(" · ")}` : "";
    case "LANGUAGES":
      return Array.isArray(value) ? value.map((code) => code.toUpperCase()).join(" · ") : "";
    case "CONDITIONS":
      return (Array.isArray(value) ? value : []).map((each) => `${each.variable} ${SIGNS[each.test] ?? testName(each.test)} ${each.value ?? ""}`.trim()).join(", ");
    case "ASSIGNMENTS":
      return (Array.isArray(value) ? value : []).map((each) => `${each.variable} ← ${each.value ?? ""}`).join(", ");
    case "QUEUE": case "FLOW": case "AGENT": case "BOX": case "MESSAGE": case "SCHEDULE": case "HOLIDAYS":
      return value === null ? "" : choice(param.kind, value);
    default:
      return typeof value === "string" ? value : "";
  }
}

const testName = (test) => (known(`flow.test.${test}`) ? t(`flow.test.${test}`) : String(test ?? ""));

export function summary(kind, node) {
  if (!kind) return "";
  for (const telling of TELLING) {
    for (const param of kind.params) {
      if (param.kind === "PROMPTS" && param.name !== "prompts") continue; // what is said after a mistake tells little
      if (param.kind !== telling || !isAsked(kind, node, param)) continue;
      const said = words(param, valueOf(kind, node, param.name));
      if (said) return said;
    }
  }
  return "";
}
