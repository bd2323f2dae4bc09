// Who is found by what is typed. The digits of names are those that tests/booking/arrivals/test_name_fingerprints.py holds to.
import assert from "node:assert/strict";
import { test } from "node:test";

import { finder, folded, found } from "../../booking/static/booking/staff/arrivals/search.js";
import { visit } from "./samples.js";

const SALT = "5a17";
const spelling = { letters: { ß: "ss", ø: "o" }, titles: ["mme", "m"] };
const dupont = visit({ reference: "K7M2P9XA", name: "Ada D.", find: ["de33"], digits: "4567" });
const awaited = (query, visits = [dupont]) => found(visits, query, SALT, spelling).map((one) => one.reference);

test("names are folded as the server folds them", () => {
  assert.deepEqual(folded("  Zoé  GROßMANN-Bjørn ", spelling), ["zoe", "grossmann", "bjorn"]);
});

test("a family name has the digits that the server gives it, as far as it is typed", () => {
  assert.equal(finder("dupont", SALT), "de33");
  assert.equal(finder("dup", SALT), "de3");
  assert.equal(finder("d", SALT), "d");
});

const names = ["ada", "dupont", "Dup", "ADA DUPONT", "Mme Dupont"];
for (const query of [...names, "4567", "67", "+33 6 12 34 45 67", "k7m2", "K7M-2P9"]) {
  test(`"${query}" finds Ada Dupont`, () => assert.deepEqual(awaited(query), ["K7M2P9XA"]));
}

for (const query of ["", " ", "?", "martin", "adam", "7", "4568", "zz9", "ada martin"]) {
  test(`"${query}" finds nobody`, () => assert.deepEqual(awaited(query), []));
}

test("short words are joined on: le goff finds Legoff", () => {
  const legoff = visit({ name: "Yann L.", find: [finder("legoff", SALT)] });

  assert.deepEqual(awaited("le goff", [legoff]), ["AAAAAAAA"]);
});

test("who is still awaited stands first, then by time", () => {
  const visits = [
    visit({ reference: "HERE", status: "checked_in", starts_at: "2026-11-24T08:00:00Z" }),
    visit({ reference: "LATE", starts_at: "2026-11-24T10:00:00Z" }),
    visit({ reference: "SOON", starts_at: "2026-11-24T09:00:00Z" }),
  ];

  assert.deepEqual(awaited("ada", visits), ["SOON", "LATE", "HERE"]);
});
