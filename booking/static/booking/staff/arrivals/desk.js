// @ts-check
// What the screen knows and does: the day, the taps on top of it, what is shown of both, and when all is forgotten.

import { groupOf, keepingSame, nextStep, standing, withVisit } from "./day.js";
import { found } from "./search.js";
import { SignedOut, Sync } from "./sync.js";
import { View } from "./view.js";
import { fill, shortened } from "./texts.js";
import { clock, rules, words } from "./words.js";

/** @typedef {import("./day.js").Day} Day */
/** @typedef {import("./day.js").Tap} Tap */
/** @typedef {import("./day.js").StandingVisit} StandingVisit */
/**
 * A tap that does not count, or a ticket that was given: shown until a person has seen it.
 * @typedef {Tap & {reason: string, ticket: string, time: string, status: string, when: string}} Conflict
 */
/** @typedef {Pick<Tap, "visit_type" | "party_size" | "name" | "squeeze_in" | "language" | "answers">} Newcomer */

const UNDO_SHOWN_MS = 10 * 1000;
const REDRAW_MS = 20 * 1000;
const SIGN_OF_LIFE = ["pointerdown", "keydown"];

export class Desk {
  /**
   * @param {HTMLElement} root
   * @param {import("./store.js").Kept} kept
   */
  constructor(root, kept) {
    this.root = root;
    this.kept = kept;
    this.view = new View(root);
    /** @type {Day | null} */
    this.day = null;
    this.etag = "";
    this.query = "";
    this.ahead = 0; // ms that the server's clock is ahead of this tablet's
    /** @type {Tap[]} */
    this.taps = [];
    /** @type {Conflict[]} */
    this.conflicts = [];
    /** @type {Map<string, StandingVisit>} */
    this.visits = new Map();
    /** @type {Map<string, {group: string, timer: number}>} */
    this.held = new Map(); // by key: the group in which a row that was just tapped stays, and its timer
    this.idleSince = Date.now();
    this.isOnline = true;
    this.isLeftAlone = false;
    const { actions = "", data = "" } = root.dataset;
    this.sync = new Sync({ actions, data }, {
      taps: () => this.taps,
      csrf: () => this.day?.csrf || "",
      etag: () => this.etag,
      answered: (taps, results) => this.#answered(taps, results),
      fresh: (etag, day) => this.#fresh(etag, day),
      state: (isOnline) => this.#line(isOnline),
      ended: (error) => this.#ended(error),
    });
  }

  /** Show what is kept at once, else what the server says first. */
  async begin() {
    const kept = await this.kept.day();
    [this.taps, this.conflicts] = [await this.kept.taps(), await this.kept.conflicts()];
    if (kept && Date.parse(kept.day.wiped_at) > Date.now()) [this.day, this.etag] = [kept.day, kept.etag];
    else if (kept) await this.kept.wipeNames();
    this.draw();
    const started = this.sync.start();
    if (!this.day) await started;
    setInterval(() => this.#passTime(), REDRAW_MS);
    for (const sign of SIGN_OF_LIFE) addEventListener(sign, () => (this.idleSince = Date.now()), { capture: true });
  }

  now() {
    return Date.now() + this.ahead;
  }

  waiting() {
    return this.taps.length;
  }

  /**
   * Say an instant as the store's clock shows it; "" where the day is not known.
   * @param {Date} moment
   */
  #clock(moment) {
    return this.day ? clock(moment, this.day.time_zone) : "";
  }

  // --- what is shown ---

  draw() {
    this.view.sayLine(this.isOnline, this.taps.length, this.day?.room);
    this.view.showConflicts(this.conflicts, this.day?.is_manager || false);
    if (!this.day) return;
    this.view.sayMoment(fill(words.moment, { day: this.day.day, time: this.#clock(new Date(this.now())) }));
    const visits = standing(this.day, this.taps, (moment) => this.#clock(moment), rules);
    this.visits = visits;
    const held = new Map([...this.held].map(([key, one]) => [key, one.group]));
    const hits = this.query.trim() ? found([...visits.values()], this.query, this.day.salt, words) : null;
    const [isFound, areNamesHidden] = [Boolean(hits), this.#areNamesHidden(this.day)];
    this.view.render({ visits, now: this.now(), hits, isFound, held, areNamesHidden });
  }

  /**
   * On a paired tablet that nobody touched for a while; touching it again does not show them, signing in does.
   * @param {Day} day
   */
  #areNamesHidden(day) {
    const minutes = Number(day.hides_after_minutes || 0);
    if (minutes > 0 && Date.now() - this.idleSince > minutes * 60 * 1000) this.isLeftAlone = true;
    const areHidden = this.isLeftAlone || day.names_hidden;
    this.view.sayHidden(areHidden, day.unlock_url || "");
    return areHidden;
  }

  /** @param {string} query */
  seek(query) {
    this.query = query;
    this.draw();
  }

  #passTime() {
    if (this.day && Date.parse(this.day.wiped_at) <= this.now()) this.#closeDay();
    else this.draw();
  }

  async #closeDay() {
    await this.kept.wipeNames();
    if (this.isOnline) return;
    [this.day, this.etag] = [null, ""];
    this.visits = new Map();
    const nobody = { hits: null, isFound: false, held: new Map(), areNamesHidden: false };
    this.view.render({ visits: this.visits, now: this.now(), ...nobody });
    this.view.say(words.day_over);
  }

  // --- what is tapped ---

  /**
   * @param {string} key
   * @param {string} step
   */
  tap(key, step) {
    const visit = this.visits.get(key);
    if (!visit) return;
    this.#hold(key, visit);
    this.#add({
      step, reference: visit.reference, walk_in: visit.reference ? "" : visit.walk_in, starts_at: visit.starts_at,
      undoes: step === "undo" ? visit.undoes : "", who: `${visit.name}, ${visit.time}`,
    });
  }

  /** @param {Newcomer} newcomer */
  walkIn({ visit_type, party_size = 1, name = "", squeeze_in = false, language = "", answers = [] }) {
    const kind = this.day?.visit_types.find((one) => one.slug === visit_type);
    const who = name ? shortened(name) : words.walk_in;
    const people = fill(words.people[party_size === 1 ? "one" : "other"], { count: party_size });
    const tap = { visit_type, party_size, name, squeeze_in, language, answers, who, people, what: kind?.name || "" };
    this.#add({ ...tap, step: "walk_in" });
  }

  /** @param {string} actionId */
  squeezeIn(actionId) {
    const conflict = this.conflicts.find((one) => one.action_id === actionId);
    if (conflict) this.walkIn({ ...conflict, squeeze_in: true });
    this.dismiss(actionId);
  }

  /**
   * Give a turn in the line to a walk-in for whom no place was free.
   * @param {string} actionId
   */
  giveTicket(actionId) {
    const conflict = this.conflicts.find((one) => one.action_id === actionId);
    if (!conflict) return;
    const { visit_type, party_size, name, language, who } = conflict;
    this.#add({ step: "ticket", visit_type, party_size, name, language, who });
    this.dismiss(actionId);
  }

  /**
   * Check somebody in by their code; return what to say.
   * @param {string} reference
   */
  scanned(reference) {
    const visit = this.visits.get(reference);
    if (!visit) return { isGood: false, text: words.scan.unknown };
    const said = { name: visit.name, time: visit.time, state: words.states[visit.status].word };
    if (nextStep(visit, rules) !== "check_in") return { isGood: false, text: fill(words.scan.already, said) };
    this.tap(visit.key, "check_in");
    return { isGood: true, text: fill(words.scan.here, said) };
  }

  /** @param {Omit<Tap, "action_id" | "store" | "happened_at">} tap */
  #add(tap) {
    /** @type {Tap} */
    const one = {
      action_id: crypto.randomUUID(), store: this.kept.store, happened_at: new Date(this.now()).toISOString(), ...tap,
    };
    this.taps = [...this.taps, one];
    this.draw();
    // Sent only once it is kept: what the server knows, the tablet must not have forgotten.
    this.kept.addTap(one).then(() => this.sync.run(), () => this.sync.run());
  }

  /**
   * Leave a row that was just tapped where it is for a while.
   * @param {string} key
   * @param {StandingVisit} visit
   */
  #hold(key, visit) {
    const before = this.held.get(key);
    clearTimeout(before?.timer);
    const timer = setTimeout(() => {
      this.held.delete(key);
      this.draw();
    }, UNDO_SHOWN_MS);
    this.held.set(key, { group: before?.group || groupOf(visit, this.now(), rules), timer });
  }

  /** @param {string} actionId */
  async dismiss(actionId) {
    const conflict = this.conflicts.find((one) => one.action_id === actionId);
    this.conflicts = this.conflicts.filter((one) => one !== conflict);
    this.draw();
    if (conflict) await this.kept.dismiss(conflict);
  }

  // --- what the server says ---

  /**
   * @param {Tap[]} taps
   * @param {import("./sync.js").Result[]} results
   */
  async #answered(taps, results) {
    const sent = new Map(taps.map((tap) => [tap.action_id, tap]));
    /** @type {Conflict[]} */
    const conflicts = [];
    for (const { action_id, result } of results) if (result === "busy") sent.delete(action_id); // it is sent again
    for (const { action_id, result, reason, reference, ticket, visit } of results) {
      const tap = sent.get(action_id);
      if (!tap) continue;
      if (tap.step === "walk_in" && reference) this.#named(action_id, reference);
      if (visit && this.day) this.day = withVisit(this.day, visit);
      if (result !== "conflict" && !ticket) continue; // a ticket's number is to be seen as well
      const time = this.#clock(new Date(tap.happened_at));
      conflicts.push({ ...tap, reason, ticket, time, status: visit?.status || "", when: visit?.when || "" });
    }
    await this.kept.settle([...sent.values()], conflicts);
    this.taps = this.taps.filter((tap) => !sent.has(tap.action_id));
    this.conflicts = [...this.conflicts, ...conflicts];
    if (conflicts.length) this.etag = "";
    this.draw();
  }

  /**
   * A walk-in has a reference now: taps that named it by its own tap go on with that.
   * @param {string} actionId
   * @param {string} reference
   */
  #named(actionId, reference) {
    for (const tap of this.taps) if (tap.walk_in === actionId) [tap.reference, tap.walk_in] = [reference, ""];
    const held = this.held.get(actionId);
    if (held) this.held.set(reference, held);
  }

  /**
   * @param {string} etag
   * @param {Day} day
   */
  async #fresh(etag, day) {
    [this.etag, this.day] = [etag, keepingSame(this.day, day)];
    this.ahead = Date.parse(day.now) - Date.now();
    if (Date.parse(day.wiped_at) > this.now()) await this.kept.keepDay(etag, day);
    this.draw();
  }

  /** @param {boolean} isOnline */
  #line(isOnline) {
    this.isOnline = isOnline;
    this.draw();
  }

  /**
   * Nobody is signed in any more, or may be here: what is kept goes, and with a sign-in alone missing, taps stay.
   * @param {unknown} error
   */
  async #ended(error) {
    if (error instanceof SignedOut) await this.kept.wipeNames();
    else await this.kept.wipe();
    location.assign(location.pathname);
  }

  async wipe() {
    this.sync.hasEnded = true;
    await this.kept.wipe();
    for (const name of await caches.keys()) await caches.delete(name);
  }
}
