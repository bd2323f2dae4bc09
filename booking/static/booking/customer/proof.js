// @ts-check
// Finds the number that a page asks for before it books, while its reader reads. Where this cannot run, waiting does.
const AT_ONCE = 500;
const asked = /** @type {HTMLElement} */ (document.querySelector("[data-salt]"));
const form = /** @type {HTMLFormElement} */ (asked.closest("form"));
const field = /** @type {HTMLInputElement} */ (form.elements.namedItem("proof"));
const { salt = "", digest = "" } = asked.dataset;
const goesOn = "goesOn" in asked.dataset;
const said = /** @type {HTMLElement} */ (asked.querySelector("[data-words]"));
let isReady = false;
let isPressed = false;

/** @param {string} text */
const sumOf = async (text) => {
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return Array.from(sum, (byte) => byte.toString(16).padStart(2, "0")).join("");
};

const find = async () => {
  for (let from = 0; ; from += AT_ONCE) {
    const sums = await Promise.all(Array.from({ length: AT_ONCE }, (_, step) => sumOf(salt + (from + step))));
    const at = sums.indexOf(digest);
    if (at >= 0) return from + at;
  }
};

/** @param {number} number */
const ready = (number) => {
  field.value = String(number);
  isReady = true;
  if (isPressed || goesOn) form.submit();
};

const sayMoment = () => {
  said.textContent = said.dataset.words || "";
};

if ("crypto" in window && "subtle" in crypto) {
  form.addEventListener("submit", (event) => {
    if (isReady || (event.submitter && event.submitter.hasAttribute("formaction"))) return;
    event.preventDefault();
    isPressed = true;
    sayMoment();
  });
  if (goesOn) {
    const byHand = /** @type {HTMLElement} */ (form.querySelector("[data-by-hand]"));
    byHand.hidden = true;
    sayMoment();
  }
  find().then(ready);
} else if (goesOn) {
  setTimeout(() => form.submit(), 1000 * (Number(asked.dataset.wait) || 30)); // no sums on an address without https
}
