// @ts-check
// Draws the screen from the day as it stands: only what changed is drawn anew, so that a tap is seen at once.

import { groupOf } from "./day.js";
import { icon, make, part } from "./dom.js";
import { draw, drawnFrom, waitingWords } from "./rows.js";
import { fill } from "./texts.js";
import { counted, rules, words } from "./words.js";

/** @typedef {import("./rows.js").Shown} Shown */
/** @typedef {import("./desk.js").Conflict} Conflict */
/** @typedef {{section: HTMLElement, heading: HTMLElement, count: HTMLElement, list: HTMLUListElement}} Group */
/** @typedef {{element: HTMLLIElement, visit: import("./day.js").StandingVisit | null, drawnFrom: string}} Row */

const FOUND = "found";

export class View {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    /** @type {Map<string, Row>} */
    this.rows = new Map();
    this.said = "";
    this.shownConflicts = "";
    this.strip = part(root, "#line", HTMLElement);
    this.conflicts = part(root, "#conflicts", HTMLElement);
    this.tickets = part(root, "#tickets", HTMLElement);
    this.hidden = part(root, "#names-hidden", HTMLElement);
    this.room = part(root, "#room", HTMLElement);
    this.moment = part(document, "#moment", HTMLElement);
    this.empty = part(root, "#nobody", HTMLElement);
    this.lists = new Map([FOUND, ...rules.groups].map((slug) => [slug, this.#group(slug)]));
  }

  /**
   * @param {string} slug
   * @returns {Group}
   */
  #group(slug) {
    const id = `group-${slug}`;
    const count = make("span", { class: "count" });
    const heading = make("h2", { id }, words.groups[slug] || "", " ", count);
    const list = make("ul", { class: "arrivals" });
    const section = make("section", { class: `group group-${slug}`, "aria-labelledby": id, hidden: true });
    if (slug === "done") section.append(make("details", {}, make("summary", {}, heading), list));
    else section.append(heading, list);
    this.root.append(section);
    return { section, heading, count, list };
  }

  /** @param {Shown} shown */
  render(shown) {
    const keys = this.#keys(shown);
    for (const [slug, group] of this.lists) this.#fill(group, slug, keys.get(slug) || [], shown);
    for (const [key, row] of this.rows) if (!row.element.isConnected) this.rows.delete(key);
    this.#sayNobody(shown);
  }

  /**
   * Return which rows each group has, in their order.
   * @param {Shown} shown
   */
  #keys(shown) {
    /** @type {Map<string, string[]>} */
    const keys = new Map();
    if (shown.hits) return keys.set(FOUND, shown.hits.map((visit) => visit.key));
    for (const [key, visit] of shown.visits) {
      const slug = shown.held.get(key) || groupOf(visit, shown.now, rules);
      const group = keys.get(slug);
      if (group) group.push(key);
      else keys.set(slug, [key]);
    }
    return keys;
  }

  /**
   * @param {Group} group
   * @param {string} slug
   * @param {string[]} keys
   * @param {Shown} shown
   */
  #fill(group, slug, keys, shown) {
    group.section.hidden = keys.length === 0 && slug !== FOUND;
    if (slug === FOUND) {
      group.section.hidden = !shown.hits;
      if (shown.hits) group.heading.replaceChildren(counted(words.found, keys.length));
    } else {
      group.count.textContent = String(keys.length);
    }
    const rows = keys.map((key) => this.#row(key, shown));
    rows.forEach((row, place) => {
      if (group.list.children[place] !== row) group.list.insertBefore(row, group.list.children[place] || null);
    });
    while (group.list.children.length > rows.length) group.list.lastElementChild?.remove();
  }

  /**
   * @param {string} key
   * @param {Shown} shown
   */
  #row(key, shown) {
    const row = this.rows.get(key) || { element: make("li"), visit: null, drawnFrom: "" };
    this.rows.set(key, row);
    const visit = shown.visits.get(key);
    if (!visit) return row.element;
    const isChanged = shown.held.has(key);
    const from = drawnFrom(visit, shown, isChanged);
    if (row.visit !== visit || row.drawnFrom !== from) {
      [row.visit, row.drawnFrom] = [visit, from];
      draw(row.element, visit, shown, isChanged);
    }
    return row.element;
  }

  /** @param {Shown} shown */
  #sayNobody(shown) {
    const nobody = shown.hits ? words.nobody_fits : words.nobody_comes;
    const text = (shown.hits ? shown.hits.length : shown.visits.size) ? "" : nobody;
    this.empty.hidden = !text;
    part(this.empty, "p", HTMLElement).textContent = text;
  }

  /**
   * Say how the line is, how many taps wait for it, and how full the waiting room is, which is known by the line alone.
   * @param {boolean} isOnline
   * @param {number} waiting
   */
  sayLine(isOnline, waiting, room = "") {
    this.#sayRoom(isOnline ? room : "");
    const sent = waiting ? waitingWords(waiting) : "";
    this.say(isOnline ? sent : [words.no_line, sent].filter(Boolean).join(" "), isOnline ? "" : "is-offline");
  }

  /**
   * Say that names are hidden, and where to show them again.
   * @param {boolean} areHidden
   * @param {string} address
   */
  sayHidden(areHidden, address) {
    if (this.hidden.hidden === !areHidden) return;
    this.hidden.hidden = !areHidden;
    const link = address ? make("a", { class: "button", href: address }, words.show_names) : "";
    this.hidden.replaceChildren(icon("warning"), make("div", {}, make("p", {}, words.names_hidden), link));
  }

  /**
   * Say how many wait in the waiting room; "" hides it.
   * @param {string} text
   */
  #sayRoom(text) {
    this.room.hidden = !text;
    const words = part(this.room, "p", HTMLElement);
    if (words.textContent !== text) words.textContent = text;
  }

  /** @param {string} text */
  sayMoment(text) {
    if (this.moment.textContent !== text) this.moment.textContent = text;
  }

  /** @param {string} text */
  say(text, look = "") {
    if (this.said === text + look) return;
    this.said = text + look;
    this.strip.hidden = !text;
    this.strip.className = `connection ${look}`.trim();
    this.strip.replaceChildren(text ? icon(look ? "warning" : "up") : "", make("span", {}, text));
  }

  /**
   * Show what was not taken, and tickets that were given, until somebody has seen to it.
   * @param {Conflict[]} conflicts
   * @param {boolean} isManager
   */
  showConflicts(conflicts, isManager) {
    const from = JSON.stringify([conflicts, isManager]);
    if (this.shownConflicts === from) return;
    this.shownConflicts = from;
    const given = conflicts.filter((one) => one.ticket);
    const missed = conflicts.filter((one) => !one.ticket);
    this.tickets.hidden = given.length === 0;
    part(this.tickets, "ul", HTMLElement).replaceChildren(...given.map((one) => this.#ticket(one)));
    this.conflicts.hidden = missed.length === 0;
    part(this.conflicts, "ul", HTMLElement).replaceChildren(...missed.map((one) => this.#conflict(one, isManager)));
  }

  /**
   * @param {Conflict} conflict
   * @param {boolean} isManager
   */
  #conflict(conflict, isManager) {
    const who = conflict.who || words.hidden_name;
    const about = fill(words.conflict, { name: who, step: words.steps[conflict.step], time: conflict.time });
    const why = fill(words.reasons[conflict.reason] || words.reasons.invalid, {
      state: conflict.status ? words.states[conflict.status].word : "", when: conflict.when,
    });
    const acts = [this.#seen(conflict)];
    if (["slot_full", "slot_closed"].includes(conflict.reason) && isManager) {
      acts.unshift(make("button", { type: "button", class: "button button-stop", "data-squeeze": conflict.action_id },
        words.squeeze));
    }
    if (["slot_full", "not_spoken"].includes(conflict.reason) && conflict.step === "walk_in") {
      const attributes = { type: "button", class: "button", "data-ticket": conflict.action_id };
      acts.unshift(make("button", attributes, words.give_ticket));
    }
    return make("li", { class: "conflict" }, icon("warning"), make("div", {}, make("p", {}, make("strong", {}, about)),
      make("p", {}, why), make("div", { class: "conflict-acts" }, acts)));
  }

  /** @param {Conflict} conflict */
  #ticket(conflict) {
    const text = fill(words.has_ticket, { name: conflict.who || words.hidden_name, number: conflict.ticket });
    return make("li", { class: "conflict" }, icon("check"), make("div", {}, make("p", {}, make("strong", {}, text)),
      make("div", { class: "conflict-acts" }, this.#seen(conflict))));
  }

  /** @param {Conflict} conflict */
  #seen(conflict) {
    const name = `${words.seen}, ${conflict.who}`;
    const look = "button button-second";
    const attributes = { type: "button", class: look, "data-dismiss": conflict.action_id, "aria-label": name };
    return make("button", attributes, words.seen);
  }
}
