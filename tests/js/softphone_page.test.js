import assert from "node:assert/strict";
import { test } from "node:test";
import { picture } from "./support.js";

// What a browser has and Node has not.
globalThis.Audio = class {};
globalThis.isSecureContext = true;
Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true });
globalThis.addEventListener = () => {};
globalThis.setInterval = () => 0;
globalThis.document ??= { getElementById: () => null, documentElement: { dataset: {} } };

const store = await import("../../fs_app/web/static/agent/store.js");
const softphone = await import("../../fs_app/web/static/agent/softphone/main.js");

test("a microphone that can't be had is asked for once, however many pictures come", async () => {
  const states = [];
  softphone.phone.subscribe((phone) => states.push(phone.state));
  softphone.follow();
  for (let seq = 1; seq <= 5; seq += 1) {
    store.update((page) => ({ ...page, link: "up", picture: picture({ seq, phone: { registered: false, how: "softphone" } }) }));
    await new Promise((resolve) => setTimeout(resolve));
  }
  assert.deepEqual(states, ["off", "starting", "no_microphone"]);
  softphone.retry();
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual(states.slice(3), ["off", "starting", "no_microphone"], "the person asks for it again");
  store.update((page) => ({ ...page, picture: picture({ phone: { registered: true, how: "own" } }) }));
  assert.equal(softphone.phone.value.state, "off");
});
