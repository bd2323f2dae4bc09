// Finds the number that a page asks for before it books, while its reader reads. Where this cannot run, waiting does.
const AT_ONCE = 500;
const asked = document.querySelector("[data-salt]");
const form = asked.closest("form");
const goesOn = "goesOn" in asked.dataset;
const said = asked.querySelector("[data-words]");
let isReady = false;
let isPressed = false;

const sumOf = async (text) => {
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return Array.from(sum, (byte) => byte.toString(16).padStart(2, "0")).join("");
};

const find = async () => {
  for (let from = 0; ; from += AT_ONCE) {
    const sums = await Promise.all(Array.from({ length: AT_ONCE }, (_, step) => sumOf(asked.dataset.salt + (from + step))));
    const at = sums.indexOf(asked.dataset.digest);
    if (at >= 0) return from + at;
  }
};

const ready = (number) => {
  form.elements.proof.value = number;
  isReady = true;
  if (isPressed || goesOn) form.submit();
};

const sayMoment = () => {
  said.textContent = said.dataset.words;
};

if (window.crypto && crypto.subtle) {
  form.addEventListener("submit", (event) => {
    if (isReady || (event.submitter && event.submitter.hasAttribute("formaction"))) return;
    event.preventDefault();
    isPressed = true;
    sayMoment();
  });
  if (goesOn) {
    form.querySelector("[data-by-hand]").hidden = true;
    sayMoment();
  }
  find().then(ready);
} else if (goesOn) {
  setTimeout(() => form.submit(), 1000 * (Number(asked.dataset.wait) || 30)); // no sums on an address without https
}
