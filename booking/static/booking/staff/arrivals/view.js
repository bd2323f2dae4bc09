// Draws the screen from the day as it stands: only what changed is drawn anew, so that a tap is seen at once.

import { GROUPS, groupOf } from "./day.js";
import { draw, drawnFrom, icon, make, waitingWords } from "./rows.js";
import { counted, fill, words } from "./words.js";

export class View {
  constructor(root) {
    this.root = root;
    this.rows = new Map();
    this.said = "";
    this.shownConflicts = "";
    this.strip = root.querySelector("#line");
    this.conflicts = root.querySelector("#conflicts");
    this.tickets = root.querySelector("#tickets");
    this.hidden = root.querySelector("#names-hidden");
    this.moment = document.getElementById("moment");
    this.empty = root.querySelector("#nobody");
    this.lists = new Map(["found", ...GROUPS].map((slug) => [slug, this.#group(slug)]));
  }

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

  /** `shown`: day, visits by key, now, hits (null where nothing is sought), held groups by key, areNamesHidden. */
  render(shown) {
    const keys = new Map(["found", ...GROUPS].map((slug) => [slug, []]));
    if (shown.hits) for (const visit of shown.hits) keys.get("found").push(visit.key);
    else for (const [key, visit] of shown.visits) keys.get(shown.held.get(key) || groupOf(visit, shown.now, shown.day.grace_minutes)).push(key);
    for (const [slug, group] of this.lists) this.#fill(group, slug, keys.get(slug), shown);
    for (const [key, row] of this.rows) if (!row.isConnected) this.rows.delete(key);
    this.#sayNobody(shown);
  }

  #fill(group, slug, keys, shown) {
    group.section.hidden = keys.length === 0 && slug !== "found";
    if (slug === "found") {
      group.section.hidden = !shown.hits;
      if (shown.hits) group.heading.replaceChildren(counted(words.found, keys.length));
    } else {
      group.count.textContent = String(keys.length);
    }
    const rows = keys.map((key) => this.#row(key, shown));
    rows.forEach((row, place) => {
      if (group.list.children[place] !== row) group.list.insertBefore(row, group.list.children[place] || null);
    });
    while (group.list.children.length > rows.length) group.list.lastElementChild.remove();
  }

  #row(key, shown) {
    const visit = shown.visits.get(key);
    const isChanged = shown.held.has(key);
    const from = drawnFrom(visit, shown, isChanged);
    let row = this.rows.get(key);
    if (!row) {
      row = make("li");
      this.rows.set(key, row);
    }
    if (row.visit !== visit || row.drawnFrom !== from) {
      [row.visit, row.drawnFrom] = [visit, from];
      draw(row, visit, shown, isChanged);
    }
    return row;
  }

  #sayNobody(shown) {
    const text = shown.hits ? (shown.hits.length ? "" : words.nobody_fits) : shown.visits.size ? "" : words.nobody_comes;
    this.empty.hidden = !text;
    this.empty.querySelector("p").textContent = text;
  }

  /** Say how the line is, and how many taps wait for it. */
  sayLine(isOnline, waiting) {
    const sent = waiting ? waitingWords(waiting) : "";
    this.say(isOnline ? sent : [words.no_line, sent].filter(Boolean).join(" "), isOnline ? "" : "is-offline");
  }

  /** Say that names are hidden, and where to show them again. */
  sayHidden(areHidden, address) {
    if (this.hidden.hidden === !areHidden) return;
    this.hidden.hidden = !areHidden;
    const link = address ? make("a", { class: "button", href: address }, words.show_names) : "";
    this.hidden.replaceChildren(icon("warning"), make("div", {}, make("p", {}, words.names_hidden), link));
  }

  sayMoment(text) {
    if (this.moment.textContent !== text) this.moment.textContent = text;
  }

  say(text, look = "") {
    if (this.said === text + look) return;
    this.said = text + look;
    this.strip.hidden = !text;
    this.strip.className = `connection ${look}`.trim();
    this.strip.replaceChildren(text ? icon(look ? "warning" : "up") : "", make("span", {}, text));
  }

  /** Show what was not taken, and tickets that were given, until somebody has seen to it. */
  showConflicts(conflicts, isManager) {
    const from = JSON.stringify([conflicts, isManager]);
    if (this.shownConflicts === from) return;
    this.shownConflicts = from;
    const given = conflicts.filter((one) => one.ticket);
    const missed = conflicts.filter((one) => !one.ticket);
    this.tickets.hidden = given.length === 0;
    this.tickets.querySelector("ul").replaceChildren(...given.map((one) => this.#ticket(one)));
    this.conflicts.hidden = missed.length === 0;
    this.conflicts.querySelector("ul").replaceChildren(...missed.map((one) => this.#conflict(one, isManager)));
  }

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
    if (conflict.reason === "slot_full" && conflict.step === "walk_in") {
      acts.unshift(make("button", { type: "button", class: "button", "data-ticket": conflict.action_id }, words.give_ticket));
    }
    return make("li", { class: "conflict" }, icon("warning"), make("div", {}, make("p", {}, make("strong", {}, about)),
      make("p", {}, why), make("div", { class: "conflict-acts" }, acts)));
  }

  #ticket(conflict) {
    const text = fill(words.has_ticket, { name: conflict.who || words.hidden_name, number: conflict.ticket });
    return make("li", { class: "conflict" }, icon("check"), make("div", {}, make("p", {}, make("strong", {}, text)),
      make("div", { class: "conflict-acts" }, this.#seen(conflict))));
  }

  #seen(conflict) {
    const name = `${words.seen}, ${conflict.who}`;
    return make("button", { type: "button", class: "button button-second", "data-dismiss": conflict.action_id, "aria-label": name },
      words.seen);
  }
}
