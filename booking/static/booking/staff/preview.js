// @ts-check
// Shows the texts anew while somebody types; the button does the same without it.
"use strict";

(() => {
  const PAUSE_MS = 400;
  const place = /** @type {HTMLElement} */ (document.getElementById("preview"));
  const form = /** @type {HTMLFormElement} */ (place?.closest("form"));
  if (!form) return;
  let timer = 0;
  let latest = 0;

  async function show() {
    const turn = ++latest;
    const typed = /** @type {[string, string][]} */ ([...new FormData(form)]); // no file among them
    const body = new URLSearchParams(typed);
    body.set("what", "preview");
    try {
      const answer = await fetch(location.pathname, { method: "POST", body, redirect: "manual" });
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("preview");
      if (turn === latest && fresh) place.replaceChildren(...fresh.childNodes);
    } catch {
      // No connection: the next key asks once more.
    }
  }

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(show, PAUSE_MS);
  });
  form.querySelector("[value=preview]")?.remove();
})();
