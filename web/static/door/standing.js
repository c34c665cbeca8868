// How everything stands, said again whenever something may have changed.
import { OLD } from "./list.js";

const CHIPS = {
  online: ["online", "good"],
  offline: ["offline_state", "wait"],
  "signed-out": ["signed_out", "bad"],
  forbidden: ["forbidden", "bad"],
};

const find = (name) => document.querySelector(`[data-${name}]`);

export class Standing {
  #words;
  #screen;
  #device;
  #connection;
  #shop;

  constructor(words, screen, { device, connection, shop }) {
    this.#words = words;
    this.#screen = screen;
    this.#device = device;
    this.#connection = connection;
    this.#shop = shop;
  }

  async tell(door) {
    const waiting = await this.#device.waiting();
    const undos = await this.#device.undos();
    this.#network(waiting.length + undos.length);
    this.#inside(door, waiting);
    this.#list();
    const today = this.#words.day(this.#connection.today());
    if (find("today").textContent !== today) find("today").textContent = today;
    await this.#conflicts();
  }

  #network(count) {
    const { word, setBack, asked } = this.#connection;
    const [name, tone] = CHIPS[word];
    this.#screen.state("net", asked ? this.#words.say(name) : "", tone);
    this.#screen.state("waiting", count ? this.#words.say("waiting", { count }) : "", "wait");
    const link = { text: find("sign-in-again").textContent, href: this.#shop.sign_in };
    const out = word === "signed-out" ? this.#words.say("signed_out_long") : "";
    this.#screen.notice("signed-out", out, { tone: "bad", link });
    const not = word === "forbidden" ? this.#words.say("forbidden_long") : "";
    this.#screen.notice("forbidden", not, { tone: "bad" });
    this.#screen.notice("clock-back", setBack ? this.#words.say("clock_back") : "");
  }

  // By the last count, and what this device did since.
  #inside(door, waiting) {
    const counted = this.#connection.inside[door];
    const ours = waiting.filter((one) => one.door === door && !one.undone);
    const count = ours.reduce((sum, one) => sum + (one.way === "in" ? 1 : -1), counted);
    const text = counted === undefined ? "" : this.#words.say("inside", { count });
    this.#screen.state("inside", text);
  }

  #list() {
    const { known: list, word, asked } = this.#connection;
    const age = list ? Date.now() - list.fetched_at : 0;
    const said = this.#age(list, Math.floor(age / 60_000));
    const old = !list || age > OLD;
    this.#screen.state("list", list || asked ? said : "", old ? "wait" : "quiet");
    const warned = list && old && word !== "online";
    const text = warned ? this.#words.say("list_old", { age: this.#words.span(age) }) : "";
    this.#screen.notice("list-old", text);
    const about = list ? this.#about(list) : said;
    if (find("list-about").textContent !== about) find("list-about").textContent = about;
  }

  #age(list, minutes) {
    if (!list) return this.#words.say("list_none");
    if (minutes < 2) return this.#words.say("list_fresh");
    if (minutes < 120) return this.#words.say("list_minutes", { count: minutes });
    return this.#words.say("list_hours", { count: Math.floor(minutes / 60) });
  }

  #about(list) {
    const time = this.#words.time(list.fetched_at, { day: "numeric", month: "numeric" });
    const about = this.#words.say("list_about", { count: list.tickets.size, time });
    const signed = list.verified === null ? "list_unverified" : "list_verified";
    const named = list.names ? this.#words.say("list_named") : "";
    return [about, this.#words.say(signed), named].filter(Boolean).join(" ");
  }

  // Of who was let in and should not have been: until somebody has seen it, whatever is closed.
  async keepConflict({ entry, ...answer }) {
    const { scan, at, door } = entry;
    const { result, used, text } = answer;
    const title = answer.ticket?.title ?? {};
    const others = (await this.#kept()).filter((one) => one.scan !== scan);
    await this.#keep([...others, { scan, at, door, result, used, text, title }]);
    await this.#conflicts();
  }

  async #conflicts() {
    for (const one of await this.#kept()) {
      this.#screen.notice(`conflict ${one.scan}`, this.#conflict(one), {
        tone: "bad",
        dismiss: async () => {
          await this.#keep((await this.#kept()).filter((other) => other.scan !== one.scan));
        },
      });
    }
  }

  #conflict({ at, result, used, text, title }) {
    const time = this.#words.exact(at);
    const what = this.#words.local(title);
    if (result === "used" && used) {
      const values = { what, first: this.#words.exact(used.at), device: used.device, then: time };
      return this.#words.say("conflict_used", values);
    }
    if (result === "unknown") return this.#words.say("conflict_unknown", { time });
    if (result === "refused") return this.#words.say("conflict_refused", { time, why: text });
    const why = this.#words.shown({ result, days: [], doors: [] }).word;
    return this.#words.say("conflict_replaced", { what, why });
  }

  #kept() {
    return this.#device.setting(`conflicts ${this.#shop.slug}`, []);
  }

  #keep(conflicts) {
    return this.#device.set(`conflicts ${this.#shop.slug}`, conflicts);
  }
}
