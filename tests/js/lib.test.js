// The words and times of the interface in the browser say the same as the server does.

import assert from "node:assert/strict";
import { test } from "node:test";
import { known, t, use } from "../../fs_app/web/static/js/lib/i18n.js";
import { clock, duration } from "../../fs_app/web/static/js/lib/time.js";

const messages = { "a.one": "Un", "a.name": "Bonjour %(name)s, %(name)s", "a.n": ["%(n)s appel", "%(n)s appels"] };

test("a text is said with its values, and without a value its place stays visible", () => {
  use({ language: "fr", messages });
  assert.equal(t("a.name", { name: "Léa" }), "Bonjour Léa, Léa");
  assert.equal(t("a.name"), "Bonjour %(name)s, %(name)s");
  assert.equal(t("a.name", { name: "%(n)s $& $1" }), "Bonjour %(n)s $& $1, %(n)s $& $1");
});

test("an unknown text says itself, also when it is called like something that every object has", () => {
  use({ language: "fr", messages });
  assert.equal(t("no.such"), "no.such");
  assert.equal(t("constructor"), "constructor");
  assert.equal(known("toString"), false);
});

test("French counts zero as one, English and Spanish do not", () => {
  use({ language: "fr", messages });
  assert.equal(t("a.n", { n: 0 }), "0 appel");
  assert.equal(t("a.n", { n: 2 }), "2 appels");
  use({ language: "en", messages });
  assert.equal(t("a.n", { n: 0 }), "0 appels");
  assert.equal(t("a.n", { n: 1 }), "1 appel");
});

test("durations as the server writes them, never negative", () => {
  assert.deepEqual([0, 134_900, 3_734_000, -5000].map(duration), ["00:00", "02:14", "1:02:14", "00:00"]);
});

test("without a page the zone is the product's default, not the computer's", () => {
  use({ language: "fr", messages });
  assert.equal(clock(1_767_225_600_000), "01:00");
});
