// Texts with values in them, and times of day.
import assert from "node:assert/strict";
import { test } from "node:test";

import { clockTime, countedBy, fill, shortened } from "../../booking/static/booking/staff/arrivals/texts.js";

test("values are put in, and a place without a value stays", () => {
  assert.equal(fill("{name} is here at {time}", { name: "Ada", time: 0 }), "Ada is here at 0");
  assert.equal(fill("{name}", {}), "{name}");
  assert.equal(fill("{name}", { name: "{time}", time: "9:00" }), "{time}");
});

test("a number has the form of its language: French says one of none", () => {
  const forms = { one: "{count} visite", other: "{count} visites" };

  const french = [0, 1, 2].map((count) => countedBy(new Intl.PluralRules("fr"), forms, count));
  assert.deepEqual(french, ["0 visite", "1 visite", "2 visites"]);
  assert.equal(countedBy(new Intl.PluralRules("en"), forms, 0), "0 visites");
});

test("an instant is said as the store's clock shows it", () => {
  const words = { text: "{hour} h {minute:02d}", is_padded: false };
  const moment = new Date("2026-11-24T08:05:00Z");

  assert.equal(clockTime(moment, "Europe/Paris", words), "9 h 05");
  assert.equal(clockTime(moment, "Europe/Paris", { text: "{hour}:{minute:02d}", is_padded: true }), "09:05");
  assert.equal(clockTime(moment, "Indian/Reunion", words), "12 h 05");
  assert.equal(clockTime(new Date("2026-11-23T23:00:00Z"), "Europe/Paris", words), "0 h 00");
});

test("a name is shown by its first name and an initial", () => {
  const names = ["Ada", "Ada Test", "Ida van den Berg", "Bo 𝒯est"];
  assert.deepEqual(names.map(shortened), ["Ada", "Ada T.", "Ida B.", "Bo 𝒯."]);
});
