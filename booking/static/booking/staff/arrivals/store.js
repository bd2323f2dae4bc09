// @ts-check
// What this tablet keeps: the day, the taps not sent yet, and the conflicts nobody has seen to. All of it in IndexedDB.

/** @typedef {import("./day.js").Day} Day */
/** @typedef {import("./day.js").Tap} Tap */
/** @typedef {import("./desk.js").Conflict} Conflict */

const NAME = "carillon-arrivals";
const VERSION = 1;
// A tap counts as kept once it is on the disk: the battery may die the next moment.
/** @type {IDBTransactionOptions} */
const STRICT = { durability: "strict" };

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function asked(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/**
 * @param {IDBTransaction} transaction
 * @returns {Promise<void>}
 */
function ended(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

/** What one store's screen keeps. */
export class Kept {
  /**
   * @param {IDBDatabase} database
   * @param {string} store
   */
  constructor(database, store) {
    this.database = database;
    this.store = store;
  }

  /** @param {string} store */
  static async open(store) {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("day", { keyPath: "store" });
      request.result.createObjectStore("taps", { keyPath: "seq", autoIncrement: true });
      request.result.createObjectStore("conflicts", { keyPath: "action_id" });
    };
    return new Kept(await asked(request), store);
  }

  /** @param {"taps" | "conflicts"} name */
  async #own(name) {
    const all = await asked(this.database.transaction(name).objectStore(name).getAll());
    return all.filter((one) => one.store === this.store);
  }

  /**
   * @param {("day" | "taps" | "conflicts")[]} names
   * @param {(...stores: IDBObjectStore[]) => void} work
   */
  async #write(names, work) {
    const transaction = this.database.transaction(names, "readwrite", STRICT);
    work(...names.map((name) => transaction.objectStore(name)));
    await ended(transaction);
  }

  /** @returns {Promise<{etag: string, day: Day} | undefined>} */
  async day() {
    return asked(this.database.transaction("day").objectStore("day").get(this.store));
  }

  /** @returns {Promise<Tap[]>} */
  taps() {
    return this.#own("taps");
  }

  /** @returns {Promise<Conflict[]>} */
  conflicts() {
    return this.#own("conflicts");
  }

  /**
   * @param {string} etag
   * @param {Day} day
   */
  async keepDay(etag, day) {
    await this.#write(["day"], (days) => days.put({ store: this.store, etag, day }));
  }

  /** @param {Tap} tap */
  async addTap(tap) {
    await this.#write(["taps"], (taps) => {
      const request = taps.add(tap);
      request.onsuccess = () => (tap.seq = Number(request.result));
    });
  }

  /**
   * Forget taps that have a result, and keep the conflicts among them, in one go: none is lost between the two.
   * @param {Tap[]} taps
   * @param {Conflict[]} conflicts
   */
  async settle(taps, conflicts) {
    await this.#write(["taps", "conflicts"], (kept, shown) => {
      for (const tap of taps) if (tap.seq !== undefined) kept.delete(tap.seq);
      for (const conflict of conflicts) shown.put(conflict);
    });
  }

  /** @param {Conflict} conflict */
  async dismiss(conflict) {
    await this.#write(["conflicts"], (shown) => shown.delete(conflict.action_id));
  }

  /** Forget everything. */
  async wipe() {
    await this.#write(["day", "taps", "conflicts"], (...all) => all.forEach((one) => one.clear()));
  }

  /** Forget who comes; what was tapped stays until it is sent, without a name and without answers. */
  async wipeNames() {
    const [taps, conflicts] = [await this.taps(), await this.conflicts()];
    await this.#write(["day", "taps", "conflicts"], (days, kept, shown) => {
      days.delete(this.store);
      for (const tap of taps) kept.put({ ...tap, name: "", answers: [], who: tap.reference });
      for (const conflict of conflicts) shown.put({ ...conflict, name: "", answers: [], who: conflict.reference });
    });
  }
}
