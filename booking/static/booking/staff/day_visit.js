// @ts-check
// Opens a visit in its row of the day: what its own page tells, beside it. Where this does not run, the name leads to
// that page. What is open stays open when the day is drawn anew.
"use strict";

(() => {
  const board = document.getElementById("board");
  if (!board) return;
  const NAMES = ".visit > a[href$='/']:not(.grip)";

  /** @param {Element | null | undefined} row */
  const nameIn = (row) => /** @type {HTMLAnchorElement | null} */ (row?.querySelector(":scope > a:first-child"));

  /** @param {Element | null | undefined} row */
  const panelIn = (row) => row?.querySelector(":scope > .visit-part") ?? null;

  // Who hears the page is told that a name opens something, and whether it is open.
  function tell() {
    for (const name of board?.querySelectorAll(NAMES) ?? []) {
      name.setAttribute("aria-expanded", String(Boolean(panelIn(name.parentElement))));
    }
  }

  /**
   * Return what stands on a visit's page about it, null where there is no answer to show.
   * @param {HTMLAnchorElement} name
   */
  function ask(name) {
    const address = new URL(name.href);
    address.search = "?part";
    return fetch(address, { cache: "no-store", redirect: "manual" })
      .then((answer) => (answer.ok ? answer.text() : null))
      .catch(() => null);
  }

  /**
   * @param {HTMLAnchorElement} name
   * @param {Element} row
   */
  async function open(name, row) {
    if (row.getAttribute("aria-busy")) return;
    row.setAttribute("aria-busy", "true");
    const html = await ask(name);
    row.removeAttribute("aria-busy");
    if (html === null) return location.assign(name.href);
    const panel = document.createElement("div");
    panel.className = "visit-part";
    panel.innerHTML = html;
    row.append(panel);
    tell();
  }

  /** @param {MouseEvent} event */
  function press(event) {
    const name = event.target instanceof Element ? event.target.closest(NAMES) : null;
    const row = name?.parentElement;
    const isElsewhere = event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    if (!(name instanceof HTMLAnchorElement) || !row || isElsewhere || event.defaultPrevented) return;
    event.preventDefault();
    const panel = panelIn(row);
    if (!panel) return open(name, row);
    panel.remove();
    tell();
  }

  /** @param {KeyboardEvent} event */
  function close(event) {
    const row = event.key === "Escape" && event.target instanceof Element ? event.target.closest(".visit") : null;
    const panel = panelIn(row);
    if (!panel) return;
    if (panel.contains(document.activeElement)) nameIn(row)?.focus();
    panel.remove();
    tell();
  }

  /**
   * Ask again what an open visit tells; what is in hand stays in hand.
   * @param {Element} panel
   */
  async function renew(panel) {
    const row = panel.parentElement;
    const name = nameIn(row);
    const html = name && (await ask(name));
    if (!html || !panel.isConnected) return;
    const fresh = document.createElement("div");
    fresh.innerHTML = html;
    if (fresh.innerHTML === panel.innerHTML) return;
    const active = panel.contains(document.activeElement) ? document.activeElement : null;
    const kept = active?.getAttribute("formaction") ?? active?.getAttribute("href");
    panel.replaceChildren(...fresh.childNodes);
    if (!active) return;
    const found = [...panel.querySelectorAll("a, button")].find(
      (one) => (one.getAttribute("formaction") ?? one.getAttribute("href")) === kept,
    );
    const next = found instanceof HTMLElement ? found : name;
    next?.focus({ preventScroll: true });
  }

  /** @param {Event} event */
  function keepOpen(event) {
    /** @type {Map<string, Element>} */
    const panels = event instanceof CustomEvent ? event.detail : new Map();
    for (const [id, panel] of panels) {
      document.getElementById(id)?.append(panel);
      panel.closest("tr")?.classList.remove("is-folded");
      if (panel.isConnected) renew(panel);
    }
    tell();
  }

  board.addEventListener("click", press);
  board.addEventListener("keydown", close);
  board.addEventListener("redrawn", keepOpen);
  tell();
})();
