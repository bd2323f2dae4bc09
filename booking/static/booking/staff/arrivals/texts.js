// @ts-check
// Puts values into the texts that the page handed over. Pure: what the page handed over is in words.js.

/** @typedef {{one: string, other: string}} Forms  Both forms of a text that counts. */
/** @typedef {{text: string, is_padded: boolean}} ClockWords  How a time of day is written. */

/**
 * Put values into a text: "{name} is here".
 * @param {string} text
 * @param {Record<string, string | number | undefined>} values
 */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/**
 * Say how many, in the form that the number asks for.
 * @param {Intl.PluralRules} plural
 * @param {Forms} forms
 * @param {number} count
 */
export function countedBy(plural, forms, count) {
  return fill(plural.select(count) === "one" ? forms.one : forms.other, { count });
}

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map(); // one takes longer to make than a tap may

/** @param {string} zone */
function formatOf(zone) {
  const known = formats.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" });
  formats.set(zone, made);
  return made;
}

/**
 * Say an instant as a clock on the wall of that zone shows it.
 * @param {Date} moment
 * @param {string} zone
 * @param {ClockWords} words
 */
export function clockTime(moment, zone, words) {
  const parts = formatOf(zone).formatToParts(moment);
  /** @param {string} type */
  const of = (type) => parts.find((part) => part.type === type)?.value || "";
  const hour = words.is_padded ? of("hour") : String(Number(of("hour")));
  return words.text.replace("{hour}", hour).replace("{minute:02d}", of("minute"));
}

/**
 * Return a name as the screen shows it: the first name and the initial of the last.
 * @param {string} name
 */
export function shortened(name) {
  const parts = name.split(/\s+/);
  return parts.length < 2 ? name : `${parts[0]} ${[...parts[parts.length - 1]][0]}.`;
}
