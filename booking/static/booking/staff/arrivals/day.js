// The day as it stands: what the server said last, and on top of it every tap that it has not answered yet.

const AFTER = { check_in: "checked_in", start: "in_service", complete: "completed", no_show: "no_show" };
const EVENT = { check_in: "checked_in", start: "started", complete: "completed", no_show: "no_show" };
const STATUS = { checked_in: "checked_in", started: "in_service", completed: "completed", no_show: "no_show" };
const NEXT = { confirmed: "check_in", checked_in: "start", in_service: "complete" };
const SOON_MS = 60 * 60 * 1000;
const MINUTE_MS = 60 * 1000;

export const GROUPS = ["late", "now", "waiting", "served", "later", "done"];

/** Return the step that the large button takes. */
export function nextStep(visit) {
  return NEXT[visit.status] || "";
}

const untapped = new WeakMap(); // the same visit is the same object, so that its row is not drawn again

function plain(visit) {
  if (!untapped.has(visit)) untapped.set(visit, { ...visit, key: visit.reference, pending: 0 });
  return untapped.get(visit);
}

/** Return a day with the visits of the day before it where they are the same. */
export function keepingSame(before, day) {
  const known = new Map((before?.visits || []).map((visit) => [visit.reference, visit]));
  const same = (visit) => {
    const old = known.get(visit.reference);
    return old && JSON.stringify(old) === JSON.stringify(visit) ? old : visit;
  };
  return { ...day, visits: day.visits.map(same) };
}

/** Return the visits with all taps on top, by what names each on the screen. */
export function standing(day, taps, clock) {
  const visits = new Map();
  for (const visit of day.visits) visits.set(visit.reference, plain(visit));
  for (const tap of taps) {
    if (tap.step === "walk_in") {
      visits.set(tap.action_id, walkIn(tap, clock));
      continue;
    }
    const visit = visits.get(tap.reference || tap.walk_in);
    if (visit) visits.set(visit.key, after(visit, tap, clock));
  }
  return visits;
}

function walkIn(tap, clock) {
  const time = clock(new Date(tap.happened_at));
  return {
    key: tap.action_id, reference: "", walk_in: tap.action_id, name: tap.who, find: [], digits: "",
    status: "checked_in", starts_at: tap.happened_at, time, until: "", since: time, people: tap.people,
    visit_type: tap.what, desk: "", source: "", late_minutes: 0, said_late: "", note: "", facts: [], undoes: "",
    history: [{ kind: "checked_in", time, who: "", key: "" }], pending: 1,
  };
}

/** Return a visit as it is after a tap. */
function after(visit, tap, clock) {
  const time = clock(new Date(tap.happened_at));
  const pending = visit.pending + 1;
  if (tap.step !== "undo") {
    const event = { kind: EVENT[tap.step], time, who: "", key: tap.action_id };
    const since = tap.step === "check_in" || tap.step === "start" ? time : "";
    return {
      ...visit, pending, since, status: AFTER[tap.step], undoes: tap.action_id, history: [...visit.history, event],
    };
  }
  const history = visit.history.map((event) => (event.key === visit.undoes ? { ...event, key: "" } : event));
  const open = history.filter((event) => event.key);
  const last = open[open.length - 1];
  return {
    ...visit, pending, since: last ? last.time : "", status: last ? STATUS[last.kind] : "confirmed",
    undoes: last ? last.key : "", history: [...history, { kind: "undone", time, who: "", key: "" }],
  };
}

/** Tell whether somebody is awaited in vain: after a while, and after when they said they would come. */
export function isOverdue(visit, now, graceMinutes) {
  const minutes = Math.max(graceMinutes, visit.late_minutes);
  return visit.status === "confirmed" && now >= Date.parse(visit.starts_at) + minutes * MINUTE_MS;
}

/** Return in which group a visit stands. */
export function groupOf(visit, now, graceMinutes) {
  if (visit.status === "confirmed") {
    if (isOverdue(visit, now, graceMinutes)) return "late";
    return Date.parse(visit.starts_at) <= now + SOON_MS ? "now" : "later";
  }
  return { checked_in: "waiting", in_service: "served" }[visit.status] || "done";
}

/** Put a visit as a tap left it into the day, with what was told of it before; one of another working day now leaves it. */
export function withVisit(day, changed) {
  const known = day.visits.find((visit) => visit.reference === changed.reference);
  const fresh = { note: "", facts: [], ...known, ...changed };
  const others = day.visits.filter((visit) => visit.reference !== fresh.reference);
  const starts = Date.parse(fresh.starts_at);
  const isOfDay = starts >= Date.parse(day.since) && starts < Date.parse(day.until);
  const visits = isOfDay ? [...others, fresh] : others;
  visits.sort((one, other) => Date.parse(one.starts_at) - Date.parse(other.starts_at));
  return { ...day, visits };
}
