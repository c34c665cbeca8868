// What this device keeps: its list, what it did, what it showed last, and how it is set up.
// Everything is written before it is shown, so that closing the browser loses nothing.

const NAME = "stampledger-door";
const RECENT = 50;
// So long a scan may wait for its answer; after that nobody stands and waits for it any more.
const ASKING = 15_000;

const asked = (request) =>
  new Promise((answer, refuse) => {
    request.onsuccess = () => answer(request.result);
    request.onerror = () => refuse(request.error);
  });

const done = (transaction) =>
  new Promise((answer, refuse) => {
    transaction.oncomplete = () => answer();
    transaction.onabort = () => refuse(transaction.error);
    transaction.onerror = () => refuse(transaction.error);
  });

const opened = () => {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => {
    const made = request.result;
    made.createObjectStore("lists", { keyPath: "shop" });
    made.createObjectStore("settings", { keyPath: "name" });
    made.createObjectStore("entries", { keyPath: "scan" }).createIndex("shop", "shop");
    made.createObjectStore("undos", { keyPath: "scan" }).createIndex("shop", "shop");
    made.createObjectStore("recent", { keyPath: "scan" }).createIndex("shop", "shop");
  };
  return asked(request);
};

export class Device {
  #kept;

  constructor(kept, shop) {
    this.#kept = kept;
    this.shop = shop;
  }

  static async open(shop) {
    const device = new Device(await opened(), shop);
    // Browsers may tidy up what nobody asked them to keep.
    navigator.storage?.persist?.().catch(() => {});
    return device;
  }

  async setting(name, otherwise) {
    const found = await asked(this.#read("settings").get(name));
    return found ? found.value : otherwise;
  }

  async set(name, value) {
    await this.#write("settings", (store) => store.put({ name, value }));
  }

  async list() {
    const found = await asked(this.#read("lists").get(this.shop));
    return found ? { ...found, tickets: new Map(found.tickets.map((one) => [one[0], one])) } : null;
  }

  // A list that has arrived. What it knows of already needs no entry of ours.
  async keepList(list) {
    const told = { ...list, shop: this.shop, tickets: [...list.tickets.values()] };
    const known = Date.parse(list.as_of ?? "");
    const transaction = this.#kept.transaction(["lists", "entries", "undos"], "readwrite");
    transaction.objectStore("lists").put(told);
    for (const name of ["entries", "undos"]) {
      const store = transaction.objectStore(name);
      const all = await asked(store.index("shop").getAll(this.shop));
      all.filter((one) => one.entered_at < known).forEach((one) => store.delete(one.scan));
    }
    await done(transaction);
  }

  async forgetList() {
    await this.#write("lists", (store) => store.delete(this.shop));
  }

  // A scan begins: what is to be asked is written down first. `decide` is told what this device
  // did with the code; what it returns is the verdict of the device itself, or null to ask.
  // Two pages of one device cannot both begin the same scan.
  async begin(wanted, decide) {
    const transaction = this.#kept.transaction(["entries", "undos"], "readwrite");
    const store = transaction.objectStore("entries");
    const undone = await asked(transaction.objectStore("undos").index("shop").getAll(this.shop));
    const all = await asked(store.index("shop").getAll(this.shop));
    const same = all.filter((one) => one.subject === wanted.subject);
    const open = same.find(
      (one) => one.way === wanted.way && one.door === wanted.door && isOpen(one),
    );
    const busy = open?.state === "asked" && Math.abs(wanted.at - open.at) < ASKING && !wanted.retry;
    if (busy) return { busy: true };
    // The next scan of what was never answered is the same scan: nobody is let in twice by it.
    const entry = { ...wanted, scan: open?.scan ?? wanted.scan, state: "asked" };
    const verdict = decide(same.filter((one) => one.scan !== entry.scan), undone);
    if (verdict) return { entry, verdict };
    store.put(entry);
    await done(transaction);
    return { entry, verdict: null };
  }

  // No answer came: the device decides, and in the same breath keeps what it let in.
  async decide(scan, decide) {
    const transaction = this.#kept.transaction(["entries", "undos"], "readwrite");
    const store = transaction.objectStore("entries");
    const undone = await asked(transaction.objectStore("undos").index("shop").getAll(this.shop));
    const entry = await asked(store.get(scan));
    const all = await asked(store.index("shop").getAll(this.shop));
    const others = all.filter((one) => one.subject === entry.subject && one.scan !== scan);
    const { verdict, state, product } = decide(others, undone, entry);
    store.put({ ...entry, state, product });
    await done(transaction);
    return verdict;
  }

  // An answer came. What was let in stays until a list knows of it; the code is not kept.
  async settle(scan, changes) {
    await this.#change("entries", scan, (entry) => {
      const { code, ...kept } = entry;
      return { ...kept, ...changes };
    });
  }

  async drop(scan) {
    await this.#write("entries", (store) => store.delete(scan));
  }

  async entries() {
    const all = await asked(this.#read("entries").index("shop").getAll(this.shop));
    return all.sort((one, other) => one.at - other.at);
  }

  async waiting() {
    return (await this.entries()).filter((one) => one.state === "queued");
  }

  // An undo waits on the device until its check-in is in the ledger. `about`: hash, door, day.
  async undo(scan, reason, { at, ...about }) {
    const transaction = this.#kept.transaction(["entries", "undos"], "readwrite");
    const entries = transaction.objectStore("entries");
    const entry = await asked(entries.get(scan));
    if (entry) entries.put({ ...entry, undone: true });
    transaction.objectStore("undos").put({ ...about, scan, shop: this.shop, reason, at });
    await done(transaction);
  }

  async undos() {
    const all = await asked(this.#read("undos").index("shop").getAll(this.shop));
    return all.filter((one) => !one.entered_at);
  }

  // It is in the ledger, and its reason no more on the device; or it never will be.
  async undoSent(scan, enteredAt) {
    await this.#change("undos", scan, ({ reason, ...undo }) => ({ ...undo, entered_at: enteredAt }));
  }

  async dropUndo(scan) {
    await this.#write("undos", (store) => store.delete(scan));
  }

  // What was shown, the newest first: no name and no code of anybody.
  async show(shown) {
    const transaction = this.#kept.transaction("recent", "readwrite");
    const store = transaction.objectStore("recent");
    store.put({ ...shown, shop: this.shop });
    const all = await asked(store.index("shop").getAll(this.shop));
    all.sort((one, other) => other.at - one.at);
    all.slice(RECENT).forEach((one) => store.delete(one.scan));
    await done(transaction);
  }

  async recent() {
    const all = await asked(this.#read("recent").index("shop").getAll(this.shop));
    return all.sort((one, other) => other.at - one.at);
  }

  async changeRecent(scan, changes) {
    await this.#change("recent", scan, (shown) => ({ ...shown, ...changes }));
  }

  // After the event. What waits to be sent is not forgotten: false, and nothing is.
  async forget() {
    const transaction = this.#kept.transaction(
      ["lists", "entries", "undos", "recent"], "readwrite",
    );
    const all = await asked(transaction.objectStore("entries").index("shop").getAll(this.shop));
    const undos = await asked(transaction.objectStore("undos").index("shop").getAll(this.shop));
    const waits = all.some((one) => one.state === "queued") || undos.some((one) => !one.entered_at);
    if (waits) {
      transaction.abort();
      return false;
    }
    undos.forEach((one) => transaction.objectStore("undos").delete(one.scan));
    const recent = await asked(transaction.objectStore("recent").index("shop").getAll(this.shop));
    transaction.objectStore("lists").delete(this.shop);
    all.forEach((one) => transaction.objectStore("entries").delete(one.scan));
    recent.forEach((one) => transaction.objectStore("recent").delete(one.scan));
    await done(transaction);
    return true;
  }

  #read(name) {
    return this.#kept.transaction(name).objectStore(name);
  }

  async #write(name, act) {
    const transaction = this.#kept.transaction(name, "readwrite");
    act(transaction.objectStore(name));
    await done(transaction);
  }

  async #change(name, key, change) {
    const transaction = this.#kept.transaction(name, "readwrite");
    const store = transaction.objectStore(name);
    const found = await asked(store.get(key));
    if (found) store.put(change(found));
    await done(transaction);
  }
}

const isOpen = (one) => one.state === "asked" || one.state === "unanswered";
