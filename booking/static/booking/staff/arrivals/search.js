// @ts-check
// Finds people by what is typed: first name, beginning of the family name, reference, last digits of the phone. Pure.

/**
 * How names are read: letters without marks that Unicode does not take apart, and titles ("Mme Martin").
 * @typedef {{letters: Record<string, string>, titles: string[]}} Spelling
 */
/**
 * @typedef {{
 *   reference: string, name: string, find: string[], digits: string, status: string, starts_at: string,
 * }} Findable
 */

const REFERENCE_LEAST = 3;
const DIGITS_LEAST = 2;
const LENGTHS = [2, 3, 4]; // as in the module of the server that makes a visit's `find`
const LONGEST = Math.max(...LENGTHS);

/**
 * Return a text in lower case, without accents, as the server folds names; its words in a list.
 * @param {string} text
 * @param {Spelling} spelling
 * @returns {string[]}
 */
export function folded(text, spelling) {
  const bare = text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
  const plain = [...bare].map((letter) => spelling.letters[letter] ?? letter).join("");
  return plain.match(/[\p{L}\p{N}]+/gu) || [];
}

/**
 * Return 4 bits of a text's digest: what the server makes of the same.
 * @param {string} text
 */
function digit(text) {
  let found = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) found = Math.imul(found ^ byte, 0x01000193) >>> 0;
  return (((found ^ (found >>> 15)) >>> 7) & 15).toString(16);
}

/**
 * Return what finders of a word begin with where they are typed so far: no digit for a length not typed yet.
 * @param {string} word
 * @param {string} salt
 */
export function finder(word, salt) {
  const letters = [...word];
  const digits = LENGTHS.filter((length) => letters.length >= length)
    .map((length) => digit(salt + letters.slice(0, length).join("")));
  return letters[0] + digits.join("");
}

/**
 * Return the words of what is typed, without titles ("Mme Martin"), and the same with its short words joined on.
 * @param {string} query
 * @param {Spelling} spelling
 */
function spellings(query, spelling) {
  const all = folded(query, spelling);
  const names = all.filter((word) => !spelling.titles.includes(word));
  const typed = names.length ? names : all;
  /** @type {string[]} */
  const joined = [];
  for (const word of typed) {
    const before = joined.at(-1);
    if (before && before.length < LONGEST) joined[joined.length - 1] = before + word;
    else joined.push(word);
  }
  return [typed, joined];
}

/**
 * @param {Findable} visit
 * @param {string[]} typed
 * @param {string} salt
 * @param {Spelling} spelling
 */
function fits(visit, typed, salt, spelling) {
  const first = folded(visit.name.split(/\s/u)[0], spelling);
  return typed.every((word) => {
    if (first[0]?.startsWith(word) || first.join("").startsWith(word)) return true;
    const wanted = finder(word, salt);
    return visit.find.some((found) => found.startsWith(wanted));
  });
}

/**
 * Return the visits that fit, who is still awaited first; none for nothing typed.
 * @template {Findable} T
 * @param {T[]} visits
 * @param {string} query
 * @param {string} salt
 * @param {Spelling} spelling
 */
export function found(visits, query, salt, spelling) {
  if (!folded(query, spelling).length) return [];
  const typed = spellings(query, spelling);
  const plain = query.toUpperCase().replace(/[^0-9A-Z]/g, "");
  const digits = /^[\d\s.+-]+$/.test(query) ? query.replace(/\D/g, "") : "";
  /** @param {string} last */
  const isOfPhone = (last) => last !== "" && (last.endsWith(digits) || digits.endsWith(last));
  const hits = visits.filter((visit) =>
    (plain.length >= REFERENCE_LEAST && visit.reference.includes(plain))
    || (digits.length >= DIGITS_LEAST && isOfPhone(visit.digits))
    || typed.some((names) => fits(visit, names, salt, spelling)));
  /** @param {Findable} visit */
  const order = (visit) => (visit.status === "confirmed" ? 0 : 1);
  return hits.sort(
    (one, other) => order(one) - order(other) || Date.parse(one.starts_at) - Date.parse(other.starts_at),
  );
}
