// What lies behind the buttons: search, what was scanned lately, taking back, and the set-up.

const find = (name) => document.querySelector(`[data-${name}]`);

const element = (kind, text = "", className = "") => {
  const made = document.createElement(kind);
  made.textContent = text;
  if (className) made.className = className;
  return made;
};

export class Panels {
  #words;
  #screen;
  #acts;

  // `acts`: search(query) · letIn(order, ticket) · undo(shown, reason) · recent() · back()
  constructor(words, screen, acts) {
    this.#words = words;
    this.#screen = screen;
    this.#acts = acts;
    for (const button of document.querySelectorAll("[data-open]")) {
      button.addEventListener("click", () => this.open(button.dataset.open));
    }
    for (const panel of document.querySelectorAll("dialog")) {
      panel.addEventListener("close", () => {
        if (document.querySelector("dialog[open]")) return; // the next one has the focus
        // The focus that a dialog gives back may take no letters: Chromium sets no cursor with it.
        document.activeElement?.blur();
        acts.back();
      });
    }
    find("search-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#search(find("search-query").value.trim());
    });
    find("undo-form").addEventListener("submit", (event) => this.#takeBack(event));
  }

  async open(name) {
    const panel = document.getElementById(`panel-${name}`);
    if (name === "recent") await this.#recent();
    if (name === "search") find("found").replaceChildren();
    if (!panel.open) panel.showModal();
  }

  close() {
    for (const panel of document.querySelectorAll("dialog[open]")) panel.close();
  }

  async #search(query) {
    const place = find("found");
    place.replaceChildren();
    const found = await this.#acts.search(query);
    if (typeof found === "string") {
      place.append(element("p", found, "soft"));
      return;
    }
    if (!found.orders.length) {
      const why = found.too_short ? "too_short" : "nobody_found";
      place.append(element("p", this.#words.say(why), "soft"));
    }
    for (const order of found.orders) place.append(this.#order(order));
  }

  #order(order) {
    const made = element("section", "", "found");
    const name = [order.name, `#${order.number}`].filter(Boolean).join(" · ");
    made.append(element("h3", name));
    for (const ticket of order.tickets) {
      const row = element("div", "", "found-ticket");
      const state = this.#words.say(ticket.state);
      const since = ticket.used ? ` · ${this.#words.usedAt(ticket.used)}` : "";
      const title = this.#words.local(ticket.title);
      const said = element("p", `${ticket.number}/${ticket.count} ${title}: ${state}${since}`);
      row.append(said);
      if (ticket.state === "confirmed" || ticket.state === "checked_in") {
        const button = this.#screen.button(this.#words.say("check_in"), () => {
          this.close();
          this.#acts.letIn(order, ticket);
        });
        button.setAttribute("aria-label", `${button.textContent}: ${name}, ${said.textContent}`);
        row.append(button);
      }
      made.append(row);
    }
    return made;
  }

  async #recent() {
    const place = find("recent");
    const all = await this.#acts.recent();
    place.replaceChildren();
    if (!all.length) place.append(element("li", this.#words.say("nothing_yet"), "soft"));
    for (const one of all) place.append(this.#scanned(one));
  }

  #scanned(one) {
    const { tone, sign, word, title } = this.#words.shown(one.answer);
    const row = element("li", "", "scanned");
    row.dataset.tone = one.undone ? "quiet" : tone;
    const mark = element("span", one.undone ? "↶" : sign, "sign");
    mark.setAttribute("aria-hidden", "true");
    const said = [this.#words.time(one.at), word, title].filter(Boolean).join(" · ");
    const text = one.undone ? this.#words.say("undone", { what: said }) : said;
    row.append(mark, element("p", text));
    if (one.undoable && !one.undone) {
      const button = this.#screen.button(this.#words.say("undo"), () => this.askUndo(one));
      button.setAttribute("aria-label", `${button.textContent}: ${said}`);
      row.append(button);
    }
    return row;
  }

  // `shown` is what was scanned; its check-in is named by `undoable`.
  askUndo(shown) {
    this.close();
    const { word, title } = this.#words.shown(shown.answer);
    find("undo-what").textContent = [this.#words.time(shown.at), word, title]
      .filter(Boolean).join(" · ");
    const form = find("undo-form");
    form.shown = shown;
    form.reset();
    const panel = document.getElementById("panel-undo");
    panel.showModal();
    // Neither a keyboard over the reasons, nor a scanner's Enter that would press one of them.
    panel.tabIndex = -1;
    panel.focus();
  }

  #takeBack(event) {
    event.preventDefault();
    const form = event.target;
    const reason = form.elements.reason.value.trim() || event.submitter?.value || "";
    if (!reason) {
      form.elements.reason.focus();
      return;
    }
    this.close();
    this.#acts.undo(form.shown, reason);
  }
}
