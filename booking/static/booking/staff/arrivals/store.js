// What this tablet keeps: the day, the taps not sent yet, and the conflicts nobody has seen to. All of it in IndexedDB.

const NAME = "carillon-arrivals";
const VERSION = 1;
// A tap counts as kept once it is on the disk: the battery may die the next moment.
const STRICT = { durability: "strict" };

function asked(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function ended(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

/** What one store's screen keeps. */
export class Kept {
  constructor(database, store) {
    this.database = database;
    this.store = store;
  }

  static async open(store) {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("day", { keyPath: "store" });
      request.result.createObjectStore("taps", { keyPath: "seq", autoIncrement: true });
      request.result.createObjectStore("conflicts", { keyPath: "action_id" });
    };
    return new Kept(await asked(request), store);
  }

  async #own(name) {
    const all = await asked(this.database.transaction(name).objectStore(name).getAll());
    return all.filter((one) => one.store === this.store);
  }

  async #write(names, work) {
    const transaction = this.database.transaction(names, "readwrite", STRICT);
    work(...names.map((name) => transaction.objectStore(name)));
    await ended(transaction);
  }

  async day() {
    return asked(this.database.transaction("day").objectStore("day").get(this.store));
  }

  taps() {
    return this.#own("taps");
  }

  conflicts() {
    return this.#own("conflicts");
  }

  async keepDay(etag, day) {
    await this.#write(["day"], (days) => days.put({ store: this.store, etag, day }));
  }

  async addTap(tap) {
    await this.#write(["taps"], (taps) => {
      taps.add(tap).onsuccess = (event) => (tap.seq = event.target.result);
    });
  }

  /** Forget taps that have a result, and keep the conflicts among them, in one go: none is lost between the two. */
  async settle(taps, conflicts) {
    await this.#write(["taps", "conflicts"], (kept, shown) => {
      for (const tap of taps) if (tap.seq !== undefined) kept.delete(tap.seq);
      for (const conflict of conflicts) shown.put(conflict);
    });
  }

  async dismiss(conflict) {
    await this.#write(["conflicts"], (shown) => shown.delete(conflict.action_id));
  }

  /** Forget everything. */
  async wipe() {
    await this.#write(["day", "taps", "conflicts"], (...all) => all.forEach((one) => one.clear()));
  }

  /** Forget who comes; what was tapped stays until it is sent, without a name. */
  async wipeNames() {
    const [taps, conflicts] = [await this.taps(), await this.conflicts()];
    await this.#write(["day", "taps", "conflicts"], (days, kept, shown) => {
      days.delete(this.store);
      for (const tap of taps) kept.put({ ...tap, name: "", who: tap.reference });
      for (const conflict of conflicts) shown.put({ ...conflict, name: "", who: conflict.reference });
    });
  }
}
