// Whether anybody is there, and what comes and goes while somebody is: list, counters, what waits.
import { hashOf, isSigned, merged } from "./list.js";
import { NoAnswer } from "./server.js";
import { dayOf } from "./verdict.js";

const HEARTBEAT = 8_000;
const PROBE = 4_000;
const LIST_EVERY = 60_000;
// Seconds from which a clock is wrong, as the server has it.
const WRONG = 30;

export class Connection {
  #device;
  #server;
  #outbox;
  #shop;
  #told;
  #beating = null;
  #next;
  #listAsked = 0;

  // `told` hears: changed() · clock({ahead, wrong}) · badList(is).
  constructor(device, server, outbox, { shop, told }) {
    this.#device = device;
    this.#server = server;
    this.#outbox = outbox;
    this.#shop = shop;
    this.#told = told;
    this.word = "offline";
    this.list = null;
    this.ahead = 0;
    this.heard = 0;
    this.inside = {};
  }

  // A list that names no ticket tells nobody anything.
  get known() {
    return this.list?.tickets.size ? this.list : null;
  }

  // Whether anybody was asked yet; before that nobody knows of a network.
  get asked() {
    return "network" in document.body.dataset;
  }

  get online() {
    return this.word === "online";
  }

  async open() {
    this.key = await this.#device.setting(`key ${this.#shop.slug}`, null);
    this.heard = await this.#device.setting("heard", 0);
    this.list = await this.#device.list();
  }

  // The day of the event, by the clock of this device put right.
  today() {
    return dayOf(new Date(Date.now() - 1000 * this.ahead), this.list ?? this.#shop);
  }

  hash(code) {
    return this.list ? hashOf(this.list, code) : "";
  }

  // Asks for the counters, and so whether anybody is there; again and again.
  beat() {
    clearTimeout(this.#next);
    this.#beating ??= this.#beaten().finally(() => {
      this.#beating = null;
      this.#next = setTimeout(() => this.beat(), this.online ? HEARTBEAT : PROBE);
    });
    return this.#beating;
  }

  async #beaten() {
    await this.#ask(async () => {
      if (!this.key || !this.online) await this.#learn();
      await this.#counted();
      this.is("online");
    });
    if (this.online) {
      await this.send();
      if (Date.now() - this.#listAsked > LIST_EVERY) await this.fetchList();
    }
    await this.#told.changed();
  }

  // What comes of it says whether anybody is there.
  async #ask(what) {
    try {
      await what();
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      this.is(error.word === "refused" ? "offline" : error.word);
    }
  }

  async #counted() {
    const { doors } = await this.#server.counters();
    for (const [door, { inside }] of Object.entries(doors)) this.inside[door] = inside;
  }

  // One more, or one less, until the counters are asked for again.
  count(door, result) {
    if (!(door in this.inside)) return;
    if (result === "valid") this.inside[door] += 1;
    if (result === "left") this.inside[door] -= 1;
  }

  async #learn() {
    const before = Date.now();
    const { key, now } = await this.#server.door();
    this.key = key;
    await this.#device.set(`key ${this.#shop.slug}`, key);
    const ahead = ((before + Date.now()) / 2 - Date.parse(now)) / 1000;
    this.hearClock({ ahead, wrong: Math.abs(ahead) > WRONG });
  }

  hearClock({ ahead, wrong }) {
    this.ahead = ahead;
    this.heard = Date.now();
    this.#device.set("heard", this.heard);
    this.#told.clock({ ahead, wrong });
  }

  // Since it was heard last, the clock of this device has gone back.
  get setBack() {
    return !this.online && Date.now() < this.heard - 60_000;
  }

  // online · offline · signed-out · forbidden: then nothing of the shop stays here but what waits.
  is(word) {
    this.word = word;
    document.body.dataset.network = word;
    if (word !== "forbidden" || !this.list) return;
    this.list = null;
    this.#device.forgetList();
  }

  async send() {
    const waits = (await this.#device.waiting()).length + (await this.#device.undos()).length;
    if (!waits || this.word === "signed-out" || this.word === "forbidden") return;
    await this.#outbox.send();
    if (!this.online) return;
    // What was sent counts at once, not from the next beat on.
    await this.#ask(() => this.#counted());
    if (this.online) await this.fetchList();
  }

  async fetchList({ whole = false } = {}) {
    this.#listAsked = Date.now();
    try {
      await this.#fetched(whole);
      this.#told.badList(false);
    } catch (error) {
      if (error instanceof NoAnswer) this.is(error.word === "refused" ? "offline" : error.word);
      // What changed did not fit to what was here: the whole list does.
      else if (this.list && !whole) await this.fetchList({ whole: true });
      else this.#told.badList(true);
    }
    await this.#told.changed();
  }

  async #fetched(whole) {
    const before = whole ? null : this.list;
    const sent = await this.#server.list(before?.position, before?.tag);
    if (sent === null) {
      this.list = { ...this.list, fetched_at: Date.now() };
    } else {
      const verified = this.key ? await isSigned(sent, this.key) : null;
      if (verified === false) throw new Error("not signed by this ledger");
      const about = { shop: this.#shop.slug, tag: sent.tag, verified, at: Date.now() };
      this.list = merged(before, sent, about);
    }
    await this.#device.keepList(this.list);
  }

  forgetList() {
    this.list = null;
    this.#listAsked = Date.now();
  }
}
