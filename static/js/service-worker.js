// The service worker, by hand. Before it stands `self.shell = {version, core, reader, offline}`: addresses of our files
// with their hashes (ecabinet/reading/shell_routes.py). Pages come from the network first, and from the device when there
// is none; papers that were taken along come from the device. Nothing is shown that is not the signed-in person's.
import { contact, heldDevice } from "/static/js/device.js";
import { forgetPieces, savedPaper } from "/static/js/saved-papers.js";
import { isKept, isTheirs, keepAnswer, keepPage, removePage, savedPage } from "/static/js/saved-pages.js";

const SHELL = "ecabinet-shell";
const { version, core, reader, offline } = self.shell;
/** Kept as soon as somebody is signed in: where the application starts, and what tells of the device. */
const ALWAYS = ["/", "/device"];
const PATIENCE = 5000;
const DOWN = new Set([502, 503, 504]);
/** The version of the files that the server's pages are made of; unknown until one has come. */
let served = null;

const keyOf = (url, mark) => `${url}?${mark}`;

async function keepFiles(files) {
  const cache = await caches.open(SHELL);
  const have = new Set((await cache.keys()).map((request) => new URL(request.url)).map((url) => url.pathname + url.search));
  const missing = Object.entries(files).filter(([url, mark]) => !have.has(keyOf(url, mark)));
  await Promise.all(
    missing.map(async ([url, mark]) => {
      const answer = await fetch(url, { cache: "no-cache" });
      if (!answer.ok) throw new TypeError(url);
      await cache.put(keyOf(url, mark), answer);
    }),
  );
}

self.addEventListener("install", (event) => {
  event.waitUntil(
    (async () => {
      await keepFiles({ ...core, [offline]: version });
      const cache = await caches.open(SHELL);
      const hasReader = (await cache.keys()).some((request) => request.url.includes("/vendor/pdfjs/"));
      if (hasReader) await keepFiles(reader);
    })(),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      const own = new Set(Object.entries({ ...core, ...reader, [offline]: version }).map(([url, mark]) => keyOf(url, mark)));
      const cache = await caches.open(SHELL);
      for (const request of await cache.keys()) {
        const url = new URL(request.url);
        if (!own.has(url.pathname + url.search)) await cache.delete(request);
      }
      await self.clients.claim();
    })(),
  );
});

self.addEventListener("message", (event) => {
  const { ask } = event.data ?? {};
  const tell = (answer) => event.ports[0]?.postMessage(answer);
  const tasks = {
    // A page has just been loaded and no other is open: nothing breaks when the files change.
    "take over": async () => {
      const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
      if (pages.length <= 1) await self.skipWaiting();
    },
    reader: () => keepFiles(reader),
    start: keepStart,
    wiped: async () => forgetPieces(),
  };
  if (tasks[ask]) event.waitUntil(tasks[ask]().then(() => tell({ ok: true }), (fault) => tell({ ok: false, fault: fault.name })));
});

async function keepStart() {
  const device = await heldDevice();
  if (device) for (const address of ALWAYS) if (!(await isKept(device, address))) await keepPage(device, address);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin || url.pathname.startsWith("/socket.io/")) return;
  const address = url.pathname + url.search;
  if (request.mode === "navigate") event.respondWith(navigate(event, address));
  else if (request.method !== "GET") return;
  else if (url.pathname.startsWith("/static/")) event.respondWith(file(request, url.pathname));
  else if (isContent(url)) event.respondWith(content(request));
  else if (request.headers.get("HX-Request")) event.respondWith(part(request, address, true));
  else if (request.destination === "image") event.respondWith(part(request, address, false));
});

const isContent = (url) => /^\/papers\/\d+\/versions\/\d+\/content$/.test(url.pathname) && !url.searchParams.has("download");

async function file(request, path) {
  const mark = core[path] ?? reader[path];
  const kept = async () => mark && (await caches.open(SHELL)).match(keyOf(path, mark));
  // While the server's pages are made of the files that are kept here, these are as good as its own.
  const found = served === null || served === version ? await kept() : null;
  if (found) return found;
  try {
    return await fetch(request);
  } catch (fault) {
    const old = await kept();
    if (old) return old;
    throw fault;
  }
}

async function content(request) {
  const device = await heldDevice();
  const saved = device && request.cache !== "no-store" ? await savedPaper(device, request) : null;
  return saved ?? fetch(request);
}

async function part(request, address, isPart) {
  try {
    return await fetch(request);
  } catch (fault) {
    const device = await heldDevice();
    const saved = device && (await savedPage(device, address, isPart));
    if (saved) return saved;
    throw fault;
  }
}

async function navigate(event, address) {
  const { request } = event;
  const device = await heldDevice();
  const saved = () => (device && request.method === "GET" ? savedPage(device, address) : null);
  const asked = fetch(request);
  asked.then((answer) => event.waitUntil(heard(device, request, address, answer.clone())), () => {});
  try {
    const kept = device && request.method === "GET" && (await isKept(device, address));
    const answer = await (kept ? Promise.race([asked, after(PATIENCE)]) : asked);
    if (DOWN.has(answer.status)) return (await saved()) ?? answer;
    return answer;
  } catch {
    return (await saved()) ?? instead(device, request, address);
  }
}

const after = (milliseconds) => new Promise((_, reject) => setTimeout(() => reject(new TypeError("too slow")), milliseconds));

/** What the server's answer to a page says of this device. */
async function heard(device, request, address, answer) {
  served = answer.headers.get("Ecabinet-Shell") ?? served;
  if (served !== null && served !== version) self.registration.update().catch(() => {});
  if (!device) return;
  const isPage = (answer.headers.get("Content-Type") ?? "").startsWith("text/html");
  if (isPage && isTheirs(device, answer)) {
    if (answer.status === 404 || answer.status === 403) await removePage(device, address);
    else if (request.method === "GET" && (ALWAYS.includes(address) || (await isKept(device, address)))) {
      await keepAnswer(device, address, answer);
    }
  } else if (isPage || answer.type === "opaqueredirect") {
    // Not signed in any more, or as somebody else: the server says whether what is kept may stay.
    await contact();
    if (!(await heldDevice())) forgetPieces();
  }
}

/** Without a network and without a copy: what there is instead. */
async function instead(device, request, address) {
  const entered = /^\/meetings\/\d+(?=\/enter$)/.exec(address);
  if (device && request.method === "POST") return Response.redirect(entered ? entered[0] : "/device?unsent=1", 303);
  const told = device && (await savedPage(device, "/device"));
  if (told) return address.startsWith("/device?") ? told : Response.redirect("/device?missing=1", 302);
  return (await (await caches.open(SHELL)).match(keyOf(offline, version))) ?? Response.error();
}
