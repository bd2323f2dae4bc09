// @ts-check
// Shows, while a number is typed, which visits of this store it has had, and the free times of the day, kind, number
// and desk as soon as one of them changes. The form works as well without it.
"use strict";

(() => {
  const PAUSE_MS = 300;
  const LEAST_DIGITS = 6;
  const input = /** @type {HTMLInputElement} */ (document.getElementById("id_phone"));
  const place = /** @type {HTMLElement} */ (document.getElementById("caller-visits"));
  if (!input || !place) return;
  let timer = 0;
  let shown = "";
  let latest = 0;

  async function ask() {
    const digits = input.value.replace(/[^0-9+]/g, "");
    if (digits === shown) return;
    shown = digits;
    const turn = ++latest;
    if (digits.length < LEAST_DIGITS) return place.replaceChildren();
    const body = new URLSearchParams({ phone: input.value });
    const token = input.form?.elements.namedItem("csrfmiddlewaretoken");
    if (token instanceof HTMLInputElement) body.set(token.name, token.value);
    try {
      const answer = await fetch(place.dataset.url || "", { method: "POST", body, redirect: "manual" });
      if (turn !== latest) return; // more was typed meanwhile
      if (!answer.ok) return place.replaceChildren();
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (turn === latest) place.replaceChildren(...fresh.body.childNodes);
    } catch {
      shown = ""; // no connection: the next key asks once more
    }
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE_MS);
  });
  input.addEventListener("change", ask);
})();

(() => {
  const PAUSE_MS = 250;
  const ASKED = ["visit_type", "party_size", "date", "desk", "language"];
  const form = /** @type {HTMLFormElement} */ (document.getElementById("caller-form"));
  const button = /** @type {HTMLElement} */ (document.getElementById("show-times"));
  if (!form || !button) return;
  let timer = 0;
  let latest = 0;

  const times = () => /** @type {HTMLElement} */ (document.getElementById("id_times"));
  const starts = () => /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll("[name=starts_at]")]);
  const chosen = () => starts().find((one) => one.checked)?.value;

  async function show() {
    const turn = ++latest;
    const typed = /** @type {[string, string][]} */ ([...new FormData(form)]); // no file among them
    const body = new URLSearchParams(typed);
    body.set("show", "1");
    times().setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("id_times");
      if (turn !== latest) return; // another field was changed meanwhile
      if (!fresh) throw new Error("no times");
      const wanted = chosen();
      times().replaceChildren(...fresh.childNodes);
      times().classList.remove("is-wrong");
      times().removeAttribute("aria-busy");
      const asked = page.getElementById("id_questions"); // each kind of visit has its own, with what was typed
      if (asked) document.getElementById("id_questions")?.replaceChildren(...asked.childNodes);
      const same = wanted && starts().find((one) => one.value === wanted);
      if (same) same.checked = true;
      button.hidden = true;
    } catch {
      // No connection, or signed out: the button asks once more, and the server compares what is sent.
      if (turn === latest) times().removeAttribute("aria-busy");
      button.hidden = false;
    }
  }

  form.addEventListener("change", (event) => {
    const name = event.target instanceof Element ? event.target.getAttribute("name") : null;
    if (!ASKED.includes(name || "")) return;
    latest += 1; // an answer on its way is of what was chosen before
    clearTimeout(timer);
    timer = setTimeout(show, PAUSE_MS);
  });
  button.hidden = true;
})();
