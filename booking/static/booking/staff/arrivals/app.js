// The arrivals screen on a tablet: takes over from the page that the server drew, and goes on without a network.

import { Desk } from "./desk.js";
import { Scanner } from "./scan.js";
import { Kept } from "./store.js";
import { counted, words } from "./words.js";

const root = document.getElementById("app");
const STEPS = new Set(["check_in", "start", "complete", "no_show", "undo"]);

function listenToTaps(desk) {
  root.addEventListener("click", (event) => {
    const target = event.target.closest("button");
    if (!target) return;
    const { act, dismiss, squeeze, ticket } = target.dataset;
    if (STEPS.has(act)) desk.tap(target.closest(".arrival").dataset.key, act);
    else if (dismiss) desk.dismiss(dismiss);
    else if (squeeze) desk.squeezeIn(squeeze);
    else if (ticket) desk.giveTicket(ticket);
  });
}

function listenToSearch(desk) {
  const form = document.querySelector(".find");
  const input = form.querySelector("[type=search]");
  input.addEventListener("input", () => desk.seek(input.value));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    desk.seek(input.value);
    root.querySelector(".group-found [data-is-main]")?.focus();
  });
  if (input.value) desk.seek(input.value);
}

function listenToWalkIns(desk) {
  const panel = document.getElementById("walk-in");
  panel?.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const form = event.target;
    const typed = new FormData(form);
    desk.walkIn({
      visit_type: event.submitter?.value || form.querySelector("[name=visit_type]").value,
      party_size: Number(typed.get("party_size")) || 1,
      name: String(typed.get("name") || "").trim(),
    });
    form.reset();
    panel.open = false;
    panel.querySelector("summary").focus();
  });
}

function offerScanner(desk) {
  const button = document.getElementById("scan");
  if (!navigator.mediaDevices || !button) return;
  const scanner = new Scanner(document.getElementById("scanner"), root.dataset.vendor, (code) => desk.scanned(code));
  button.hidden = false;
  button.addEventListener("click", () => scanner.open());
}

function wipeAtSignOut(desk) {
  document.addEventListener("submit", (event) => {
    if (!event.target.matches(".sign-out") || event.target.dataset.isWiped) return;
    event.preventDefault();
    const count = desk.waiting();
    if (count && !confirm(counted(words.sign_out_anyway, count))) return;
    event.target.dataset.isWiped = "true";
    desk.wipe().finally(() => event.target.requestSubmit());
  });
}

/** Have the screen itself kept, so that it opens without a network; who comes is kept apart, and wiped. */
async function install() {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register(root.dataset.worker);
  const { active } = await navigator.serviceWorker.ready;
  active.postMessage({ keep: root.dataset.shell });
}

async function begin() {
  const desk = new Desk(root, await Kept.open(root.dataset.store));
  await desk.begin();
  document.getElementById("plain")?.remove();
  root.hidden = false;
  listenToTaps(desk);
  listenToSearch(desk);
  listenToWalkIns(desk);
  offerScanner(desk);
  wipeAtSignOut(desk);
  root.dataset.isReady = "true";
  install().catch(() => {}); // works on without
}

begin().catch((error) => {
  // Without a place to keep taps, the server's own page is the safer one: it stays.
  console.info("arrivals:", error?.message);
});
