// @ts-check
// Keeps the arrivals screen itself, so that it opens without a network. Who comes is never in here.
"use strict";

/** @type { {version: string, assets: string[]} } */
const { version, assets } = JSON.parse("{{ settings|escapejs }}");
const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
const CACHE = `carillon-${version}`;
const PATIENCE_MS = 4000;
const SCREEN = /\/staff\/[^/]+\/arrivals\/$/;

worker.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(assets)).then(() => worker.skipWaiting()));
});

worker.addEventListener("activate", (event) => {
  /** @param {string[]} names */
  const old = (names) => names.filter((name) => name.startsWith("carillon-") && name !== CACHE);
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(old(names).map((name) => caches.delete(name))))
      .then(() => worker.clients.claim()),
  );
});

worker.addEventListener("message", (event) => {
  const address = event.data?.keep;
  if (address) event.waitUntil(keep(address));
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (assets.includes(pathname)) event.respondWith(kept(pathname).then((found) => found || fetch(request)));
  else if (request.mode === "navigate" && SCREEN.test(pathname)) event.respondWith(screen(request, `${pathname}app/`));
});

/** @param {string} address */
function kept(address) {
  return caches.match(address, { ignoreVary: true });
}

/** @param {string} address */
async function keep(address) {
  const answer = await fetch(address, { redirect: "manual" });
  if (answer.status === 200) await (await caches.open(CACHE)).put(address, answer);
}

/**
 * Return the page from the server; the kept one where it does not come, or not in time.
 * @param {Request} request
 * @param {string} address
 */
async function screen(request, address) {
  const asked = fetch(request);
  /** @type {Promise<undefined>} */
  const late = new Promise((resolve) => setTimeout(() => resolve(undefined), PATIENCE_MS));
  try {
    const answer = await Promise.race([asked, late]);
    if (answer && answer.status < 500) return answer;
  } catch {
    // No line.
  }
  return (await kept(address)) || asked;
}
