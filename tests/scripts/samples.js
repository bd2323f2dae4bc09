// A day with one visit, and taps. The rules are those of the server: test_scripts.py hands them over.

/** The rules as the page hands them over. */
export const rules = JSON.parse(process.env.SCREEN_RULES);

let taps = 0;

export function visit(changes = {}) {
  return {
    reference: "AAAAAAAA", name: "Ada T.", find: [], digits: "4567", status: "confirmed",
    starts_at: "2026-11-24T09:00:00Z", time: "10:00", until: "", since: "", people: "1 person", visit_type: "Visit",
    desk: "", source: "", late_minutes: 0, said_late: "", note: "", facts: [], history: [], undoes: "", ...changes,
  };
}

export function tap(step, changes = {}) {
  taps += 1;
  return {
    action_id: `tap-${taps}`, store: "corner-shop", happened_at: "2026-11-24T09:05:00Z", step, reference: "AAAAAAAA",
    who: "Ada T., 10:00", ...changes,
  };
}

export function day(changes = {}) {
  return { since: "2026-11-23T23:00:00Z", until: "2026-11-24T23:00:00Z", visits: [], ...changes };
}
