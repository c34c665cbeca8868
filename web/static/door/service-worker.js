// Keeps the page and its files, so that the door opens without a network. It keeps no answers:
// the list and what was scanned lie where the page itself writes them down.
// The server writes three constants before this: MARK of the files' content, FILES, OFFLINE.
"use strict";

const PAGES = "door-pages";
const KEPT = `door-files-${MARK}`;
const PATIENCE = 4_000;
const A_PAGE = /^\/door\/[^/]+\/$/u;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches.open(KEPT).then((kept) => kept.addAll(FILES)).then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(tidy().then(() => self.clients.claim()));
});

// Files of an older release stay as long as a kept page asks for them.
const tidy = async () => {
  const pages = await caches.open(PAGES);
  const told = await Promise.all((await pages.matchAll()).map((one) => one.text()));
  for (const name of await caches.keys()) {
    if (!name.startsWith("door-files-") || name === KEPT) continue;
    const mark = name.slice("door-files-".length);
    if (!told.some((one) => one.includes(mark))) await caches.delete(name);
  }
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin || request.method !== "GET") return;
  if (pathname.startsWith("/door/files/")) event.respondWith(file(request));
  else if (request.mode === "navigate" && pathname === "/door/") event.respondWith(first(request));
  else if (request.mode === "navigate" && A_PAGE.test(pathname)) {
    event.respondWith(page(request, pathname));
  }
});

// A newer page may ask for files that are not kept yet: whatever comes is.
const file = async (request) => {
  const known = await caches.match(request);
  if (known) return known;
  const answer = await fetch(request);
  if (answer.ok) await (await caches.open(KEPT)).put(request, answer.clone());
  return answer;
};

const inTime = (promise) =>
  Promise.race([
    promise,
    new Promise((_, refuse) => setTimeout(() => refuse(new Error("late")), PATIENCE)),
  ]);

// The newest page where there is a network; the one that was kept where there is none.
const page = async (request, pathname) => {
  const pages = await caches.open(PAGES);
  try {
    const answer = await inTime(fetch(request));
    if (answer.ok && !answer.redirected) await pages.put(pathname, answer.clone());
    if (answer.status < 500) return answer;
    return (await pages.match(pathname)) ?? answer;
  } catch {
    return (await pages.match(pathname)) ?? nothing();
  }
};

const first = async (request) => {
  try {
    return await inTime(fetch(request));
  } catch {
    const known = await (await caches.open(PAGES)).keys();
    return known.length === 1 ? Response.redirect(known[0].url, 303) : nothing();
  }
};

const nothing = () => {
  const told = Object.entries(OFFLINE).map(([lang, text]) => `<p lang="${lang}">${text}</p>`);
  const body = `<!doctype html><meta charset="utf-8"><title>…</title>${told.join("")}`;
  return new Response(body, { status: 503, headers: { "Content-Type": "text/html" } });
};
