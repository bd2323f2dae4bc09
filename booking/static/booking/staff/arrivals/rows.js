// One visit as a row: the name largest, the one large button at the thumb's side, its history behind the dots.

import { isOverdue, nextStep } from "./day.js";
import { counted, fill, words } from "./words.js";

/** Make an element: `attributes` as they stand in HTML, children as text or elements; what is empty is left out. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== "" && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== "" && child !== null && child !== undefined));
  return element;
}

/** Return a drawing that the page handed over. */
export function icon(name) {
  const held = document.getElementById(`icon-${name}`);
  return held ? held.content.cloneNode(true) : "";
}

function badge(state) {
  const { word, icon: drawing, tone } = words.states[state];
  return make("span", { class: `badge ${tone}`.trim() }, icon(drawing), word);
}

function button(kind, label, visit, look) {
  const whose = make("span", { class: "visually-hidden" }, `, ${visit.name}`);
  return make("button", { type: "button", class: look, "data-act": kind }, kind === "undo" ? icon("undo") : "", label, whose);
}

function what(visit) {
  const until = visit.until ? fill(words.until, { time: visit.until }) : "";
  const parts = [visit.visit_type, visit.people, visit.desk, until, visit.source].filter(Boolean);
  return make("span", { class: "arrival-what" }, make("time", {}, visit.time), ` · ${parts.join(" · ")}`);
}

function state(visit, shown, isChanged) {
  const parts = [];
  const name = isOverdue(visit, shown.now, shown.day.grace_minutes) ? "late" : visit.status;
  if (shown.isFound || isChanged || name !== "confirmed") parts.push(badge(name));
  if (visit.said_late && visit.status === "confirmed") {
    parts.push(make("span", { class: "badge badge-brass" }, icon("clock"), visit.said_late));
  }
  if (visit.pending) parts.push(make("span", { class: "badge badge-waits" }, icon("up"), words.not_sent));
  if (visit.since) parts.push(make("span", { class: "soft" }, ` ${fill(words.since, { time: visit.since })}`));
  return make("span", { class: "arrival-state", role: isChanged ? "status" : "" }, parts);
}

function history(visit) {
  const line = (event) => {
    const said = fill(words.history_line, { time: event.time, what: words.events[event.kind] || event.kind });
    return make("li", {}, event.who ? `${said} · ${event.who}` : said);
  };
  return make("ul", { class: "arrival-history" }, visit.history.map(line));
}

function more(visit, isOpen) {
  if (!visit.history.length) return "";
  const label = `${words.more}, ${visit.name}`;
  const undo = visit.undoes ? button("undo", words.steps.undo, visit, "act") : "";
  return make("details", { class: "more", open: isOpen }, make("summary", { "aria-label": label }, "…"),
    make("div", { class: "more-inside" }, history(visit), undo));
}

function acts(visit, shown, isChanged, isOpen) {
  const parts = [];
  if (isOverdue(visit, shown.now, shown.day.grace_minutes)) {
    parts.push(button("no_show", words.steps.no_show, visit, "act"));
  }
  if (isChanged && visit.undoes) parts.push(button("undo", words.steps.undo, visit, "act act-undo"));
  parts.push(more(visit, isOpen));
  return make("div", { class: "arrival-acts" }, parts);
}

/** Return what a row is drawn from besides the visit: the same of both, the same row. */
export function drawnFrom(visit, shown, isChanged) {
  const isLate = isOverdue(visit, shown.now, shown.day.grace_minutes);
  return [isChanged, shown.isFound, shown.areNamesHidden, isLate].map(Number).join("");
}

/** Draw a visit into its row; a focus inside stays on the button that has its place. */
export function draw(row, visit, shown, isChanged) {
  const seen = shown.areNamesHidden ? { ...visit, name: words.hidden_name, note: "", facts: [] } : visit;
  const focused = row.contains(document.activeElement) ? document.activeElement : null;
  const isOpen = row.querySelector("details.more")?.open || false;
  const step = nextStep(seen);
  row.className = `arrival arrival-${isOverdue(seen, shown.now, shown.day.grace_minutes) ? "late" : seen.status}${isChanged ? " is-changed" : ""}`;
  row.id = `visit-${visit.reference || visit.key}`;
  row.dataset.key = visit.key;
  const who = make("div", { class: "arrival-who" }, make("strong", {}, seen.name), what(seen),
    state(seen, shown, isChanged),
    seen.facts.length ? make("ul", { class: "visit-facts" }, seen.facts.map((fact) => make("li", {}, make("span", {}, fact)))) : "",
    seen.note ? make("span", { class: "arrival-note" }, seen.note) : "");
  const main = step ? button(step, words.steps[step], seen, `arrival-main main-${step}`) : "";
  if (main) main.dataset.isMain = "";
  row.replaceChildren(who, acts(seen, shown, isChanged, isOpen), main);
  if (focused) putFocus(row, focused);
}

function putFocus(row, before) {
  const place = "isMain" in before.dataset ? "[data-is-main]" : before.dataset.act && `[data-act=${before.dataset.act}]`;
  const wanted = before.matches("summary") ? row.querySelector("summary") : place && row.querySelector(place);
  (wanted || row.querySelector("[data-is-main], [data-act=undo], summary"))?.focus({ preventScroll: true });
}

/** Say how many taps wait for the line. */
export function waitingWords(count) {
  return counted(words.waiting_taps, count);
}
