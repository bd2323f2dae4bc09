// What the tablet shows of a day: taps on top of what the server said. Run by `node --test`.
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  groupOf, isOverdue, keepingSame, nextStep, standing, withVisit,
} from "../../booking/static/booking/staff/arrivals/day.js";
import { day, rules, tap, visit } from "./samples.js";

const clock = (moment) => moment.toISOString().slice(11, 16);
const shown = (visits, taps) => standing(day({ visits }), taps, clock, rules);
const only = (visits, taps) => [...shown(visits, taps).values()][0];

test("a tap is shown at once, and waits", () => {
  const here = only([visit()], [tap("check_in", { happened_at: "2026-11-24T09:03:00Z" })]);

  assert.equal(here.status, "checked_in");
  assert.equal(here.since, "09:03");
  assert.equal(here.pending, 1);
  assert.deepEqual(here.history.map((event) => event.kind), ["checked_in"]);
});

test("taps are shown in their order", () => {
  const done = only([visit()], [tap("check_in"), tap("start"), tap("complete")]);

  assert.deepEqual([done.status, done.since, done.pending], ["completed", "", 3]);
  assert.deepEqual(done.history.map((event) => event.kind), ["checked_in", "started", "completed"]);
});

test("a visit without a tap is the same object each time", () => {
  const one = visit();

  assert.equal(only([one], []), only([one], []));
});

for (const [status, step] of [["cancelled", "check_in"], ["completed", "start"], ["checked_in", "no_show"]]) {
  test(`${step} changes nothing of a visit that is ${status} by now`, () => {
    const same = only([visit({ status })], [tap(step)]);

    assert.deepEqual([same.status, same.undoes, same.history.length, same.pending], [status, "", 0, 1]);
  });
}

test("a tap kept by another version, of a step that is none here, changes nothing", () => {
  assert.equal(only([visit()], [tap("praise")]).status, "confirmed");
});

test("an undo takes back the last step", () => {
  const started = tap("start");
  const back = only([visit()], [tap("check_in"), started, tap("undo", { undoes: started.action_id })]);

  assert.equal(back.status, "checked_in");
  assert.deepEqual(back.history.map((event) => event.kind), ["checked_in", "started", "undone"]);
});

test("an undo of the only step leaves the visit expected", () => {
  const came = tap("check_in");
  const back = only([visit()], [came, tap("undo", { undoes: came.action_id })]);

  assert.deepEqual([back.status, back.undoes, back.since], ["confirmed", "", ""]);
});

test("an undo of a step that somebody took back meanwhile takes back no other", () => {
  const came = { kind: "checked_in", time: "9:00", who: "", key: "k1" };
  const here = visit({ status: "checked_in", undoes: "k1", history: [came] });

  assert.equal(only([here], [tap("undo", { undoes: "k0" })]).status, "checked_in");
});

test("a walk-in stands there before the server knows them, and their steps go on", () => {
  const came = tap("walk_in", { who: "Bo T.", people: "2 people", what: "Visit", reference: undefined });
  const visits = shown([], [came, tap("start", { reference: "", walk_in: came.action_id })]);

  assert.deepEqual([...visits.keys()], [came.action_id]);
  const bo = visits.get(came.action_id);
  assert.deepEqual([bo.name, bo.people, bo.status, bo.pending], ["Bo T.", "2 people", "in_service", 2]);
});

test("a tap about somebody who is not of this day is not shown", () => {
  assert.equal(only([visit()], [tap("check_in", { reference: "ELSEWHER" })]).status, "confirmed");
});

test("a day that says the same of a visit keeps its object", () => {
  const before = day({ visits: [visit(), visit({ reference: "BBBBBBBB" })] });
  const after = keepingSame(before, day({ visits: [visit(), visit({ reference: "BBBBBBBB", note: "new" })] }));

  assert.equal(after.visits[0], before.visits[0]);
  assert.equal(after.visits[1].note, "new");
  assert.equal(keepingSame(null, before).visits[0], before.visits[0]);
});

test("what was told of a visit stays when a tap is answered without it", () => {
  const { note: _note, facts: _facts, ...answered } = visit({ status: "checked_in" });
  const [same] = withVisit(day({ visits: [visit({ note: "Second floor", facts: ["By phone"] })] }), answered).visits;

  assert.deepEqual([same.status, same.note, same.facts], ["checked_in", "Second floor", ["By phone"]]);
});

test("a visit moved to another day leaves this one, and one moved here stands by its time", () => {
  const early = visit({ reference: "EARLY", starts_at: "2026-11-24T08:00:00Z" });
  const whole = day({ visits: [visit(), visit({ reference: "LATER", starts_at: "2026-11-24T15:00:00Z" })] });

  assert.deepEqual(withVisit(whole, early).visits.map((one) => one.reference), ["EARLY", "AAAAAAAA", "LATER"]);
  const gone = visit({ starts_at: "2026-11-25T09:00:00Z" });
  assert.deepEqual(withVisit(whole, gone).visits.map((one) => one.reference), ["LATER"]);
});

test("the large button takes the first step that is allowed", () => {
  const steps = ["confirmed", "checked_in", "in_service", "completed"].map((status) => nextStep({ status }, rules));

  assert.deepEqual(steps, ["check_in", "start", "complete", ""]);
});

test("somebody is late after ten minutes, or after what they said", () => {
  const at = (minutes) => Date.parse("2026-11-24T09:00:00Z") + minutes * 60_000;

  assert.deepEqual([9, 10].map((minutes) => isOverdue(visit(), at(minutes), rules)), [false, true]);
  const said = visit({ late_minutes: 30 });
  assert.deepEqual([29, 30].map((minutes) => isOverdue(said, at(minutes), rules)), [false, true]);
  const groups = [-61, -60, 9, 10].map((minutes) => groupOf(visit(), at(minutes), rules));
  assert.deepEqual(groups, ["later", "now", "now", "late"]);
  assert.equal(groupOf(visit({ status: "in_service" }), at(60), rules), "served");
});
