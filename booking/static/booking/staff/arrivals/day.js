// @ts-check
// The day as it stands: what the server said last, and on top of it every tap that it has not answered yet. Pure: the
// rules are those of booking/arrivals/step_rules.py, which the page hands over.

/** @typedef {{name: string, from: string[], to: string, event: string}} Step */
/**
 * The rules of a visit's day: its steps in their order, and the groups of the screen from top to bottom.
 * @typedef {{
 *   steps: Step[], groups: string[], group_of_status: Record<string, string>,
 *   late_after_minutes: number, due_soon_minutes: number,
 * }} Rules
 */
/** @typedef {{kind: string, time: string, who: string, key: string}} Happened  `key` names a step not taken back. */
/**
 * A visit as the server says it; instants are in UTC, `time`, `until` and `since` as the store's clock shows them.
 * `said_late` and `asked_to_move` hold while the visitor is awaited; the day of an older server has no `asked_to_move`.
 * @typedef {{
 *   reference: string, name: string, find: string[], digits: string, status: string, starts_at: string, time: string,
 *   until: string, since: string, people: string, visit_type: string, desk: string, source: string,
 *   late_minutes: number, said_late: string, asked_to_move?: string, note: string, facts: string[],
 *   history: Happened[], undoes: string,
 * }} Visit
 */
/** @typedef {Partial<Visit> & {reference: string, starts_at: string, when?: string}} ChangedVisit  After a tap. */
/**
 * A visit as the screen shows it: `pending` taps are not answered yet. A walk-in that the server has not answered has
 * no reference; `walk_in` is the tap by which they came.
 * @typedef {Visit & {key: string, pending: number, walk_in?: string}} StandingVisit
 */
/**
 * @typedef {{
 *   store: string, since: string, until: string, day: string, time_zone: string, now: string, wiped_at: string,
 *   salt: string, names_hidden: boolean, visit_types: {slug: string, name: string, max_party_size: number}[],
 *   visits: Visit[], csrf: string, is_manager: boolean, room?: string, hides_after_minutes?: number,
 *   unlock_url?: string,
 * }} Day
 */
/**
 * One tap, as it is kept until the server has answered: `seq` and `who` stay on the tablet.
 * @typedef {{
 *   action_id: string, store: string, happened_at: string, step: string, seq?: number, who: string,
 *   reference?: string, walk_in?: string, starts_at?: string, undoes?: string, visit_type?: string,
 *   party_size?: number, name?: string, squeeze_in?: boolean, people?: string, what?: string, language?: string,
 *   answers?: {question: string, answer: string}[],
 * }} Tap
 */
/** @typedef {(moment: Date) => string} Clock */

const MINUTE_MS = 60 * 1000;
const UNDO = "undo";
const WALK_IN = "walk_in";
const EXPECTED = "confirmed";

/**
 * Return the step that comes next, for the one large button; "" where none does.
 * @param {{status: string}} visit
 * @param {Rules} rules
 */
export function nextStep(visit, rules) {
  return rules.steps.find((step) => step.from.includes(visit.status))?.name || "";
}

/**
 * Return a step where it may be taken from this status.
 * @param {string} status
 * @param {string} name
 * @param {Rules} rules
 */
export function allowedStep(status, name, rules) {
  return rules.steps.find((step) => step.name === name && step.from.includes(status));
}

/** @type {WeakMap<Visit, StandingVisit>} */
const untapped = new WeakMap(); // the same visit is the same object, so that its row is not drawn again

/**
 * @param {Visit} visit
 * @returns {StandingVisit}
 */
function plain(visit) {
  const known = untapped.get(visit);
  if (known) return known;
  const made = { ...visit, key: visit.reference, pending: 0 };
  untapped.set(visit, made);
  return made;
}

/**
 * Return a day with the visits of the day before it where they are the same.
 * @param {Day | null} before
 * @param {Day} day
 * @returns {Day}
 */
export function keepingSame(before, day) {
  const known = new Map((before?.visits || []).map((visit) => [visit.reference, visit]));
  /** @param {Visit} visit */
  const same = (visit) => {
    const old = known.get(visit.reference);
    return old && JSON.stringify(old) === JSON.stringify(visit) ? old : visit;
  };
  return { ...day, visits: day.visits.map(same) };
}

/**
 * Return the visits with all taps on top, by what names each on the screen.
 * @param {Day} day
 * @param {Tap[]} taps
 * @param {Clock} clock
 * @param {Rules} rules
 */
export function standing(day, taps, clock, rules) {
  /** @type {Map<string, StandingVisit>} */
  const visits = new Map();
  for (const visit of day.visits) visits.set(visit.reference, plain(visit));
  for (const tap of taps) {
    if (tap.step === WALK_IN) {
      visits.set(tap.action_id, walkIn(tap, clock));
      continue;
    }
    const visit = visits.get(tap.reference || tap.walk_in || "");
    if (visit) visits.set(visit.key, after(visit, tap, clock, rules));
  }
  return visits;
}

/**
 * @param {Tap} tap
 * @param {Clock} clock
 * @returns {StandingVisit}
 */
function walkIn(tap, clock) {
  const time = clock(new Date(tap.happened_at));
  return {
    key: tap.action_id, reference: "", walk_in: tap.action_id, name: tap.who, find: [], digits: "",
    status: "checked_in", starts_at: tap.happened_at, time, until: "", since: time, people: tap.people || "",
    visit_type: tap.what || "", desk: "", source: "", late_minutes: 0, said_late: "", note: "", facts: [], undoes: "",
    history: [{ kind: "checked_in", time, who: "", key: "" }], pending: 1,
  };
}

/**
 * Return a visit as it is after a tap. One that may not be taken any more, as something else happened meanwhile,
 * changes nothing: the server refuses it as well.
 * @param {StandingVisit} visit
 * @param {Tap} tap
 * @param {Clock} clock
 * @param {Rules} rules
 * @returns {StandingVisit}
 */
function after(visit, tap, clock, rules) {
  const time = clock(new Date(tap.happened_at));
  const pending = visit.pending + 1;
  if (tap.step === UNDO) {
    return { ...visit, ...(tap.undoes && tap.undoes === visit.undoes ? takenBack(visit, time, rules) : {}), pending };
  }
  const step = allowedStep(visit.status, tap.step, rules);
  if (!step) return { ...visit, pending };
  const event = { kind: step.event, time, who: "", key: tap.action_id };
  const since = nextStep({ status: step.to }, rules) ? time : ""; // what is over has no "since"
  return { ...visit, pending, since, status: step.to, undoes: tap.action_id, history: [...visit.history, event] };
}

/**
 * Return what the last step leaves where it is taken back: what the step before it made of the visit.
 * @param {StandingVisit} visit
 * @param {string} time
 * @param {Rules} rules
 */
function takenBack(visit, time, rules) {
  const history = visit.history.map((event) => (event.key === visit.undoes ? { ...event, key: "" } : event));
  const last = history.findLast((event) => event.key);
  const status = rules.steps.find((step) => step.event === last?.kind)?.to || EXPECTED;
  return {
    since: last?.time || "", status, undoes: last?.key || "",
    history: [...history, { kind: "undone", time, who: "", key: "" }],
  };
}

/**
 * Tell whether somebody is awaited in vain: after a while, and after when they said they would come.
 * @param {{status: string, starts_at: string, late_minutes: number}} visit
 * @param {number} now
 * @param {Rules} rules
 */
export function isOverdue(visit, now, rules) {
  const minutes = Math.max(rules.late_after_minutes, visit.late_minutes);
  return visit.status === EXPECTED && now >= Date.parse(visit.starts_at) + minutes * MINUTE_MS;
}

/**
 * Return in which group a visit stands.
 * @param {{status: string, starts_at: string, late_minutes: number}} visit
 * @param {number} now
 * @param {Rules} rules
 */
export function groupOf(visit, now, rules) {
  if (visit.status !== EXPECTED) return rules.group_of_status[visit.status];
  if (isOverdue(visit, now, rules)) return "late";
  return Date.parse(visit.starts_at) <= now + rules.due_soon_minutes * MINUTE_MS ? "now" : "later";
}

/**
 * Put a visit as a tap left it into the day, with what was told of it before; one of another working day now leaves it.
 * @param {Day} day
 * @param {ChangedVisit} changed
 * @returns {Day}
 */
export function withVisit(day, changed) {
  const known = day.visits.find((visit) => visit.reference === changed.reference);
  const fresh = /** @type {Visit} */ ({ note: "", facts: [], ...known, ...changed });
  const others = day.visits.filter((visit) => visit.reference !== fresh.reference);
  const starts = Date.parse(fresh.starts_at);
  const isOfDay = starts >= Date.parse(day.since) && starts < Date.parse(day.until);
  const visits = isOfDay ? [...others, fresh] : others;
  visits.sort((one, other) => Date.parse(one.starts_at) - Date.parse(other.starts_at));
  return { ...day, visits };
}
