// The full page without a connection: the first screen, help with its lines, grounding. Only what is the same for
// everybody is kept here; nothing that anybody wrote or was told ever passes through.

const VERSION = "__VERSION__";
const FILES = ["__FILES__"];
const CACHE = "interlude-shell-" + VERSION;
const LANGUAGES = ["en", "es"];
// A page is asked of the network first. This long; then the kept one is shown.
const PAGE_WAIT_MS = 5000;
const DAY_MS = 24 * 3600 * 1000;

// Asked without cookies, so that the answers cannot be about a person.
function publicPages() {
  return LANGUAGES.map((code) => "/?language=" + code).concat(LANGUAGES.map((code) => "/api/open?language=" + code));
}

async function keepPages(cache) {
  for (const path of publicPages()) {
    const response = await fetch(path, { credentials: "omit", cache: "no-store" });
    if (!response.ok) throw new Error("HTTP " + response.status);
    await cache.put(path, response);
  }
}

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(CACHE);
    await cache.addAll(FILES.map((name) => "/static/" + VERSION + "/" + name));
    await keepPages(cache);
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name.indexOf("interlude-shell-") === 0 && name !== CACHE).map((name) => caches.delete(name)));
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (event.request.mode === "navigate" && (url.pathname === "/" || url.pathname === "/join")) {
    event.respondWith(networkFirst(event.request, languageOf(url)));
    event.waitUntil(refresh());
  } else if (url.pathname.indexOf("/static/") === 0) {
    event.respondWith(caches.match(event.request).then((kept) => kept || fetch(event.request)));
  }
});

function languageOf(url) {
  const asked = url.searchParams.get("language");
  const preferred = (self.navigator.language || "en").slice(0, 2);
  return LANGUAGES.indexOf(asked) >= 0 ? asked : LANGUAGES.indexOf(preferred) >= 0 ? preferred : "en";
}

async function networkFirst(request, language) {
  const kept = () => caches.match("/?language=" + language);
  const late = new Promise((resolve) => setTimeout(resolve, PAGE_WAIT_MS));
  const asked = fetch(request).catch(() => null);
  const response = await Promise.race([asked, late]);
  if (response) return response;
  return (await kept()) || (await asked) || Response.error();
}

// Lines and words are looked at again once a day, so that a corrected number reaches a phone that stays offline later.
async function refresh() {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(publicPages()[0]);
  const age = kept ? Date.now() - new Date(kept.headers.get("date")).getTime() : Infinity;
  if (age < DAY_MS) return;
  await keepPages(cache).catch(() => undefined); // no line: what is kept stays
}
