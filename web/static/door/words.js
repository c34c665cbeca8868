// What is said of an answer, in the words that came with the page.

export class Words {
  #texts;
  #verdicts;
  #zone;
  #language;

  constructor({ sentences, verdicts, language }) {
    this.#texts = sentences;
    this.#verdicts = verdicts;
    this.#language = language === "en" ? "en-GB" : language;
  }

  set zone(zone) {
    this.#zone = zone;
  }

  say(name, values = {}) {
    return this.#texts[name].replace(/%\((\w+)\)s/gu, (_, one) => values[one] ?? "");
  }

  // A text of a shop, in the reader's language or the next best.
  local(texts) {
    const all = texts ?? {};
    return all[this.#language.slice(0, 2)] ?? all.en ?? Object.values(all)[0] ?? "";
  }

  time(instant, how = {}) {
    return new Intl.DateTimeFormat(this.#language, {
      hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: this.#zone, ...how,
    }).format(new Date(instant));
  }

  // Two doors may scan within one minute.
  exact(instant) {
    return this.time(instant, { second: "2-digit" });
  }

  day(day) {
    return new Intl.DateTimeFormat(this.#language, {
      weekday: "long", day: "numeric", month: "long", timeZone: "UTC",
    }).format(new Date(`${day}T12:00:00Z`));
  }

  // So long, in the largest unit that tells enough.
  span(milliseconds) {
    const seconds = Math.round(Math.abs(milliseconds) / 1000);
    if (seconds < 120) return this.say("seconds", { count: seconds });
    if (seconds < 7200) return this.say("minutes", { count: Math.round(seconds / 60) });
    return this.say("hours", { count: Math.round(seconds / 3600) });
  }

  // How an answer is shown: tone, sign, word, title and lines, what to do next.
  shown(answer) {
    const verdict = this.#verdicts[answer.result] ?? this.#verdicts.refused;
    return {
      tone: verdict.tone,
      sign: verdict.sign,
      word: verdict.word,
      title: this.local(answer.ticket?.title),
      lines: this.#lines(answer).filter(Boolean),
      next: answer.result === "refused" ? answer.text : verdict.next,
    };
  }

  #lines({ result, ticket, again, used, why, days, doors, offline }) {
    const handed = this.local(ticket?.hand_out);
    return [
      result === "valid" && handed && !again && this.say("hand_out", { what: handed }),
      result === "valid" && again && this.say("again"),
      ticket?.holder,
      ticket?.number && this.say("ticket", {
        number: ticket.number, count: ticket.count, order: `#${ticket.order_number}`,
      }),
      result === "used" && used && this.usedAt(used),
      result === "revoked" && why && this.say(why),
      result === "wrong_day" && this.say("only_days", {
        days: days.map((one) => this.day(one)).join(", "),
      }),
      result === "wrong_door" && this.say("only_doors", { doors: doors.join(", ") }),
      offline && ticket && this.say("offline"),
    ];
  }

  usedAt({ at, door, device, mine }) {
    return this.say(mine ? "used_here" : "used_at", { time: this.time(at), door, device });
  }
}
