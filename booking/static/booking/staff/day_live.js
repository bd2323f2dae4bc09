// @ts-check
// Shows what has changed on the day without a tap. The page works as well without it.
"use strict";

(() => {
  const EVERY_MS = 2000;
  const UNDO_SHOWN_MS = 10000;
  const FINGER = "where the finger was";
  const LIVE = ["board", "day-head"]; // what is replaced; all else on the page stays as it is
  const board = /** @type {HTMLElement} */ (document.getElementById("board"));
  const head = document.getElementById("day-head");
  if (!head?.dataset.etag || !board) return;
  let etag = head.dataset.etag;
  let asking = false;

  function isBusy() {
    return document.hidden || document.body.classList.contains("is-dragging") || hasSelection();
  }

  // Somebody copies a number: the words under their pointer stay.
  function hasSelection() {
    const selection = getSelection();
    return selection !== null && !selection.isCollapsed && board.contains(selection.anchorNode);
  }

  /**
   * Return what tells an element again on a page drawn anew: its visit, and what it is in that visit's row.
   * @param {Element | null} element
   */
  function pathTo(element) {
    if (!element || !board.contains(element)) return null;
    const fold = element.closest(".fold");
    if (fold) return `#${CSS.escape(fold.id)} ${element.className ? ".fill-book" : "a"}`;
    const visit = element.closest(".visit");
    const within = visit ? `#${CSS.escape(visit.id)} ` : "#board ";
    if (element === visit) return within.trim();
    for (const name of ["formaction", "href"]) {
      const value = element.getAttribute(name);
      const look = element.className ? `.${element.classList[0]}` : "";
      if (value) return `${within}[${name}="${CSS.escape(value)}"]${look}`;
    }
    return null;
  }

  /**
   * Return the first row in sight, or the one in hand: it stays where it is, whatever came or went above it.
   * @returns {[string, number] | null}
   */
  function anchor() {
    const rows = [...board.querySelectorAll(".visit, tr[id]")];
    const held = document.activeElement?.closest?.(".visit, tr[id]");
    const row = held && rows.includes(held) ? held : rows.find((one) => one.getBoundingClientRect().bottom > 0);
    return row?.id ? [row.id, row.getBoundingClientRect().top] : null;
  }

  /** @param {string} html */
  function show(html) {
    const fresh = new DOMParser().parseFromString(html, "text/html");
    const parts = LIVE.flatMap((id) => {
      const [shown, newer] = [document.getElementById(id), fresh.getElementById(id)];
      return shown && newer ? [{ shown, newer }] : [];
    });
    if (parts.length < LIVE.length) return location.reload();
    const active = document.activeElement;
    const inHand = pathTo(active);
    const visitInHand = active?.closest?.(".visit")?.id;
    const open = new Map([...board.querySelectorAll(".visit-part")].map((part) => [part.parentElement?.id, part]));
    const kept = anchor();
    for (const { shown, newer } of parts) shown.replaceChildren(...newer.childNodes);
    document.title = fresh.title;
    board.dispatchEvent(new CustomEvent("redrawn", { detail: open })); // opens them again, and puts the grips back
    if (inHand) refocus(inHand, visitInHand);
    const row = kept && document.getElementById(kept[0]);
    if (kept && row) scrollBy({ top: row.getBoundingClientRect().top - kept[1], behavior: "instant" });
  }

  /**
   * A button that is no more gives the focus to its row rather than to nothing.
   * @param {string} path
   * @param {string | undefined} visitId
   */
  function refocus(path, visitId) {
    /** @type {HTMLElement | null} */
    const same = board.querySelector(path);
    if (same) return same.focus({ preventScroll: true });
    const visit = visitId && document.getElementById(visitId);
    if (!visit) return;
    visit.tabIndex = -1;
    visit.focus({ preventScroll: true });
  }

  /** @param {boolean} isPressed */
  async function look(isPressed = false) {
    if (asking || (isBusy() && !isPressed)) return;
    asking = true;
    try {
      const address = location.pathname + location.search;
      const headers = { "If-None-Match": etag };
      const answer = await fetch(address, { headers, cache: "no-store", redirect: "manual" });
      if (answer.status === 200) {
        const html = await answer.text();
        if (isBusy() && !isPressed) return;
        etag = answer.headers.get("ETag") || "";
        show(html);
      } else if (answer.type === "opaqueredirect" || answer.status === 403 || answer.status === 404) {
        location.reload(); // signed out, or no member any more
      }
    } catch {
      if (isPressed) location.reload(); // the browser says that there is no connection
      // else the next look may have one
    } finally {
      asking = false;
    }
  }

  /**
   * A fold and a filter lead to an address: what it shows comes into this page, without a reload.
   * @param {MouseEvent} event
   */
  function press(event) {
    const link = event.target instanceof Element ? event.target.closest(".fold [aria-expanded], .day-filters a") : null;
    const isElsewhere = event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    if (!(link instanceof HTMLAnchorElement) || isElsewhere || asking) return;
    event.preventDefault();
    history.replaceState(null, "", link.href);
    look(true);
  }

  function settle() {
    const address = new URL(location.href);
    if (!address.searchParams.has("changed")) return;
    for (const name of ["changed", "was", "done"]) address.searchParams.delete(name);
    history.replaceState(null, "", address.pathname + address.search);
  }

  /**
   * The row that is tapped stays where the finger was, though the page is a new one.
   * @param {SubmitEvent} event
   */
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

  board.addEventListener("click", press);
  document.addEventListener("submit", remember);
  document.addEventListener("visibilitychange", () => look());
  addEventListener("online", () => look());
  addEventListener("load", putBack);
  setInterval(look, EVERY_MS);
  setTimeout(settle, UNDO_SHOWN_MS);
})();
