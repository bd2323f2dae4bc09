// Shows, while a number is typed, which visits of this store it has had. The form works as well without it.
"use strict";

(() => {
  const PAUSE_MS = 300;
  const LEAST_DIGITS = 6;
  const input = document.getElementById("id_phone");
  const place = document.getElementById("caller-visits");
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
    body.set("csrfmiddlewaretoken", input.form.elements.csrfmiddlewaretoken.value);
    try {
      const answer = await fetch(place.dataset.url, { method: "POST", body, redirect: "manual" });
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
