// @ts-check
// Takes a visit by its grip to another time. Where it is let go, the page that asks once more is opened: nothing is
// moved here. Where it cannot go is asked of the server when the pull begins, shown, and told over the place itself;
// to let go there changes nothing. The grip is a link to the page for moving a visit, for keyboards; where this does
// not run, that page stands behind the visit's name.
"use strict";

(() => {
  const board = document.getElementById("board");
  if (!board) return;
  const STARTS_AFTER_PX = 6; // less is a tap
  const EDGE_PX = 80; // near the edge of the window the page runs along
  const EDGE_STEP_PX = 14;
  /**
   * The visit in hand: `ghost` follows the finger once this is no tap any more, `over` is the place below it, `why`
   * says of places why it cannot go there.
   * @typedef {{
   *   grip: HTMLAnchorElement, visit: Element, x: number, y: number, id: number, ghost: HTMLElement | null,
   *   over: HTMLElement | null, why: Map<HTMLElement, string>, timer: number,
   * }} Drag
   */
  /** @typedef {{places: {starts_at: string, desk: string, why_not: string}[], otherwise: string}} Told */
  /** @type {Drag | null} */
  let drag = null;
  let isJustLetGo = false;

  /** Give each visit that may be moved its grip. */
  function addGrips() {
    const pattern = document.createElement("a");
    pattern.className = "grip";
    pattern.innerHTML = '<svg class="icon" aria-hidden="true"><use href="#sign-grip"/></svg>';
    for (const visit of board?.querySelectorAll(".visit:not(.is-fixed)") ?? []) {
      const name = visit.querySelector("a");
      const grip = /** @type {HTMLAnchorElement} */ (pattern.cloneNode(true));
      grip.href = `${name?.getAttribute("href")}move/`;
      grip.setAttribute("aria-label", `${board?.dataset.gripLabel}, ${name?.textContent}`);
      (visit.querySelector(":scope > .act") ?? visit.querySelector(":scope > i"))?.after(grip);
    }
  }

  /**
   * @param {EventTarget | null} target
   * @returns {HTMLAnchorElement | null}
   */
  const gripOf = (target) => (target instanceof Element ? target.closest("a.grip") : null);

  /** @param {Drag} drag */
  function placeUnder(drag) {
    /** @type {HTMLElement | null | undefined} */
    const cell = document.elementFromPoint(drag.x, drag.y)?.closest("#board [data-starts]");
    return cell && !cell.contains(drag.visit) ? cell : null;
  }

  /** @param {PointerEvent} event */
  function take(event) {
    const grip = gripOf(event.target);
    const visit = grip?.closest(".visit");
    if (!grip || !visit || event.button !== 0 || drag) return;
    const { clientX: x, clientY: y, pointerId: id } = event;
    drag = { grip, visit, x, y, id, ghost: null, over: null, why: new Map(), timer: 0 };
    grip.setPointerCapture(id);
  }

  /** @param {Drag} drag */
  function begin(drag) {
    const stood = drag.visit.getBoundingClientRect().top;
    document.body.classList.add("is-dragging"); // free times that are folded open, and the visit stays under the finger
    scrollBy({ top: drag.visit.getBoundingClientRect().top - stood, behavior: "instant" });
    drag.visit.classList.add("is-dragged");
    const ghost = document.createElement("div");
    ghost.className = "drag-ghost";
    ghost.setAttribute("aria-hidden", "true");
    ghost.textContent = drag.visit.querySelector("a")?.textContent || "";
    document.body.append(ghost);
    drag.ghost = ghost;
    drag.timer = setInterval(runAlong, 16, drag);
    askWhere(drag);
  }

  /** Return the dates of the places on the page: two where a night goes on past midnight. */
  function shownDays() {
    /** @type {NodeListOf<HTMLElement>} */
    const cells = document.querySelectorAll("#board [data-starts]");
    return new Set([...cells].map((cell) => (cell.dataset.starts || "").slice(0, 10)));
  }

  /**
   * Ask where the visit cannot go. Without an answer all places look alike, and the page that asks once more tells what
   * is wrong.
   * @param {Drag} asked
   */
  async function askWhere(asked) {
    const address = new URL("places/", asked.grip.href);
    for (const day of shownDays()) address.searchParams.append("day", day);
    /** @type {Told | null} */
    const told = await fetch(address, { redirect: "manual" })
      .then((answer) => (answer.ok ? answer.json() : null))
      .catch(() => null);
    if (!told || drag !== asked) return;
    /** @type {Map<string | undefined, string>} */
    const whys = new Map();
    for (const place of told.places) {
      whys.set(`${place.starts_at} ${place.desk}`, place.why_not);
      whys.set(place.starts_at, place.why_not); // a board of one desk names none
    }
    /** @type {NodeListOf<HTMLElement>} */
    const cells = document.querySelectorAll("#board [data-starts]");
    for (const cell of cells) {
      const { starts, desk } = cell.dataset;
      const why = whys.get(desk === undefined ? starts : `${starts} ${desk}`) ?? told.otherwise;
      if (!why || cell.contains(asked.visit)) continue;
      asked.why.set(cell, why);
      cell.classList.add("is-impossible");
    }
    tell(asked);
  }

  /** @param {Drag} drag */
  function tell(drag) {
    const why = (drag.over && drag.why.get(drag.over)) || "";
    if (drag.ghost) drag.ghost.dataset.why = why;
    document.body.classList.toggle("is-over-impossible", Boolean(why));
  }

  /** @param {Drag} drag */
  function runAlong(drag) {
    if (drag.y < EDGE_PX) scrollBy({ top: -EDGE_STEP_PX, behavior: "instant" });
    else if (drag.y > innerHeight - EDGE_PX) scrollBy({ top: EDGE_STEP_PX, behavior: "instant" });
    else return;
    point(drag);
  }

  /** @param {Drag} drag */
  function point(drag) {
    if (!drag.ghost) return;
    drag.ghost.style.translate = `${drag.x}px ${drag.y}px`;
    const over = placeUnder(drag);
    if (over === drag.over) return;
    drag.over?.classList.remove("is-aim");
    over?.classList.add("is-aim");
    drag.over = over;
    drag.ghost.dataset.time = over?.closest("tr")?.querySelector("th")?.textContent.trim() || "";
    tell(drag);
  }

  /** @param {PointerEvent} event */
  function carry(event) {
    if (!drag || event.pointerId !== drag.id) return;
    const far = Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > STARTS_AFTER_PX;
    if (!drag.ghost && !far) return;
    [drag.x, drag.y] = [event.clientX, event.clientY];
    if (!drag.ghost) begin(drag);
    event.preventDefault();
    point(drag);
  }

  /** @param {Drag} ended */
  function end(ended) {
    clearInterval(ended.timer);
    ended.ghost?.remove();
    ended.over?.classList.remove("is-aim");
    ended.visit.classList.remove("is-dragged");
    for (const cell of ended.why.keys()) cell.classList.remove("is-impossible");
    document.body.classList.remove("is-dragging", "is-over-impossible");
    drag = null;
  }

  /** @param {PointerEvent} event */
  function letGo(event) {
    if (!drag || event.pointerId !== drag.id) return;
    const { grip, over, ghost, why } = drag;
    end(drag);
    if (!ghost) return; // a tap: the link leads on
    isJustLetGo = true;
    setTimeout(() => (isJustLetGo = false), 0);
    if (!over || why.has(over)) return;
    const address = new URL(grip.href);
    address.searchParams.set("to", over.dataset.starts || "");
    if (over.dataset.desk) address.searchParams.set("desk", over.dataset.desk);
    location.assign(address);
  }

  /** @param {PointerEvent} event */
  function nameGrip(event) {
    const grip = gripOf(event.target);
    if (grip) grip.title = board?.dataset.gripTitle || "";
  }

  addGrips();
  board.addEventListener("redrawn", addGrips);
  board.addEventListener("pointerover", nameGrip);
  document.addEventListener("pointerdown", take);
  document.addEventListener("pointermove", carry);
  document.addEventListener("pointerup", letGo);
  document.addEventListener("click", (event) => isJustLetGo && event.preventDefault(), true);
  document.addEventListener("pointercancel", () => drag && end(drag));
  document.addEventListener("keydown", (event) => event.key === "Escape" && drag && end(drag));
  board.addEventListener("dragstart", (event) => gripOf(event.target) && event.preventDefault());
})();
