// @ts-check
// The arrivals screen on a tablet: takes over from the page that the server drew, and goes on without a network.

import { Desk } from "./desk.js";
import { part } from "./dom.js";
import { Scanner } from "./scan.js";
import { Kept } from "./store.js";
import { counted, rules, words } from "./words.js";

const root = part(document, "#app", HTMLElement);
const STEPS = new Set([...rules.steps.map((step) => step.name), "undo"]);

/** @param {Desk} desk */
function listenToTaps(desk) {
  root.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target.closest("button") : null;
    if (!target) return;
    const { act, dismiss, squeeze, ticket } = target.dataset;
    /** @type {HTMLElement | null} */
    const row = target.closest(".arrival");
    if (act && STEPS.has(act)) desk.tap(row?.dataset.key || "", act);
    else if (dismiss) desk.dismiss(dismiss);
    else if (squeeze) desk.squeezeIn(squeeze);
    else if (ticket) desk.giveTicket(ticket);
  });
}

/** @param {Desk} desk */
function listenToSearch(desk) {
  const form = part(document, ".find", HTMLFormElement);
  const input = part(form, "[type=search]", HTMLInputElement);
  input.addEventListener("input", () => desk.seek(input.value));
  form.addEventListener("submit", (event) => {
    if (event.submitter?.hasAttribute("formaction")) return; // all days: a page of its own
    event.preventDefault();
    desk.seek(input.value);
    /** @type {HTMLElement | null} */
    const first = root.querySelector(".group-found [data-is-main]");
    first?.focus();
  });
  if (input.value) desk.seek(input.value);
}

/** @param {Desk} desk */
function listenToWalkIns(desk) {
  if (!document.getElementById("walk-in")) return;
  const panel = part(document, "#walk-in", HTMLDetailsElement);
  const form = part(panel, "form", HTMLFormElement);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const typed = new FormData(form);
    const pressed = event.submitter instanceof HTMLButtonElement ? event.submitter.value : "";
    const kind = pressed || part(form, "[name=visit_type]", HTMLButtonElement).value;
    desk.walkIn({
      visit_type: kind,
      party_size: Number(typed.get("party_size")) || 1,
      name: String(typed.get("name") || "").trim(),
      language: String(typed.get("language") || ""),
      answers: answersIn(form, typed, kind),
    });
    form.reset();
    panel.open = false;
    part(panel, "summary", HTMLElement).focus();
  });
}

/**
 * Return the answers to the questions of all visits and of a kind, each with the question in the store's own words.
 * @param {HTMLFormElement} form
 * @param {FormData} typed
 * @param {string} kind
 */
function answersIn(form, typed, kind) {
  /** @type {NodeListOf<HTMLElement>} */
  const asked = form.querySelectorAll("[data-question]");
  return [...asked]
    .filter(({ dataset }) => !dataset.kind || dataset.kind === kind)
    .map(({ dataset }) => ({
      question: dataset.question || "", answer: String(typed.get(dataset.field || "") || "").trim(),
    }))
    .filter(({ answer }) => answer);
}

/** @param {Desk} desk */
function offerScanner(desk) {
  const button = document.getElementById("scan");
  if (!navigator.mediaDevices || !button) return;
  const dialog = part(document, "#scanner", HTMLDialogElement);
  const scanner = new Scanner(dialog, root.dataset.vendor || "", (code) => desk.scanned(code));
  button.hidden = false;
  button.addEventListener("click", () => scanner.open());
}

/** @param {Desk} desk */
function wipeAtSignOut(desk) {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.matches(".sign-out") || form.dataset.isWiped) return;
    event.preventDefault();
    const count = desk.waiting();
    if (count && !confirm(counted(words.sign_out_anyway, count))) return;
    form.dataset.isWiped = "true";
    desk.wipe().finally(() => form.requestSubmit());
  });
}

/** Have the screen itself kept, so that it opens without a network; who comes is kept apart, and wiped. */
async function install() {
  if (!("serviceWorker" in navigator)) return;
  const { worker = "", shell = "" } = root.dataset;
  /** @param {ServiceWorker | null} one */
  const keepScreen = (one) => one?.postMessage({ keep: shell });
  // One of a newer version takes over with an empty cache: what the one before it kept is deleted.
  navigator.serviceWorker.addEventListener("controllerchange", () => keepScreen(navigator.serviceWorker.controller));
  await navigator.serviceWorker.register(worker);
  keepScreen((await navigator.serviceWorker.ready).active);
}

async function begin() {
  const desk = new Desk(root, await Kept.open(root.dataset.store || ""));
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
