// What the screen knows and does: the day, the taps on top of it, what is shown of both, and when all is forgotten.

import { groupOf, keepingSame, nextStep, standing, withVisit } from "./day.js";
import { found } from "./search.js";
import { SignedOut, Sync } from "./sync.js";
import { View } from "./view.js";
import { clock, fill, words } from "./words.js";

const UNDO_SHOWN_MS = 10 * 1000;
const REDRAW_MS = 20 * 1000;
const SIGN_OF_LIFE = ["pointerdown", "keydown"];

export class Desk {
  constructor(root, kept) {
    this.root = root;
    this.kept = kept;
    this.view = new View(root);
    [this.day, this.etag, this.query, this.ahead] = [null, "", "", 0];
    [this.taps, this.conflicts, this.walkIns] = [[], [], new Map()];
    this.held = new Map(); // by key: the group in which a row that was just tapped stays, and its timer
    this.idleSince = Date.now();
    this.isOnline = true;
    this.sync = new Sync(root.dataset, {
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

  #clock(moment) {
    return clock(moment, this.day.time_zone);
  }

  // --- what is shown ---

  draw() {
    this.view.sayLine(this.isOnline, this.taps.length);
    this.view.showConflicts(this.conflicts, this.day?.is_manager || false);
    if (!this.day) return;
    this.view.sayMoment(fill(words.moment, { day: this.day.day, time: this.#clock(new Date(this.now())) }));
    const visits = standing(this.day, this.taps, (moment) => this.#clock(moment));
    this.visits = visits;
    const held = new Map([...this.held].map(([key, one]) => [key, one.group]));
    const hits = this.query.trim() ? found([...visits.values()], this.query, this.day.salt) : null;
    const areNamesHidden = this.#areNamesHidden();
    this.view.render({ day: this.day, visits, now: this.now(), hits, isFound: Boolean(hits), held, areNamesHidden });
  }

  /** On a paired tablet that nobody touched for a while; touching it again does not show them, signing in does. */
  #areNamesHidden() {
    const minutes = Number(this.day.hides_after_minutes || 0);
    if (minutes > 0 && Date.now() - this.idleSince > minutes * 60 * 1000) this.isLeftAlone = true;
    const areHidden = Boolean(this.isLeftAlone || this.day.names_hidden);
    this.view.sayHidden(areHidden, this.day.unlock_url || "");
    return areHidden;
  }

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
    this.view.render({ day: { grace_minutes: 0 }, visits: new Map(), now: this.now(), hits: null, held: new Map() });
    this.view.say(words.day_over);
  }

  // --- what is tapped ---

  tap(key, step) {
    const visit = this.visits.get(key);
    if (!visit) return;
    this.#hold(key, visit);
    this.#add({
      step, reference: visit.reference, walk_in: visit.reference ? "" : visit.walk_in, starts_at: visit.starts_at,
      undoes: step === "undo" ? visit.undoes : "", who: `${visit.name}, ${visit.time}`,
    });
  }

  walkIn({ visit_type, party_size, name, squeeze_in = false }) {
    const kind = this.day.visit_types.find((one) => one.slug === visit_type);
    const who = name ? shortened(name) : words.walk_in;
    const people = fill(party_size === 1 ? words.people.one : words.people.other, { count: party_size });
    this.#add({ step: "walk_in", visit_type, party_size, name, squeeze_in, who, people, what: kind?.name || "" });
  }

  squeezeIn(actionId) {
    const conflict = this.conflicts.find((one) => one.action_id === actionId);
    this.walkIn({ ...conflict, squeeze_in: true });
    this.dismiss(actionId);
  }

  /** Give a turn in the line to a walk-in for whom no place was free. */
  giveTicket(actionId) {
    const { visit_type, party_size, name, who } = this.conflicts.find((one) => one.action_id === actionId);
    this.#add({ step: "ticket", visit_type, party_size, name, who });
    this.dismiss(actionId);
  }

  /** Check somebody in by their code; return what to say. */
  scanned(reference) {
    const visit = this.visits?.get(reference);
    if (!visit) return { isGood: false, text: words.scan.unknown };
    const said = { name: visit.name, time: visit.time, state: words.states[visit.status].word };
    if (nextStep(visit) !== "check_in") return { isGood: false, text: fill(words.scan.already, said) };
    this.tap(visit.key, "check_in");
    return { isGood: true, text: fill(words.scan.here, said) };
  }

  #add(tap) {
    const one = { action_id: crypto.randomUUID(), store: this.kept.store, happened_at: new Date(this.now()).toISOString(), ...tap };
    this.taps = [...this.taps, one];
    this.draw();
    // Sent only once it is kept: what the server knows, the tablet must not have forgotten.
    this.kept.addTap(one).then(() => this.sync.run(), () => this.sync.run());
  }

  #hold(key, visit) {
    const before = this.held.get(key);
    clearTimeout(before?.timer);
    const timer = setTimeout(() => {
      this.held.delete(key);
      this.draw();
    }, UNDO_SHOWN_MS);
    this.held.set(key, { group: before?.group || groupOf(visit, this.now(), this.day.grace_minutes), timer });
  }

  async dismiss(actionId) {
    const conflict = this.conflicts.find((one) => one.action_id === actionId);
    this.conflicts = this.conflicts.filter((one) => one !== conflict);
    this.draw();
    if (conflict) await this.kept.dismiss(conflict);
  }

  // --- what the server says ---

  async #answered(taps, results) {
    const sent = new Map(taps.map((tap) => [tap.action_id, tap]));
    const conflicts = [];
    for (const { action_id, result } of results) if (result === "busy") sent.delete(action_id); // it is sent again
    for (const { action_id, result, reason, reference, ticket, visit } of results) {
      const tap = sent.get(action_id);
      if (!tap) continue;
      if (tap.step === "walk_in" && reference) this.#named(action_id, reference);
      if (visit && this.day) this.day = withVisit(this.day, visit);
      if (result !== "conflict" && !ticket) continue; // a ticket's number is to be seen as well
      const time = this.day ? this.#clock(new Date(tap.happened_at)) : "";
      conflicts.push({ ...tap, reason, ticket, time, status: visit?.status || "", when: visit?.when || "" });
    }
    await this.kept.settle([...sent.values()], conflicts);
    this.taps = this.taps.filter((tap) => !sent.has(tap.action_id));
    this.conflicts = [...this.conflicts, ...conflicts];
    if (conflicts.length) this.etag = "";
    this.draw();
  }

  /** A walk-in has a reference now: taps that named it by its own tap go on with that. */
  #named(actionId, reference) {
    for (const tap of this.taps) if (tap.walk_in === actionId) [tap.reference, tap.walk_in] = [reference, ""];
    const held = this.held.get(actionId);
    if (held) this.held.set(reference, held);
  }

  async #fresh(etag, day) {
    [this.etag, this.day] = [etag, keepingSame(this.day, day)];
    this.ahead = Date.parse(day.now) - Date.now();
    if (Date.parse(day.wiped_at) > this.now()) await this.kept.keepDay(etag, day);
    this.draw();
  }

  #line(isOnline) {
    this.isOnline = isOnline;
    this.draw();
  }

  /** Nobody is signed in any more, or may be here: what is kept goes, and with a sign-in alone missing, taps stay. */
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

function shortened(name) {
  const parts = name.split(/\s+/);
  return parts.length < 2 ? name : `${parts[0]} ${[...parts[parts.length - 1]][0]}.`;
}
