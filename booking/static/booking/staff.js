// Shows what has changed on the day and on the arrivals screen, without a tap. Both work as well without it.
"use strict";

(() => {
  const EVERY_MS = 5000;
  const UNDO_SHOWN_MS = 10000;
  const main = document.querySelector("main");
  const marked = main.querySelector("[data-etag]");
  if (!marked) return;
  const FINGER = "where the finger was";
  let etag = marked.dataset.etag;
  let asking = false;

  function isChanged(input) {
    if (input.type === "radio") return input.checked !== input.defaultChecked;
    return input.type !== "hidden" && input.value !== input.defaultValue;
  }

  function isBusy() {
    const active = document.activeElement;
    const isTyping = active.matches("input, select, textarea") && main.contains(active);
    const isOpen = main.querySelector(".more[open]") !== null;
    return document.hidden || isTyping || isOpen || [...main.querySelectorAll("input")].some(isChanged);
  }

  function nameOf(element) {
    if (!element || !main.contains(element)) return null;
    if (element.id) return `#${CSS.escape(element.id)}`;
    const target = element.getAttribute("formaction");
    return target ? `[formaction="${CSS.escape(target)}"]` : null;
  }

  function show(html) {
    const fresh = new DOMParser().parseFromString(html, "text/html");
    const next = fresh.querySelector("main");
    if (!next || !next.querySelector("[data-etag]")) return location.reload();
    const focused = nameOf(document.activeElement);
    const open = [...main.querySelectorAll("details[open] [id]")].map((inside) => inside.id);
    main.replaceChildren(...next.childNodes);
    document.title = fresh.title;
    for (const id of open) document.getElementById(id)?.closest("details")?.setAttribute("open", "");
    if (focused) main.querySelector(focused)?.focus({ preventScroll: true });
  }

  async function look() {
    if (asking || isBusy()) return;
    asking = true;
    try {
      const address = location.pathname + location.search;
      const answer = await fetch(address, { headers: { "If-None-Match": etag }, cache: "no-store", redirect: "manual" });
      if (answer.status === 200) {
        const html = await answer.text();
        if (isBusy()) return;
        etag = answer.headers.get("ETag") || "";
        show(html);
      } else if (answer.type === "opaqueredirect" || answer.status === 403 || answer.status === 404) {
        location.reload(); // signed out, or no member any more
      }
    } catch {
      // No connection: the next look may have one.
    } finally {
      asking = false;
    }
  }

  function settle() {
    const address = new URL(location.href);
    if (!address.searchParams.has("changed")) return;
    for (const name of ["changed", "was", "done"]) address.searchParams.delete(name);
    history.replaceState(null, "", address.pathname + address.search);
  }

  // The row that is tapped stays where the finger was, though the page is a new one.
  function remember(event) {
    const row = event.submitter?.closest("[id^='visit-']");
    if (row) sessionStorage.setItem(FINGER, JSON.stringify([row.id, row.getBoundingClientRect().top]));
  }

  function putBack() {
    const [id, top] = JSON.parse(sessionStorage.getItem(FINGER) || "[]");
    sessionStorage.removeItem(FINGER);
    const row = id && location.hash === `#${id}` && document.getElementById(id);
    if (row) scrollBy({ top: row.getBoundingClientRect().top - top, behavior: "instant" });
  }

  document.addEventListener("submit", remember);
  addEventListener("load", putBack);
  setInterval(look, EVERY_MS);
  setTimeout(settle, UNDO_SHOWN_MS);
})();
