// @ts-check
// Visits kept on this device, if somebody wants it: in the browser's own storage alone. Nothing of them is sent.
// See docs/decisions/0064-visits-on-a-device.md.
/**
 * A kept visit: `path` opens it, `when` is said as it was on the page, `ends` is an ISO time.
 * @typedef {{ reference: string, store: string, when: string, ends: string, path: string }} KeptVisit
 */

const KEY = "carillon.visits";
const OWN_PATH = /^(\/[\w-]+){0,2}\/m\/[\w-]+$/;

/** @param {unknown} value @returns {value is KeptVisit} */
const isVisit = (value) =>
  typeof value === "object" &&
  value !== null &&
  ["reference", "store", "when", "ends", "path"].every((name) => typeof Reflect.get(value, name) === "string") &&
  OWN_PATH.test(Reflect.get(value, "path"));

/** What is kept, without visits that are over and without what is none of ours. @returns {KeptVisit[]} */
const read = () => {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) || "[]");
    return Array.isArray(found) ? found.filter((one) => isVisit(one) && Date.parse(one.ends) > Date.now()) : [];
  } catch {
    return [];
  }
};

/** @param {KeptVisit[]} visits */
const write = (visits) => {
  try {
    if (visits.length) localStorage.setItem(KEY, JSON.stringify(visits));
    else localStorage.removeItem(KEY);
    return true;
  } catch {
    return false; // a browser that keeps nothing
  }
};

/** @param {string} reference */
const forget = (reference) => write(read().filter((one) => one.reference !== reference));

/** @param {KeptVisit} visit */
const keep = (visit) => {
  const others = read().filter((one) => one.reference !== visit.reference);
  return write([...others, visit].sort((one, other) => one.ends.localeCompare(other.ends)));
};

/** The offer on a visit's page; what is kept of the visit is brought in line. @param {HTMLElement} offer */
const onVisit = (offer) => {
  const { reference = "", store = "", when = "", ends = "", path = "" } = offer.dataset;
  const visit = { reference, store, when, ends, path };
  const isKept = () => read().some((one) => one.reference === reference);
  const show = () => {
    for (const part of /** @type {NodeListOf<HTMLElement>} */ (offer.querySelectorAll("[data-if]"))) {
      part.hidden = (part.dataset.if === "kept") !== isKept();
    }
  };
  if (offer.dataset.isOpen !== "1") {
    if (isKept()) forget(reference);
    return;
  }
  if (isKept()) keep(visit); // moved, or with a new link
  show();
  offer.hidden = false;
  offer.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (!button) return;
    if (button.hasAttribute("data-keep")) keep(visit);
    else forget(reference);
    show();
    /** @type {HTMLElement | null} */
    const next = offer.querySelector("[data-if]:not([hidden]) button");
    next?.focus();
  });
};

/** The list on the page "My visits". @param {HTMLElement} section */
const onList = (section) => {
  const list = /** @type {HTMLElement} */ (section.querySelector("ul"));
  const row = /** @type {HTMLTemplateElement} */ (section.querySelector("template"));
  const said = /** @type {HTMLElement} */ (section.querySelector("[role=status]"));
  const show = () => {
    const visits = read();
    write(visits); // drops those that are over
    list.replaceChildren(
      ...visits.map((visit) => {
        const item = /** @type {DocumentFragment} */ (row.content.cloneNode(true));
        for (const part of item.querySelectorAll("[data-part]")) {
          part.textContent = part.getAttribute("data-part") === "store" ? visit.store : visit.when;
        }
        item.querySelector("a")?.setAttribute("href", visit.path);
        item.querySelector("button")?.setAttribute("data-forget", visit.reference);
        return item;
      }),
    );
    section.hidden = visits.length === 0 && !said.textContent;
    /** @type {HTMLElement | null} */
    const all = section.querySelector("[data-forget-all]");
    if (all) all.hidden = visits.length === 0;
  };
  section.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (!button) return;
    if (button.hasAttribute("data-forget-all")) write([]);
    else forget(button.dataset.forget || "");
    said.textContent = section.dataset.done || "";
    show();
    section.querySelector("h2")?.focus();
  });
  show();
};

const offer = document.getElementById("device-visit");
if (offer) onVisit(offer);
const section = document.getElementById("device-visits");
if (section) onList(section);
/** @type {NodeListOf<HTMLFormElement>} */
const endings = document.querySelectorAll("form[data-forget-visit]");
for (const form of endings) form.addEventListener("submit", () => forget(form.dataset.forgetVisit || ""));
