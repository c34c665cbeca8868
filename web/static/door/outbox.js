// The way of a scan: written down, asked, decided by the device where nobody answers, sent later.
import { NoAnswer } from "./server.js";
import { verdict } from "./verdict.js";

const AT_ONCE = 100;
const LETS = new Set(["valid", "left"]);

export class Outbox {
  #device;
  #server;
  #list;
  #told;
  #sending = null;

  // `list` gives the list as it is at this moment; `told` hears of words and progress:
  // told("online") · told("sending", {sent, of}) · told("conflict", {...}) · told("sent", count)
  constructor(device, server, { list, told }) {
    this.#device = device;
    this.#server = server;
    this.#list = list;
    this.#told = told;
  }

  // The answer to a scan, wherever it comes from; null where the same is being asked already.
  // `wanted`: scan, subject, hash, code or order and ticket, way, door, day, at.
  async scan(wanted, { online }) {
    const begun = await this.#device.begin(wanted, (own, undone) => this.#unsent(own, undone, wanted));
    if (begun.busy) return null;
    if (begun.verdict) return { ...begun.verdict, scan: wanted.scan, kept: false };
    const { entry } = begun;
    if (online) {
      try {
        return await this.#asked(entry);
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        await this.#told(error.word, error.message);
        if (error.word === "refused") {
          await this.#device.drop(entry.scan);
          return { result: "refused", text: error.message, scan: entry.scan };
        }
      }
    }
    return this.#decided(entry);
  }

  // What waits here and is not in the ledger yet cannot be asked about: the server knows less.
  #unsent(own, undone, wanted) {
    const waits = own.some((one) => one.state === "queued" && !one.undone);
    return waits && wanted.code ? verdict(this.#list(), own, wanted, undone) : null;
  }

  async #asked(entry) {
    const { scan, door, code, order, ticket, way } = entry;
    const body = code ? { scan, door, code } : { scan, door, order, ticket };
    const answer = await (way === "out" ? this.#server.exit(body) : this.#server.checkIn(body));
    this.#told("online", answer);
    if (LETS.has(answer.result)) await this.#device.settle(scan, entered(answer, entry));
    else await this.#device.drop(scan);
    return { ...answer, way };
  }

  // Without a code nothing can be decided here, and nothing is kept but the scan itself.
  async #decided(entry) {
    const decide = (own, undone, kept) => {
      const found = kept.code
        ? verdict(this.#list(), own, kept, undone)
        : { result: "no_answer", offline: true, ticket: null };
      const lets = LETS.has(found.result);
      const product = found.ticket?.product;
      return { verdict: found, state: lets ? "queued" : "unanswered", product };
    };
    const found = await this.#device.decide(entry.scan, decide);
    return { ...found, scan: entry.scan, way: entry.way };
  }

  // Sends what waits, oldest first; one page of the device at a time. How many were sent.
  async send() {
    this.#sending ??= this.#alone(() => this.#sendAll()).finally(() => {
      this.#sending = null;
    });
    return this.#sending;
  }

  #alone(act) {
    if (!navigator.locks) return act();
    const name = `door-outbox-${this.#device.shop}`;
    return navigator.locks.request(name, { ifAvailable: true }, (lock) => (lock ? act() : 0));
  }

  async #sendAll() {
    const waiting = await this.#device.waiting();
    let sent = 0;
    try {
      while (sent < waiting.length) {
        this.#told("sending", { sent, of: waiting.length });
        const some = waiting.slice(sent, sent + AT_ONCE);
        await this.#sendSome(some);
        sent += some.length;
      }
      await this.#sendUndos();
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      this.#told(error.word, error.message);
    }
    if (waiting.length) this.#told("sent", { sent, of: waiting.length });
    return sent;
  }

  // A call that is refused records nothing: then one by one, so that one bad entry stops no other.
  async #sendSome(some) {
    try {
      const answer = await this.#server.queue(some.map(asSent));
      this.#told("online", answer);
      for (const [nth, one] of answer.entries.entries()) {
        await this.#entered(some[nth], { clock: answer.clock, ...one });
      }
    } catch (error) {
      if (!(error instanceof NoAnswer) || error.word !== "refused") throw error;
      if (some.length > 1) {
        for (const one of some) await this.#sendSome([one]);
      } else {
        await this.#device.settle(some[0].scan, { state: "refused", why: error.message });
        await this.#told("conflict", { entry: some[0], result: "refused", text: error.message });
      }
    }
  }

  async #entered(entry, answer) {
    if (!answer.recorded) {
      await this.#device.settle(entry.scan, { state: "refused", why: answer.result });
    } else {
      await this.#device.settle(entry.scan, entered(answer, entry));
    }
    // A ticket that was cancelled meanwhile let somebody in as well: that stands, and is told.
    const right = answer.recorded && answer.stands && LETS.has(answer.result);
    if (!right) await this.#told("conflict", { entry, ...answer });
  }

  async #sendUndos() {
    const unsent = new Set((await this.#device.waiting()).map((one) => one.scan));
    for (const { scan, reason } of await this.#device.undos()) {
      if (unsent.has(scan)) continue;
      try {
        await this.#server.undo(scan, reason);
        await this.#device.undoSent(scan, Date.now());
      } catch (error) {
        if (!(error instanceof NoAnswer) || error.word !== "refused") throw error;
        this.#told("undo-refused", { scan, text: error.message });
        await this.#device.dropUndo(scan);
      }
    }
  }
}

const asSent = ({ scan, way, door, code, at }) => ({
  scan, way, door, code, scanned_at: new Date(at).toISOString(),
});

const entered = (answer, entry) => ({
  state: "entered",
  entered_at: Date.now() - 1000 * (answer.clock?.ahead ?? 0),
  day: answer.day ?? entry.day,
  product: answer.ticket?.product ?? entry.product,
});
