// Takes a visit by its grip to another time. Where it is let go, the page that asks once more is opened: nothing is
// moved here. Where it cannot go is asked of the server when the pull begins, shown, and told over the place itself;
// to let go there changes nothing. The grip is a link to the page for moving a visit, for keyboards and wherever this does not run.
"use strict";

(() => {
  const board = document.getElementById("board");
  if (!board) return;
  const STARTS_AFTER_PX = 6; // less is a tap
  const EDGE_PX = 80; // near the edge of the window the page runs along
  const EDGE_STEP_PX = 14;
  let drag = null;
  let isJustLetGo = false;

  function placeUnder(x, y) {
    const cell = document.elementFromPoint(x, y)?.closest("#board [data-starts]");
    return cell && !cell.contains(drag.visit) ? cell : null;
  }

  function take(event) {
    const grip = event.target.closest?.(".grip");
    if (!grip || event.button !== 0 || drag) return;
    drag = { grip, visit: grip.closest(".visit"), x: event.clientX, y: event.clientY, id: event.pointerId, ghost: null, over: null, why: new Map() };
    grip.setPointerCapture(event.pointerId);
  }

  function begin() {
    document.body.classList.add("is-dragging");
    drag.visit.classList.add("is-dragged");
    drag.ghost = document.createElement("div");
    drag.ghost.className = "drag-ghost";
    drag.ghost.setAttribute("aria-hidden", "true");
    drag.ghost.textContent = drag.visit.querySelector("strong").textContent;
    document.body.append(drag.ghost);
    drag.timer = setInterval(runAlong, 16);
    askWhere(drag);
  }

  // Without an answer all places look alike, and the page that asks once more tells what is wrong.
  async function askWhere(asked) {
    const address = new URL("places/", asked.grip.href);
    const told = await fetch(address, { redirect: "manual" })
      .then((answer) => (answer.ok ? answer.json() : null))
      .catch(() => null);
    if (!told || drag !== asked) return;
    const whys = new Map();
    for (const place of told.places) {
      whys.set(`${place.starts_at} ${place.desk}`, place.why_not);
      whys.set(place.starts_at, place.why_not); // a board of one desk names none
    }
    for (const cell of board.querySelectorAll("[data-starts]")) {
      const { starts, desk } = cell.dataset;
      const why = whys.get(desk === undefined ? starts : `${starts} ${desk}`) ?? told.otherwise;
      if (!why || cell.contains(drag.visit)) continue;
      drag.why.set(cell, why);
      cell.classList.add("is-impossible");
    }
    tell();
  }

  function tell() {
    const why = drag.why.get(drag.over) || "";
    drag.ghost.dataset.why = why;
    document.body.classList.toggle("is-over-impossible", Boolean(why));
  }

  function runAlong() {
    if (drag.y < EDGE_PX) scrollBy({ top: -EDGE_STEP_PX, behavior: "instant" });
    else if (drag.y > innerHeight - EDGE_PX) scrollBy({ top: EDGE_STEP_PX, behavior: "instant" });
    else return;
    point();
  }

  function point() {
    drag.ghost.style.translate = `${drag.x}px ${drag.y}px`;
    const over = placeUnder(drag.x, drag.y);
    if (over === drag.over) return;
    drag.over?.classList.remove("is-aim");
    over?.classList.add("is-aim");
    drag.over = over;
    drag.ghost.dataset.time = over?.closest("tr").querySelector("th").textContent.trim() || "";
    tell();
  }

  function carry(event) {
    if (!drag || event.pointerId !== drag.id) return;
    const far = Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > STARTS_AFTER_PX;
    if (!drag.ghost && !far) return;
    [drag.x, drag.y] = [event.clientX, event.clientY];
    if (!drag.ghost) begin();
    event.preventDefault();
    point();
  }

  function end() {
    clearInterval(drag.timer);
    drag.ghost?.remove();
    drag.over?.classList.remove("is-aim");
    drag.visit.classList.remove("is-dragged");
    for (const cell of drag.why.keys()) cell.classList.remove("is-impossible");
    document.body.classList.remove("is-dragging", "is-over-impossible");
    const ended = drag;
    drag = null;
    return ended;
  }

  function letGo(event) {
    if (!drag || event.pointerId !== drag.id) return;
    const { grip, over, ghost, why } = end();
    if (!ghost) return; // a tap: the link leads on
    isJustLetGo = true;
    setTimeout(() => (isJustLetGo = false), 0);
    if (!over || why.has(over)) return;
    const address = new URL(grip.href);
    address.searchParams.set("to", over.dataset.starts);
    if (over.dataset.desk) address.searchParams.set("desk", over.dataset.desk);
    location.assign(address);
  }

  document.addEventListener("pointerdown", take);
  document.addEventListener("pointermove", carry);
  document.addEventListener("pointerup", letGo);
  document.addEventListener("click", (event) => isJustLetGo && event.preventDefault(), true);
  document.addEventListener("pointercancel", () => drag && end());
  document.addEventListener("keydown", (event) => event.key === "Escape" && drag && end());
  board.addEventListener("dragstart", (event) => event.target.closest(".grip") && event.preventDefault());
})();
