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
    const ways = { h: ".brand > a", o: '[data-go="o"]', r: '[data-go="r"]', c: '[data-go="c"]' };
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

// A letter beside its words: as it is, then after each pause in typing, in the form that was asked for last.
for (const part of document.querySelectorAll("[data-letter-look]")) {
  const form = part.closest("form");
  let asked = part.querySelector("button"), soon = 0;
  const look = () => form.requestSubmit(asked);
  form.addEventListener("input", () => {
    clearTimeout(soon);
    soon = setTimeout(look, 900);
  });
  form.addEventListener("submit", (event) => {
    clearTimeout(soon);
    if (part.contains(event.submitter)) asked = event.submitter;
  });
  look();
}

// Who else looks at this: asked again while somebody does.
for (const place of document.querySelectorAll("[data-lookers]")) {
  setInterval(async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(place.dataset.lookers, { credentials: "same-origin" });
      if (!answer.ok || answer.redirected) return;
      const told = (await answer.text()).trim();
      if (told !== place.innerHTML.trim()) place.innerHTML = told;
    } catch {
      // Asked again in a moment.
    }
  }, 30_000);
}

// Rows that are put into another order: dragged, or moved by their buttons and the arrow keys.
for (const form of document.querySelectorAll("form[data-reorder]")) {
  const body = form.querySelector("tbody");
  const told = form.querySelector("[data-told]");
  if (!told) continue;
  form.classList.add("live");
  const rowsHere = () => [...body.children];
  const tell = (row) => {
    const text = form.dataset.moved
      .replace("{what}", row.querySelector("a").textContent)
      .replace("{place}", rowsHere().indexOf(row) + 1)
      .replace("{all}", rowsHere().length);
    told.textContent = text;
  };
  const move = (row, by, focus) => {
    const all = rowsHere();
    const other = all[all.indexOf(row) + by];
    if (!other) return;
    if (by < 0) other.before(row); else other.after(row);
    focus?.focus();
    tell(row);
  };
  form.addEventListener("click", (event) => {
    const button = event.target.closest('button[name="up"], button[name="down"]');
    if (!button) return;
    event.preventDefault();
    move(button.closest("tr"), button.name === "up" ? -1 : 1, button);
  });
  form.addEventListener("keydown", (event) => {
    const button = event.target.closest('button[name="up"], button[name="down"]');
    if (!button || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    move(button.closest("tr"), event.key === "ArrowUp" ? -1 : 1, button);
  });
  // Where it would go is only shown until it is let go: a row that moves loses the pointer.
  let dragged = null;
  let place = null;
  const show = (next) => {
    place?.row.classList.remove("before", "after");
    place = next;
    place?.row.classList.add(place.side);
  };
  const over = (event) => {
    if (!dragged) return;
    const row = document.elementFromPoint(event.clientX, event.clientY)?.closest("tr");
    if (!row || row === dragged || row.parentElement !== body) return;
    const box = row.getBoundingClientRect();
    show({ row, side: event.clientY < box.top + box.height / 2 ? "before" : "after" });
  };
  const drop = (event) => {
    if (!dragged) return;
    if (place && event.type === "pointerup") place.row[place.side](dragged);
    show(null);
    dragged.classList.remove("dragged");
    tell(dragged);
    dragged = null;
  };
  for (const grip of form.querySelectorAll(".grip")) {
    grip.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      grip.setPointerCapture(event.pointerId);
      dragged = grip.closest("tr");
      dragged.classList.add("dragged");
    });
    grip.addEventListener("pointermove", over);
    grip.addEventListener("pointerup", drop);
    grip.addEventListener("pointercancel", drop);
  }
}

// A photograph that is too large to be sent is made smaller here; without scripts it is refused.
for (const input of document.querySelectorAll("input[data-shrinks]")) {
  input.addEventListener("change", async () => {
    const [file] = input.files;
    if (!file || file.size < Number(input.dataset.shrinks) / 2) return;
    try {
      const image = await createImageBitmap(file);
      const scale = Math.min(1, 1600 / Math.max(image.width, image.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(image.width * scale);
      canvas.height = Math.round(image.height * scale);
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      const small = await new Promise((done) => { canvas.toBlob(done, "image/webp", 0.85); });
      if (!small || small.size >= file.size) return;
      const made = new DataTransfer();
      made.items.add(new File([small], file.name, { type: small.type }));
      input.files = made.files;
    } catch {
      // What cannot be read here is looked at there.
    }
  });
}

// All orders of a page at one touch, and none at the next.
for (const button of document.querySelectorAll("[data-tick-all]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const boxes = [...document.querySelectorAll('input[type="checkbox"][form="selection"]')];
    const all = boxes.every((box) => box.checked);
    for (const box of boxes) box.checked = !all;
  });
}
