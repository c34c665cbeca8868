// What is seen and heard: the result, the state of network and list, and what people must know.
import { signal } from "./signals.js";

const PASSING = 12_000;

const find = (name) => document.querySelector(`[data-${name}]`);

const line = (text, className = "") => {
  const made = document.createElement("p");
  made.textContent = text;
  if (className) made.className = className;
  return made;
};

export class Screen {
  #words;
  #loud;
  #notices = new Map();

  // `loud` tells whether sounds and buzzes are wanted.
  constructor(words, loud) {
    this.#words = words;
    this.#loud = loud;
  }

  ready() {
    const panel = find("result");
    panel.dataset.tone = "idle";
    panel.replaceChildren(line(this.#words.say("ready"), "word"));
  }

  busy(is) {
    find("result").setAttribute("aria-busy", String(is));
  }

  // `undo` is what the button does; none without it.
  result(answer, { undo = null } = {}) {
    const { tone, sign, word, title, lines, next } = this.#words.shown(answer);
    const panel = find("result");
    panel.dataset.tone = tone;
    panel.dataset.result = answer.result;
    panel.dataset.shown = String(Number(panel.dataset.shown ?? 0) + 1);
    const mark = document.createElement("span");
    mark.className = "sign";
    mark.setAttribute("aria-hidden", "true");
    mark.textContent = sign;
    const said = [line(word, "word"), ...(title ? [line(title, "title")] : [])];
    said.push(...lines.map((one) => line(one)), ...(next ? [line(next, "next")] : []));
    panel.replaceChildren(mark, ...said);
    if (undo) panel.append(this.button(this.#words.say("undo"), undo));
    // Said at once and as a whole, even if it is the same as before.
    find("live").replaceChildren(line([word, title, ...lines, next].filter(Boolean).join(". ")));
    if (!matchMedia("(prefers-reduced-motion: reduce)").matches) {
      panel.animate?.([{ transform: "scale(.94)" }, { transform: "none" }], { duration: 120 });
    }
    signal(tone, this.#loud());
  }

  button(label, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = label;
    made.addEventListener("click", act);
    return made;
  }

  state(name, text, tone = "quiet") {
    const chip = find(`state-${name}`);
    chip.hidden = !text;
    chip.dataset.tone = tone;
    if (chip.textContent !== text) chip.textContent = text;
  }

  // A thing that people must know until it is over, or until they say that they have seen it.
  // What is only news is gone by itself after a while.
  notice(name, text, { link = null, dismiss = null, tone = "wait", passing = false } = {}) {
    if (!text) {
      this.#notices.get(name)?.remove();
      this.#notices.delete(name);
      return;
    }
    const known = this.#notices.get(name);
    if (known?.dataset.text === text) return;
    const made = document.createElement("div");
    made.className = "notice";
    made.dataset.tone = tone;
    made.dataset.text = text;
    made.dataset.notice = name;
    made.append(line(text));
    if (link) {
      const way = document.createElement("a");
      way.href = link.href;
      way.textContent = link.text;
      way.className = "button";
      made.append(way);
    }
    if (dismiss) {
      made.append(
        this.button(this.#words.say("dismiss"), () => {
          this.notice(name, "");
          dismiss();
        }),
      );
    }
    if (known) known.replaceWith(made);
    else find("notices").append(made);
    this.#notices.set(name, made);
    if (passing) setTimeout(() => made.isConnected && this.notice(name, ""), PASSING);
  }
}
