// @ts-check
// Sends taps in their order and asks for the day, one after the other and never both at once: an older day cannot
// arrive after a newer answer. iPads send nothing in the background, so it runs whenever the screen is looked at.

/** @typedef {import("./day.js").Tap} Tap */
/** @typedef {import("./day.js").Day} Day */
/**
 * What became of a tap; `visit` is as the tap left it.
 * @typedef {{
 *   action_id: string, result: "done" | "repeated" | "conflict" | "busy", reason: string, reference: string,
 *   ticket: string, visit: import("./day.js").ChangedVisit & {status: string} | null,
 * }} Result
 */
/**
 * What the sending and asking serves.
 * @typedef {{
 *   taps: () => Tap[], csrf: () => string, etag: () => string,
 *   answered: (taps: Tap[], results: Result[]) => Promise<void>, fresh: (etag: string, day: Day) => Promise<void>,
 *   state: (isOnline: boolean) => void, ended: (error: unknown) => Promise<void>,
 * }} Work
 */

const EVERY_MS = 3000;
const PATIENCE_MS = 8000;
const BATCH = 20;

export class SignedOut extends Error {}
export class Forbidden extends Error {}

export class Sync {
  /**
   * @param {{actions: string, data: string}} addresses
   * @param {Work} work
   */
  constructor(addresses, work) {
    this.addresses = addresses;
    this.work = work;
    this.isRunning = false;
    this.isAskedAgain = false;
    this.hasEnded = false;
  }

  start() {
    const now = () => this.run();
    addEventListener("online", now);
    addEventListener("focus", now);
    document.addEventListener("visibilitychange", now);
    setInterval(() => {
      if (!document.hidden) this.run();
    }, EVERY_MS);
    return this.run();
  }

  async run() {
    if (this.hasEnded) return;
    if (this.isRunning) {
      this.isAskedAgain = true;
      return;
    }
    this.isRunning = true;
    try {
      do {
        this.isAskedAgain = false;
        /** @type {Set<string>} */
        const tried = new Set(); // one that the server could not take now waits for the next round
        const untried = () => this.work.taps().filter((tap) => !tried.has(tap.action_id)).slice(0, BATCH);
        for (let taps = untried(); taps.length && this.work.csrf(); taps = untried()) {
          for (const { action_id } of taps) tried.add(action_id);
          await this.#send(taps);
        }
        await this.#look();
      } while (this.isAskedAgain);
      this.work.state(true);
    } catch (error) {
      await this.#failed(error);
    } finally {
      this.isRunning = false;
    }
  }

  /** @param {unknown} error */
  async #failed(error) {
    this.hasEnded = error instanceof SignedOut || error instanceof Forbidden;
    if (this.hasEnded) await this.work.ended(error);
    else this.work.state(false);
  }

  /** @param {Tap[]} taps */
  async #send(taps) {
    const answer = await this.#ask(this.addresses.actions, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": this.work.csrf() },
      body: JSON.stringify({ actions: taps.map(({ store: _store, seq: _seq, who: _who, ...tap }) => tap) }),
    });
    if (answer.status === 403) {
      await this.#look(); // a token that went stale, or nobody any more: the day says which
      throw new Error("refused");
    }
    if (answer.status !== 200) throw new Error(`status ${answer.status}`);
    const { results } = await answer.json();
    await this.work.answered(taps, results);
  }

  async #look() {
    const etag = this.work.etag();
    const headers = new Headers(etag ? { "If-None-Match": etag } : {});
    const answer = await this.#ask(this.addresses.data, { headers });
    if (answer.status === 403 || answer.status === 404) throw new Forbidden();
    if (answer.status === 304) return;
    if (answer.status !== 200) throw new Error(`status ${answer.status}`);
    await this.work.fresh(answer.headers.get("ETag") || "", await answer.json());
  }

  /**
   * @param {string} address
   * @param {RequestInit} options
   */
  async #ask(address, options) {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const answer = await fetch(address, { cache: "no-store", redirect: "manual", signal, ...options });
    if (answer.type === "opaqueredirect" || answer.status === 401) throw new SignedOut();
    return answer;
  }
}
