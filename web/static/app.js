// Improves pages that work without it: no double press, steppers, a running total, copies, a patient look.
"use strict";

const once = (form) => {
  form.addEventListener("submit", (event) => {
    const button = event.submitter ?? form.querySelector("button.button");
    if (button?.formTarget) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    if (!button) return;
    button.dataset.label = button.textContent;
    button.setAttribute("aria-busy", "true");
    button.textContent = button.dataset.busy || button.textContent;
  });
};

const freshAgain = () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[aria-busy]")) {
      button.removeAttribute("aria-busy");
      button.textContent = button.dataset.label;
    }
  }
};

const stepper = (picker) => {
  const input = picker.querySelector("input");
  const step = (sign, by, label) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = sign;
    button.setAttribute("aria-label", `${label}: ${picker.querySelector("label").textContent}`);
    button.addEventListener("click", () => {
      input.value = Math.min(Math.max(Number(input.value) + by, Number(input.min)), Number(input.max));
      input.dispatchEvent(new Event("input", { bubbles: true }));
    });
    return button;
  };
  const less = step("−", -1, picker.dataset.less);
  const more = step("+", 1, picker.dataset.more);
  const limits = () => {
    less.disabled = Number(input.value) <= Number(input.min);
    more.disabled = Number(input.value) >= Number(input.max);
  };
  input.before(less);
  input.after(more);
  input.addEventListener("input", limits);
  picker.classList.add("steps-on");
  limits();
};

const runningTotal = (form) => {
  const told = form.querySelector("[data-sum]");
  if (!told) return;
  const english = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
  const format = new Intl.NumberFormat(english, { style: "currency", currency: told.dataset.currency });
  const digits = format.resolvedOptions().maximumFractionDigits;
  const tell = () => {
    const inputs = [...form.querySelectorAll("[data-price]")];
    const pieces = inputs.reduce((sum, one) => sum + Number(one.value), 0);
    const minor = inputs.reduce((sum, one) => sum + Number(one.value) * Number(one.dataset.price), 0);
    told.textContent = pieces ? format.format(minor / 10 ** digits) : told.dataset.nothing;
  };
  told.hidden = false;
  form.addEventListener("input", tell);
  tell();
};

// News of an order take the place of what the page said, and are read out; nothing else moves.
const renew = async (address) => {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(String(answer.status));
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const before = document.querySelector("main"), after = fresh.querySelector("main");
  before.replaceWith(after);
  history.replaceState(null, "", address);
  improve(after);
  const told = document.getElementById("news");
  told.textContent = [...after.querySelectorAll(".standing .badge, .standing h1, .standing h1 + p")]
    .map((one) => one.textContent.trim()).join(". ");
};

const watch = (place) => {
  let pause = 2000, looks = Number(place.dataset.looks);
  const look = async () => {
    try {
      const answer = await fetch(`${place.dataset.watch}?paid=1`, { headers: { Accept: "application/json" } });
      const order = answer.ok ? await answer.json() : null;
      const version = (order?.order ?? order)?.version;
      if (version !== undefined && String(version) !== place.dataset.version) {
        await renew(place.dataset.then).catch(() => location.replace(place.dataset.then));
        return;
      }
    } catch { /* No network just now: the next look may succeed. */ }
    pause = Math.min(pause * 1.2, 15000);
    looks -= 1;
    if (looks > 0) setTimeout(look, pause);
    else location.replace(place.dataset.last);
  };
  setTimeout(look, pause);
};

// Seconds are counted from now on: this device's clock may be wrong, and the shop's decides.
const countdown = (place) => {
  const over = Date.now() + Number(place.dataset.left) * 1000, told = place.querySelector("strong");
  const two = (number) => String(number).padStart(2, "0");
  const tell = () => {
    const left = Math.max(0, Math.ceil((over - Date.now()) / 1000));
    const hours = Math.floor(left / 3600), minutes = Math.floor(left / 60) % 60;
    told.textContent = `${hours ? `${hours}:${two(minutes)}` : minutes}:${two(left % 60)}`;
    if (left) setTimeout(tell, 1000);
    else location.reload();
  };
  place.hidden = false;
  tell();
};

const copies = (place) => {
  const text = place.querySelector("span"), button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.setAttribute("aria-live", "polite");
  button.textContent = place.dataset.copy;
  button.addEventListener("click", async () => {
    getSelection().selectAllChildren(text);
    try {
      await navigator.clipboard.writeText(text.textContent);
    } catch {  // only pages of a safe origin may write there by themselves
      if (!document.execCommand("copy")) return;
    }
    button.textContent = place.dataset.copied;
    setTimeout(() => { button.textContent = place.dataset.copy; }, 3000);
  });
  place.append(button);
};

const improve = (part) => {
  part.querySelectorAll("form:not([data-passkey])").forEach(once);
  part.querySelectorAll("[data-copy]").forEach(copies);
  part.querySelectorAll(".picker").forEach(stepper);
  part.querySelectorAll("[data-total]").forEach(runningTotal);
  part.querySelectorAll("[data-left]").forEach(countdown);
  part.querySelectorAll("[data-watch]").forEach(watch);
};

improve(document);
document.querySelector("[data-focus]")?.focus();
// The browser that asked for a link: opening it there is the press.
document.querySelector("[data-press-at-once]")?.requestSubmit();
addEventListener("pageshow", (event) => { if (event.persisted) freshAgain(); });
