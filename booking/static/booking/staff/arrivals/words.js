// @ts-check
// What the page hands over: the words of the screen in the reader's language, and the rules of a visit's day. None of
// them stand in these files.

import { clockTime, countedBy } from "./texts.js";

/** @typedef {import("./texts.js").Forms} Forms */
/** @typedef {import("./day.js").Rules} Rules */
/**
 * The words of the screen, by name; what a step, a state or an event is called, by its own.
 * @typedef {{
 *   clock: import("./texts.js").ClockWords, letters: Record<string, string>, titles: string[],
 *   states: Record<string, {word: string, icon: string, tone: string}>, steps: Record<string, string>,
 *   events: Record<string, string>, groups: Record<string, string>, reasons: Record<string, string>,
 *   scan: {hold: string, here: string, already: string, unknown: string, other: string, no_camera: string},
 *   people: Forms, found: Forms, waiting_taps: Forms, sign_out_anyway: Forms, moment: string, until: string,
 *   since: string, more: string, walk_in: string, history_line: string, hidden_name: string, names_hidden: string,
 *   show_names: string, not_sent: string, no_line: string, nobody_fits: string, nobody_comes: string,
 *   day_over: string, seen: string, squeeze: string, give_ticket: string, has_ticket: string, conflict: string,
 * }} Words
 */

/**
 * Return what the page hands over under a name.
 * @param {string} id
 */
function handed(id) {
  return JSON.parse(document.getElementById(id)?.textContent || "{}");
}

/** @type {Words} */
export const words = handed("arrivals-words");
/** @type {Rules} */
export const rules = handed("arrivals-rules");
const plural = new Intl.PluralRules(document.documentElement.lang || "en");

/**
 * Say how many, in the form that the number asks for.
 * @param {Forms} forms
 * @param {number} count
 */
export function counted(forms, count) {
  return countedBy(plural, forms, count);
}

/**
 * Say an instant as a clock on the store's wall shows it.
 * @param {Date} moment
 * @param {string} zone
 */
export function clock(moment, zone) {
  return clockTime(moment, zone, words.clock);
}
