import test from "node:test";
import assert from "node:assert/strict";
import { phone } from "../../fs_app/web/static/agent/phone.js";

test("numbers of the account's country are shown as people there write them", () => {
  assert.equal(phone("+33612345678", "FR"), "06 12 34 56 78");
  assert.equal(phone("0612345678", "FR"), "06 12 34 56 78");
  assert.equal(phone("+34912345678", "ES"), "912 34 56 78");
});

test("foreign numbers keep their country code", () => {
  assert.equal(phone("+33612345678", "ES"), "+33 6 12 34 56 78");
  assert.equal(phone("+4915112345678", "FR"), "+4915112345678");
});

test("what is no number is shown as it came, and not at any length", () => {
  assert.equal(phone("anonymous"), "anonymous");
  assert.equal(phone(null), "");
  assert.equal([...phone("9".repeat(10_000))].length, 24);
  assert.equal(phone("+33<b>6"), "+33<b>6");
});
