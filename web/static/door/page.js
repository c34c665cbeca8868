// The page at the door: what is scanned goes in here, what is shown comes out.
import { Camera, NoCamera } from "./camera.js";
import { asStored, isNearlyCode } from "./code.js";
import { Connection } from "./connection.js";
import { Device } from "./device.js";
import { hashOf } from "./list.js";
import { Outbox } from "./outbox.js";
import { Panels } from "./panels.js";
import { Screen } from "./screen.js";
import { NoAnswer, Server } from "./server.js";
import { keepFocus, setUpDevice } from "./set_up.js";
import { wake } from "./signals.js";
import { Standing } from "./standing.js";
import { Words } from "./words.js";

const told = JSON.parse(document.getElementById("told").textContent);
const find = (name) => document.querySelector(`[data-${name}]`);

// So long a code that is gone may come again, and a result is left to be seen.
const GONE = 1_500;
const SEEN = 700;

class Door {
  constructor(device) {
    const shop = told.shop;
    this.device = device;
    this.words = new Words(told);
    this.loud = { sounds: true, buzzes: true };
    this.screen = new Screen(this.words, () => this.loud);
    this.server = new Server(told.api, () => this.name);
    this.outbox = new Outbox(device, this.server, {
      list: () => this.connection.list,
      told: (word, about) => this.hear(word, about),
    });
    this.connection = new Connection(device, this.server, this.outbox, {
      shop,
      told: {
        changed: () => this.tell(),
        clock: (clock) => this.tellClock(clock),
        badList: (is) => {
          this.screen.notice("list-bad", is ? this.words.say("list_bad") : "", { tone: "bad" });
        },
      },
    });
    const parts = { device, connection: this.connection, shop };
    this.standing = new Standing(this.words, this.screen, parts);
    this.panels = new Panels(this.words, this.screen, {
      search: (query) => this.search(query),
      letIn: (order, ticket) => this.letIn(order, ticket),
      undo: (shown, reason) => this.undo(shown, reason),
      recent: () => this.device.recent(),
      back: () => this.back(),
    });
    this.camera = new Camera(find("video"), told.files);
    this.field = document.getElementById("code");
    this.way = "in";
    this.seen = { text: "", at: 0 };
    this.shownAt = 0;
    this.turn = Promise.resolve();
  }

  async open() {
    const { device } = this;
    this.name = await device.setting("name", "");
    if (!this.name) {
      this.name = `door-${crypto.randomUUID().slice(0, 4)}`;
      await device.set("name", this.name);
    }
    this.loud = await device.setting("loud", this.loud);
    this.place = await device.setting(`place ${told.shop.slug}`, "");
    this.words.zone = told.shop.timezone;
    await this.connection.open();
    this.setUp();
    this.screen.ready();
    await this.tell();
    this.back();
    this.connection.beat();
    setInterval(() => this.tell(), 15_000);
    if (await device.setting("camera", false)) this.watch();
  }

  // What people press.
  setUp() {
    const form = find("entry");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      wake();
      const typed = this.field.value;
      this.field.value = "";
      if (typed.trim()) this.scan(typed);
      this.back();
    });
    this.choosePlace(form.elements.door);
    for (const one of form.querySelectorAll("[name=way]")) {
      one.addEventListener("change", () => {
        this.way = one.value;
        document.body.dataset.way = this.way;
        this.back();
      });
    }
    find("camera").addEventListener("click", () => {
      wake();
      if (this.camera.on) this.unwatch();
      else this.watch();
    });
    keepFocus(this.field, () => this.back());
    setUpDevice(this, {
      named: (name) => this.keep("name", name),
      loud: (loud) => this.keep("loud", loud),
      fetch: () => this.connection.fetchList({ whole: true }),
      forget: () => this.forget(),
      lamp: (on) => this.camera.lamp(on).catch(() => {}),
    });
    document.addEventListener("visibilitychange", () => document.hidden || this.seenAgain());
    for (const news of ["online", "offline"]) addEventListener(news, () => this.connection.beat());
  }

  choosePlace(choice) {
    if ([...choice.options].some((one) => one.value === this.place)) choice.value = this.place;
    this.place = choice.value;
    choice.addEventListener("change", async () => {
      this.place = choice.value;
      await this.device.set(`place ${told.shop.slug}`, this.place);
      this.back();
      await this.tell();
    });
  }

  async keep(name, value) {
    this[name] = value;
    await this.device.set(name, value);
  }

  back() {
    if (!document.querySelector("dialog[open]")) this.field.focus({ preventScroll: true });
  }

  // A phone that was put away gives the camera back, and lets the screen go dark.
  async seenAgain() {
    this.connection.beat();
    if (!(await this.device.setting("camera", false))) return;
    this.camera.stop();
    await this.watch();
  }

  // The camera.
  async watch() {
    try {
      await this.camera.start((text) => this.see(text));
      await this.device.set("camera", true);
      this.screen.notice("camera", "");
    } catch (error) {
      this.camera.stop();
      if (!(error instanceof NoCamera)) throw error;
      const why = error.message === "refused" ? "refused" : "missing";
      this.screen.notice("camera", this.words.say(`camera_${why}`), { dismiss: () => {} });
    }
    this.showCamera();
    this.back();
  }

  async unwatch() {
    this.camera.stop();
    await this.device.set("camera", false);
    this.showCamera();
  }

  showCamera() {
    const { on } = this.camera;
    find("viewer").hidden = !on;
    document.body.dataset.reader = this.camera.readerName;
    find("lamp").hidden = !(on && this.camera.hasLamp);
    find("camera").setAttribute("aria-pressed", String(on));
  }

  // The same code held before the camera is one scan.
  see(text) {
    const now = performance.now();
    if (!text) {
      if (now - this.seen.at > GONE) this.seen.text = "";
      return;
    }
    const same = text === this.seen.text;
    if (same) this.seen.at = now;
    if (same || this.scanning || now - this.shownAt < SEEN) return;
    if (document.querySelector("dialog[open]")) return;
    this.seen = { text, at: now };
    this.scan(text);
  }

  // One after the other: whoever comes next waits until the one before is decided.
  scan(typed) {
    return this.inTurn(() => this.scanned(typed));
  }

  letIn(order, ticket) {
    return this.inTurn(async () => {
      const subject = `${order.order}/${ticket.number}`;
      const about = { order: order.order, ticket: ticket.number, subject, hash: ticket.hash ?? "" };
      await this.decided(about);
      // Which code that ticket has is in the list, once what changed of it has come.
      await this.connection.fetchList();
    });
  }

  inTurn(act) {
    this.turn = this.turn.then(act).catch((error) => {
      this.screen.result({ result: "refused", text: String(error?.message ?? error) });
    });
    return this.turn;
  }

  async scanned(typed) {
    const code = asStored(typed);
    if (!code) {
      await this.show({ result: isNearlyCode(typed) ? "mistyped" : "not_a_code", ticket: null });
      return;
    }
    const subject = await hashOf({ salt: "subject" }, code);
    await this.decided({ code, subject, hash: await this.connection.hash(code) });
  }

  async decided(about) {
    this.scanning = true;
    this.screen.busy(true);
    const wanted = {
      ...about,
      scan: crypto.randomUUID(),
      shop: told.shop.slug,
      door: this.place,
      way: this.way,
      at: Date.now(),
      day: this.connection.today(),
    };
    try {
      const answer = await this.outbox.scan(wanted, { online: this.connection.online });
      if (answer) await this.show(this.named(answer), wanted);
    } finally {
      this.screen.busy(false);
      this.scanning = false;
    }
    await this.tell();
    if (!this.connection.online) this.connection.beat();
  }

  // What a device cannot know by its list has words of its own.
  named(answer) {
    if (!answer.offline || answer.result !== "unknown") return answer;
    return { ...answer, result: this.connection.known ? "unlisted" : "no_list" };
  }

  async show(answer, wanted = {}) {
    const { hash = "", door = this.place, day = this.connection.today() } = wanted;
    if (answer.used?.scan) {
      const ours = (await this.device.recent()).some((one) => one.scan === answer.used.scan);
      answer.used = { ...answer.used, mine: ours };
    }
    const undoable = undoableOf(answer);
    const shown = {
      scan: answer.scan ?? crypto.randomUUID(), at: Date.now(), undoable, hash, door, day,
      answer: unnamed(answer),
    };
    await this.device.show(shown);
    if (!answer.offline && !answer.repeated) this.connection.count(door, answer.result);
    this.shownAt = performance.now();
    // What was taken back is news of the one before: beside this result it would be misread.
    this.screen.notice("undo", "");
    this.screen.result(answer, { undo: undoable ? () => this.panels.askUndo(shown) : null });
  }

  async undo(shown, reason) {
    const { undoable, hash, door, day } = shown;
    await this.device.undo(undoable, reason, { at: Date.now(), hash, door, day });
    for (const one of await this.device.recent()) {
      if (one.undoable === undoable) await this.device.changeRecent(one.scan, { undone: true });
    }
    this.screen.ready();
    await this.connection.send();
    const { word, title } = this.words.shown(shown.answer);
    const what = [word, title].filter(Boolean).join(" · ");
    const waits = (await this.device.undos()).some((one) => one.scan === undoable);
    const said = waits ? this.words.say("undo_waits") : this.words.say("undone", { what });
    this.screen.notice("undo", said, { passing: true });
    await this.tell();
    this.connection.beat();
  }

  async search(query) {
    try {
      return await this.server.search(query);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      if (error.word === "refused") return error.message;
      this.connection.is(error.word);
      await this.tell();
      return this.words.say("search_offline");
    }
  }

  // What is heard on the way of a scan.
  async hear(word, about) {
    const say = (name, values) => this.words.say(name, values);
    switch (word) {
      case "sending":
        this.screen.state("waiting", say("sending", about), "wait");
        break;
      case "sent":
        if (!about.sent) break;
        this.screen.notice("sent", say("sent", { count: about.sent }), { tone: "good", passing: true });
        break;
      case "conflict":
        await this.standing.keepConflict(about);
        break;
      case "undo-refused":
        this.screen.notice(`undo ${about.scan}`, say("undo_refused", { why: about.text }), {
          dismiss: () => {},
        });
        break;
      case "refused":
        break;
      default:
        this.connection.is(word);
        if (about?.clock) this.connection.hearClock(about.clock);
    }
  }

  tellClock({ ahead, wrong }) {
    const how_much = this.words.span(ahead * 1000);
    this.screen.notice("clock", wrong ? this.words.say("clock", { how_much }) : "");
  }

  tell() {
    return this.standing.tell(this.place);
  }

  async forget() {
    const gone = await this.device.forget();
    if (gone) this.connection.forgetList();
    this.panels.close();
    const text = this.words.say(gone ? "forgotten" : "not_forgotten");
    this.screen.notice("forgotten", text, { tone: gone ? "good" : "wait", dismiss: () => {} });
    await this.tell();
  }
}

// The check-in that can be taken back: the one that was just made, or the one that stands.
const undoableOf = ({ result, scan, used }) => {
  if (result === "valid") return scan;
  return result === "used" ? (used?.scan ?? "") : "";
};

// A name is for the eye only; it is not kept.
const unnamed = (answer) =>
  answer.ticket ? { ...answer, ticket: { ...answer.ticket, holder: null } } : answer;

// From its first visit on: whoever opened this page once opens it without a network.
const keepPage = async () => {
  try {
    await navigator.serviceWorker.register(told.service_worker, { scope: "/door/" });
    if (navigator.serviceWorker.controller) return;
    const answer = await fetch(location.pathname, { credentials: "same-origin" });
    if (answer.ok && !answer.redirected) {
      await (await caches.open("door-pages")).put(location.pathname, answer);
    }
  } catch {
    // Without it the page opens with a network only; what it kept is there all the same.
  }
};

const begin = async () => {
  const words = new Words(told);
  const complain = (why) => new Screen(words, () => ({})).notice(why, words.say(why));
  // Where we cannot work, the form does without us.
  if (!isSecureContext) return complain("camera_insecure");
  keepPage();
  let device;
  try {
    device = await Device.open(told.shop.slug);
  } catch {
    return complain("no_storage");
  }
  document.documentElement.dataset.scripted = "yes";
  return new Door(device).open();
};

begin();
