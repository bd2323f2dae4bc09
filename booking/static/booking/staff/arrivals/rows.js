// @ts-check
// One visit as a row: the name largest, the one large button at the thumb's side, its history behind the dots.

import { isOverdue, nextStep } from "./day.js";
import { icon, make } from "./dom.js";
import { fill } from "./texts.js";
import { counted, rules, words } from "./words.js";

/** @typedef {import("./day.js").StandingVisit} StandingVisit */
/**
 * What the screen shows: `hits` is null where nothing is sought, `held` the group by key of rows just tapped.
 * @typedef {{
 *   visits: Map<string, StandingVisit>, now: number, hits: StandingVisit[] | null, isFound: boolean,
 *   held: Map<string, string>, areNamesHidden: boolean,
 * }} Shown
 */

/** @param {string} state */
function badge(state) {
  const { word, icon: drawing, tone } = words.states[state];
  return make("span", { class: `badge ${tone}`.trim() }, icon(drawing), word);
}

/**
 * @param {string} kind
 * @param {string} label
 * @param {StandingVisit} visit
 * @param {string} look
 */
function button(kind, label, visit, look) {
  const whose = make("span", { class: "visually-hidden" }, `, ${visit.name}`);
  const drawing = kind === "undo" ? icon("undo") : "";
  return make("button", { type: "button", class: look, "data-act": kind }, drawing, label, whose);
}

/** @param {StandingVisit} visit */
function what(visit) {
  const until = visit.until ? fill(words.until, { time: visit.until }) : "";
  const parts = [visit.visit_type, visit.people, visit.desk, until, visit.source].filter(Boolean);
  return make("span", { class: "arrival-what" }, make("time", {}, visit.time), ` · ${parts.join(" · ")}`);
}

/**
 * @param {StandingVisit} visit
 * @param {Shown} shown
 * @param {boolean} isChanged
 */
function state(visit, shown, isChanged) {
  /** @type {HTMLElement[]} */
  const parts = [];
  const name = isOverdue(visit, shown.now, rules) ? "late" : visit.status;
  if (shown.isFound || isChanged || name !== "confirmed") parts.push(badge(name));
  if (visit.said_late && visit.status === "confirmed") {
    parts.push(make("span", { class: "badge badge-brass" }, icon("clock"), visit.said_late));
  }
  if (visit.pending) parts.push(make("span", { class: "badge badge-waits" }, icon("up"), words.not_sent));
  if (visit.since) parts.push(make("span", { class: "soft" }, ` ${fill(words.since, { time: visit.since })}`));
  return make("span", { class: "arrival-state", role: isChanged ? "status" : "" }, parts);
}

/** @param {StandingVisit} visit */
function history(visit) {
  /** @param {import("./day.js").Happened} event */
  const line = (event) => {
    const said = fill(words.history_line, { time: event.time, what: words.events[event.kind] || event.kind });
    return make("li", {}, event.who ? `${said} · ${event.who}` : said);
  };
  return make("ul", { class: "arrival-history" }, visit.history.map(line));
}

/**
 * @param {StandingVisit} visit
 * @param {boolean} isOpen
 */
function more(visit, isOpen) {
  if (!visit.history.length) return "";
  const label = `${words.more}, ${visit.name}`;
  const undo = visit.undoes ? button("undo", words.steps.undo, visit, "act") : "";
  return make("details", { class: "more", open: isOpen }, make("summary", { "aria-label": label }, "…"),
    make("div", { class: "more-inside" }, history(visit), undo));
}

/**
 * @param {StandingVisit} visit
 * @param {Shown} shown
 * @param {boolean} isChanged
 * @param {boolean} isOpen
 */
function acts(visit, shown, isChanged, isOpen) {
  /** @type {import("./dom.js").Child[]} */
  const parts = [];
  if (isOverdue(visit, shown.now, rules)) {
    parts.push(button("no_show", words.steps.no_show, visit, "act"));
  }
  if (isChanged && visit.undoes) parts.push(button("undo", words.steps.undo, visit, "act act-undo"));
  parts.push(more(visit, isOpen));
  return make("div", { class: "arrival-acts" }, parts);
}

/**
 * Return what a row is drawn from besides the visit: the same of both, the same row.
 * @param {StandingVisit} visit
 * @param {Shown} shown
 * @param {boolean} isChanged
 */
export function drawnFrom(visit, shown, isChanged) {
  const isLate = isOverdue(visit, shown.now, rules);
  return [isChanged, shown.isFound, shown.areNamesHidden, isLate].map(Number).join("");
}

/** @param {StandingVisit} visit */
function factsOf(visit) {
  const asked = visit.status === "confirmed" && visit.asked_to_move;
  const facts = asked ? [asked, ...visit.facts] : visit.facts;
  const line = (/** @type {string} */ fact) => make("li", {}, make("span", {}, fact));
  return facts.length ? make("ul", { class: "visit-facts" }, facts.map(line)) : "";
}

/**
 * Draw a visit into its row; a focus inside stays on the button that has its place.
 * @param {HTMLLIElement} row
 * @param {StandingVisit} visit
 * @param {Shown} shown
 * @param {boolean} isChanged
 */
export function draw(row, visit, shown, isChanged) {
  const seen = shown.areNamesHidden ? { ...visit, name: words.hidden_name, note: "", facts: [] } : visit;
  const active = document.activeElement;
  const focused = active instanceof HTMLElement && row.contains(active) ? active : null;
  const isOpen = row.querySelector("details.more[open]") !== null;
  const step = nextStep(seen, rules);
  const look = isOverdue(seen, shown.now, rules) ? "late" : seen.status;
  row.className = `arrival arrival-${look}${isChanged ? " is-changed" : ""}`;
  row.id = `visit-${visit.reference || visit.key}`;
  row.dataset.key = visit.key;
  const who = make("div", { class: "arrival-who" }, make("strong", {}, seen.name), what(seen),
    state(seen, shown, isChanged),
    factsOf(seen),
    seen.note ? make("span", { class: "arrival-note" }, seen.note) : "");
  const main = step ? button(step, words.steps[step], seen, `arrival-main main-${step}`) : "";
  if (main) main.dataset.isMain = "";
  row.replaceChildren(who, acts(seen, shown, isChanged, isOpen), main);
  if (focused) putFocus(row, focused);
}

/**
 * @param {HTMLLIElement} row
 * @param {HTMLElement} before
 */
function putFocus(row, before) {
  const { act } = before.dataset;
  const place = "isMain" in before.dataset ? "[data-is-main]" : act && `[data-act=${act}]`;
  /** @type {HTMLElement | null | undefined | ""} */
  const wanted = before.matches("summary") ? row.querySelector("summary") : place && row.querySelector(place);
  /** @type {HTMLElement | null} */
  const found = wanted || row.querySelector("[data-is-main], [data-act=undo], summary");
  found?.focus({ preventScroll: true });
}

/**
 * Say how many taps wait for the line.
 * @param {number} count
 */
export function waitingWords(count) {
  return counted(words.waiting_taps, count);
}
