// @ts-check
// What was typed stays with its page: after a reload, and when somebody comes back to it.
/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Field */

const form = /** @type {HTMLFormElement} */ (document.getElementById("details"));
const all = /** @type {Field[]} */ ([...form.elements]);
const fields = all.filter((field) => field.name && field.type !== "hidden" && field.name !== "homepage");

/** @param {Field} field */
const isTicked = (field) => field instanceof HTMLInputElement && field.checked;

const keep = () => {
  const typed = fields.map((field) => (/^(checkbox|radio)$/.test(field.type) ? isTicked(field) : field.value));
  history.replaceState({ ...history.state, typed }, "");
};

const typed = history.state && history.state.typed;
if (typed && typed.length === fields.length) {
  fields.forEach((field, at) => {
    if (typeof typed[at] === "boolean" && field instanceof HTMLInputElement) field.checked = typed[at];
    else if (!field.value) field.value = typed[at];
  });
  const more = /** @type {HTMLDetailsElement | null} */ (form.querySelector("details.more"));
  const inside = /** @type {NodeListOf<Field> | undefined} */ (more?.querySelectorAll("input, textarea"));
  if (more && inside && [...inside].some((field) => isTicked(field) || (field.type !== "checkbox" && field.value))) {
    more.open = true;
  }
}
form.addEventListener("change", keep);
addEventListener("pagehide", keep);

// The link back takes along what was typed, as the button does that leads there.
const back = /** @type {HTMLAnchorElement} */ (document.querySelector("a.back"));
back.addEventListener("click", (event) => {
  const isElsewhere = event.ctrlKey || event.metaKey || event.shiftKey;
  /** @type {HTMLButtonElement | null} */
  const button = form.querySelector("button[data-before]");
  if (!button || isElsewhere) return;
  if (!fields.some((field) => !/^(checkbox|radio)$/.test(field.type) && field.value)) return;
  event.preventDefault();
  button.click();
});
