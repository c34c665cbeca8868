// The back office by keyboard, and a list that follows what is typed. All of it works without.
"use strict";

const typing = (target) => target.closest("input, textarea, select, [contenteditable]");

const rows = () => [...document.querySelectorAll("tr[data-row]")];

const walk = (by) => {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row.contains(document.activeElement));
  const next = all[Math.min(Math.max(at + by, 0), all.length - 1)];
  next.querySelector("a")?.focus();
  next.scrollIntoView({ block: "nearest" });
};

let waits = "";
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const before = waits;
  waits = "";
  if (before === "g") {
    const ways = { h: ".brand > a", o: '[data-go="o"]', c: '[data-go="c"]' };
    const way = document.querySelector(ways[event.key] ?? "nothing");
    if (way) { event.preventDefault(); way.click(); }
    return;
  }
  const acts = {
    "/": () => document.querySelector('input[type="search"]')?.focus(),
    "?": () => {
      const help = document.querySelector("details.keys");
      if (!help) return;
      help.open = !help.open;
      help.querySelector("summary").focus();
    },
    g: () => { waits = "g"; },
    j: () => walk(1),
    k: () => walk(-1),
  };
  if (!acts[event.key]) return;
  event.preventDefault();
  acts[event.key]();
});

// What is typed is looked for as one goes on; the address follows, so that a reload shows the same.
for (const form of document.querySelectorAll("form[data-live]")) {
  const into = document.querySelector(form.dataset.live);
  let asked = 0;
  let soon;
  const look = async () => {
    const mine = ++asked;
    const typed = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    const address = `${form.getAttribute("action")}?${typed}`;
    try {
      const answer = await fetch(`${address}${typed.size ? "&" : ""}rows=1`, { credentials: "same-origin" });
      if (mine !== asked || !answer.ok || answer.redirected) return;
      into.innerHTML = await answer.text();
      history.replaceState(null, "", address);
    } catch {
      // Without an answer the button is still there.
    }
  };
  form.querySelector('input[type="search"]')?.addEventListener("input", () => {
    clearTimeout(soon);
    soon = setTimeout(look, 150);
  });
}

for (const slider of document.querySelectorAll("input[data-submits]")) {
  const told = slider.form.querySelector("output");
  slider.addEventListener("input", () => { told.textContent = `${slider.value} / ${slider.max}`; });
  slider.addEventListener("change", () => slider.form.requestSubmit());
}
