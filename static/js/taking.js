// "Take the papers along": all of a meeting or a round of opinions onto the device. A record in store "taken", by the
// address of its list: {url, title, at, stamp, state: "saving" | "ready" | "stopped" | "failed", fault, done, total,
// list: {url, pages, papers}}. What was broken off goes on from where it was.
import { openDevice } from "./device.js";
import { ChangedError, RefusedError, removePaper, savePaper } from "./saved-papers.js";
import { keepPage, removePage } from "./saved-pages.js";

const FRESH = 10 * 60_000;
/** Room that must stay free on the device beside what is taken. */
const SPARE = 20 * (1 << 20);
const running = new Map();

/** The sets that are on the device, the newest first. */
export async function taken() {
  const device = await openDevice();
  return device ? (await device.all("taken")).sort((one, other) => other.at - one.at) : [];
}

/** Takes along what the list at `url` names, or goes on with it, or brings it up to date. */
export async function take(url) {
  if (running.has(url)) return;
  const stop = new AbortController();
  running.set(url, stop);
  try {
    // Two tabs do not fetch the same.
    await navigator.locks.request(`ecabinet-taking ${url}`, { ifAvailable: true }, (lock) => lock && takeAll(url, stop.signal));
  } finally {
    running.delete(url);
  }
}

/** Breaks off; what is there already stays, to go on with. */
export function stopTaking(url) {
  running.get(url)?.abort();
}

/** Takes a set off the device again, but for what another set needs too. */
export async function leave(url) {
  stopTaking(url);
  const device = await openDevice();
  const set = await device?.get("taken", url);
  if (!set) return;
  await device.remove("taken", url);
  await removeUnused(device, set.list, { pages: [], papers: [] });
  tell(null, url);
}

async function takeAll(url, signal) {
  const device = await openDevice();
  if (!device) return;
  const known = await device.get("taken", url);
  const set = { at: Date.now(), ...known, url, state: "saving", fault: "", done: 0 };
  const step = async (changes) => {
    Object.assign(set, changes);
    await device.put("taken", url, set);
    tell(set, url);
  };
  try {
    const list = await fetchList(url, signal);
    await step({ title: list.title, total: list.papers.reduce((sum, { size }) => sum + size, 0), list });
    if (known?.list) await removeUnused(device, known.list, list);
    await checkRoom(device, list);
    await ask("reader");
    for (const page of list.pages) await keepPage(device, page, { signal });
    for (const paper of list.papers) await takePaper(device, paper, signal, (bytes) => step({ done: set.done + bytes }));
    await step({ state: "ready", at: Date.now(), stamp: list.stamp });
  } catch (fault) {
    if (fault instanceof RefusedError && [401, 403, 404].includes(fault.status) && fault.message === url) {
      await leave(url);
      return;
    }
    await step({ state: signal.aborted || fault instanceof TypeError ? "stopped" : "failed", fault: nameOf(fault, signal) });
  }
}

async function takePaper(device, paper, signal, onBytes) {
  await keepPage(device, paper.page, { signal });
  if (paper.comments) await keepPage(device, paper.comments, { isPart: true, signal });
  await savePaper(device, paper, { signal, onBytes });
  await keepAnnotations(device, paper, signal);
}

/** What the annotations' own module reads where there is no network; what it has kept itself may be newer. */
async function keepAnnotations(device, { annotations, layer }, signal) {
  const found = new Map();
  const said = { seq: 0, hidden: false };
  let more = true;
  while (more) {
    const answer = await fetch(`${annotations}${annotations.includes("?") ? "&" : "?"}since=${said.seq}`, {
      headers: { Accept: "application/json" }, cache: "no-store", credentials: "same-origin", signal });
    if (!answer.ok) return;
    const part = await answer.json();
    for (const one of part.annotations) found.set(one.id, one);
    more = part.more === true && part.seq > said.seq;
    Object.assign(said, { seq: part.seq, hidden: part.hidden });
  }
  const known = await device.get("annotations", layer);
  if (!known || known.seq < said.seq) await device.put("annotations", layer, { ...said, annotations: [...found.values()] });
}

async function fetchList(url, signal) {
  const answer = await fetch(url, { headers: { Accept: "application/json" }, cache: "no-store", credentials: "same-origin", signal });
  if (!answer.ok) throw new RefusedError(url, answer.status);
  return answer.json();
}

/** Says before the first byte that it will not fit. */
async function checkRoom(device, list) {
  await navigator.storage?.persist?.();
  const { usage, quota } = (await navigator.storage?.estimate?.()) ?? {};
  if (quota === undefined) return;
  const there = await Promise.all(list.papers.map(({ content }) => device.get("papers", content)));
  const missing = list.papers.reduce((sum, { size }, index) => sum + (there[index]?.done ? 0 : size), 0);
  if (usage + missing + SPARE > quota) throw new DOMException("", "QuotaExceededError");
}

const nameOf = (fault, signal) => {
  if (signal.aborted) return "stopped";
  if (fault.name === "QuotaExceededError") return "full";
  if (fault instanceof ChangedError) return "changed";
  return fault instanceof TypeError ? "network" : "refused";
};

/** What no set names any more is taken off the device. */
async function removeUnused(device, old, list) {
  const others = (await device.all("taken")).map((set) => set.list).filter(Boolean);
  const sets = [list, ...others.filter((other) => other.url !== old.url)];
  const pages = new Set(sets.flatMap((set) => [...set.pages, ...set.papers.flatMap(pagesOf)]));
  const papers = new Set(sets.flatMap((set) => set.papers.map(({ content }) => content)));
  for (const page of [...old.pages, ...old.papers.flatMap(pagesOf)]) if (!pages.has(page)) await removePage(device, page);
  for (const paper of old.papers) {
    if (papers.has(paper.content)) continue;
    await removePaper(device, paper.content);
    await device.remove("annotations", paper.layer);
  }
}

const pagesOf = ({ page, comments }) => (comments ? [page, comments] : [page]);

/** Contact: what has grown old is looked at anew, what was broken off goes on; what one may no longer see goes. */
export async function freshen() {
  if (!navigator.onLine) return;
  for (const set of await taken()) {
    const rests = set.state === "failed" || (set.state === "stopped" && set.fault === "stopped");
    if (set.state === "ready" ? Date.now() - set.at > FRESH : !rests) await take(set.url);
    else if (set.state === "ready") await look(set);
  }
}

/** A new version of a paper is fetched, one that is no longer mine removed; nothing is done while all is as it was. */
async function look(set) {
  try {
    const list = await fetchList(set.url);
    if (list.stamp !== set.stamp) await take(set.url);
  } catch (fault) {
    if (fault instanceof RefusedError && [403, 404].includes(fault.status)) await leave(set.url);
  }
}

function tell(set, url) {
  document.dispatchEvent(new CustomEvent("ecabinet:taken", { detail: { set, url } }));
}

/** Asks the service worker for something; resolves once it is done. */
export async function ask(what) {
  const worker = (await navigator.serviceWorker.ready).active;
  return new Promise((resolve, reject) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => (data.ok ? resolve() : reject(new DOMException("", data.fault)));
    worker.postMessage({ ask: what }, [port2]);
  });
}
