import assert from "node:assert/strict";
import test from "node:test";
import { named } from "../../fs_app/web/static/sounds/files.js";

test("the name of a file is the name of the sound, its ending may be the language", () => {
  assert.deepEqual(named("bienvenue_en.mp3", "fr"), { name: "bienvenue", language: "en" });
  assert.deepEqual(named("Fermeture d’été-ES.wav", "fr"), { name: "Fermeture d’été", language: "es" });
  assert.deepEqual(named("menu.fr.ogg", "en"), { name: "menu", language: "fr" });
  assert.deepEqual(named("heures_ouvertes.wav", "fr"), { name: "heures ouvertes", language: "fr" });
});

test("music has no language to be guessed, and a name is never empty", () => {
  assert.deepEqual(named("piano_en.flac", ""), { name: "piano en", language: "" });
  assert.deepEqual(named(".wav", "fr"), { name: ".wav", language: "fr" });
  assert.equal(named(`${"x".repeat(300)}.wav`, "fr").name.length, 100);
});
