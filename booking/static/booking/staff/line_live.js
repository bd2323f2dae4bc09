// @ts-check
// Shows the line as it stands, without a tap; on the screen in the shop a new call chimes. Both pages work without it.

import { sound } from "./arrivals/sound.js";

const EVERY_MS = 2000;
const live = /** @type {HTMLElement} */ (document.getElementById("live"));
let etag = live.dataset.etag || "";
let asking = false;
let isLoud = false;

const chime = () => document.getElementById("calls")?.dataset.chime || "";

function isBusy() {
  return document.hidden || live.contains(document.activeElement);
}

/** @param {string} html */
function show(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("live");
  if (!fresh) return location.reload();
  const before = chime();
  live.replaceChildren(...fresh.childNodes);
  if (isLoud && chime() && chime() !== before) sound("yes");
}

async function look() {
  if (asking || isBusy()) return;
  asking = true;
  try {
    const address = location.pathname;
    const answer = await fetch(address, { headers: { "If-None-Match": etag }, cache: "no-store", redirect: "manual" });
    if (answer.status === 200) {
      etag = answer.headers.get("ETag") || "";
      show(await answer.text());
    } else if (answer.type === "opaqueredirect" || answer.status === 403 || answer.status === 404) {
      location.reload(); // signed out, or a tablet taken out of service
    }
  } catch {
    // No connection: the next look may have one.
  } finally {
    asking = false;
  }
}

// Browsers play nothing before somebody touched the page once.
const button = document.getElementById("sound");
if (button) {
  button.hidden = false;
  button.addEventListener("click", () => {
    isLoud = true;
    button.hidden = true;
    sound("yes");
  });
}

document.addEventListener("visibilitychange", look);
addEventListener("online", look);
setInterval(look, EVERY_MS);
