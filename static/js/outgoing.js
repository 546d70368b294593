// What waits to be sent: kept on the device until the server has taken it, sent once each, in order per subject.
//
// An item: {id: uuid, kind, url, method, body, words, subject, replaces}. `body` is a string of form fields or an object (JSON);
// `words` tells the person what it is; items of one `subject` (default: the url) are sent one after the other, and one
// that was refused holds the later ones back. The server answers {ok: true, carry?: {field: value}} (fields for the later
// items of the subject) or {ok: false, error, message, theirs?: [[label, words]], again?: {field: value}}: `theirs` is
// the server's version where two were written, `again` the fields with which mine replaces it.
import { contact, openDevice, pagePerson } from "./device.js";

const PASSING = new Set(["signed_out", "csrf", "busy", "throttled", "store_full", "store_down", "server_fault"]);
const LIMIT = 20_000;
const PAUSES = [2_000, 5_000, 15_000, 30_000];
const ASKED_ENOUGH = 30_000;

const senders = new Map();
let channel = null;
let timer = null;
let failures = 0;
let asked = { at: -Infinity, csrf: "" };
let more = false;

/** An open page sends its kind its own way (a socket): `send(item)` resolves to the answer; a rejection means fetch. */
export function sender(kind, send) {
  senders.set(kind, send);
}

/**
 * Kept before it resolves, and sent as soon as can be. Rejects where nothing can be kept. With `replaces` it takes the
 * place of what its subject still has waiting, but for what may have reached the server (`tried`).
 */
export async function add(item) {
  const device = await openDevice();
  if (!device) throw new Error("nothing can be kept here");
  const older = item.replaces ? await waiting(item.kind) : [];
  for (const { id, subject, tried, refused } of older) {
    if (subject === (item.subject ?? item.url) && !tried && !refused) await device.remove("waiting", id);
  }
  await device.put("waiting", item.id, { method: "POST", subject: item.url, at: Date.now(), order: order(), ...item });
  await tell();
  flush();
}

/** Items of one tab are told apart within the same millisecond too. */
let last = 0;
function order() {
  last = Math.max(last + 1, Date.now() * 1000);
  return last;
}

/** What waits or was refused, of one kind or all, in the order of its making. Refused ones carry `refused`: the answer. */
export async function waiting(kind) {
  const device = await openDevice();
  const items = device ? await device.all("waiting") : [];
  return items.filter((item) => !kind || item.kind === kind).sort((one, other) => one.order - other.order);
}

/** Throws one away: the person said so. */
export async function drop(id) {
  const device = await openDevice();
  await device?.remove("waiting", id);
  await tell();
  flush();
}

/** Sends a refused one again, changed by `changes`; where two versions stand against each other mine replaces theirs. */
export async function again(id, changes = {}) {
  const device = await openDevice();
  const item = await device?.get("waiting", id);
  if (!item) return;
  const { refused, ...plain } = item;
  await device.put("waiting", id, { ...plain, body: withFields(item.body, refused?.again ?? {}), ...changes });
  await tell();
  await flush();
}

function withFields(body, fields) {
  if (typeof body !== "string") return { ...body, ...fields };
  const given = new URLSearchParams(body);
  for (const [name, value] of Object.entries(fields)) given.set(name, value);
  return given.toString();
}

/** Sends what waits, in one tab at a time, until nothing new has come meanwhile. */
export async function flush() {
  more = true;
  clearTimeout(timer);
  timer = null;
  if (!globalThis.navigator?.locks || !pagePerson()) return;
  const left = await navigator.locks.request("ecabinet-outgoing", { ifAvailable: true }, async (lock) => {
    if (!lock) return null;
    let unsent = 0;
    while (more && !unsent) {
      more = false;
      const device = await openDevice();
      unsent = device ? await sendAll(device) : 0;
    }
    return unsent;
  });
  // Another call, here or in another tab, is sending: it looks again by itself, and the clock looks after both.
  if (left === 0) {
    failures = 0;
    if (more) flush();
  } else if (!timer) {
    timer = setTimeout(flush, PAUSES[Math.min(failures, PAUSES.length - 1)] * (0.9 + 0.2 * Math.random()));
    if (left) failures += 1;
  }
}

/** The token to send with, once the server has said that this device's session lives; null when it did not. */
async function allowed() {
  if (Date.now() - asked.at < ASKED_ENOUGH) return asked.csrf;
  const said = await contact();
  asked = said ? { at: Date.now(), csrf: said.csrf } : { at: -Infinity, csrf: "" };
  return said && said.csrf;
}

/** What may be sent: nothing that was refused, and nothing that comes after it in the same subject. */
function sendable(items) {
  const held = new Set();
  return items.filter(({ subject, refused }) => {
    if (refused) held.add(subject);
    return !held.has(subject);
  });
}

/** The number of items that are to be tried again. */
async function sendAll(device) {
  const due = sendable(await waiting());
  if (!due.length) return 0;
  const csrf = await allowed();
  // No network, or somebody else is signed in by now: nothing leaves in another's name.
  if (csrf === null) return due.length;
  const held = new Set();
  for (const { id, subject } of due) {
    if (held.has(subject)) continue;
    // Read anew: the person may have thrown it away, the answer to an earlier one may have changed it.
    const item = await device.get("waiting", id);
    if (!item) continue;
    if (item.replaces && !item.tried) await device.put("waiting", id, { ...item, tried: true });
    const answer = await answerTo(item, csrf);
    if (!answer || answer.retry || (!answer.ok && PASSING.has(answer.error))) {
      asked.at = -Infinity;
      break;
    }
    await settle(device, item, answer);
    if (!answer.ok) held.add(subject);
  }
  return sendable(await waiting()).length;
}

async function settle(device, item, answer) {
  if (answer.ok) {
    if (answer.carry) await carry(device, item, answer.carry);
    await device.remove("waiting", item.id);
  } else {
    await device.put("waiting", item.id, { ...item, refused: { at: Date.now(), ...answer } });
  }
  document.dispatchEvent(new CustomEvent("ecabinet:sent", { detail: { item, answer } }));
  await tell();
}

/** What the later ones of the subject build on is kept with them before this one goes. */
async function carry(device, item, fields) {
  for (const later of await waiting()) {
    if (later.subject !== item.subject || later.order <= item.order) continue;
    await device.put("waiting", later.id, { ...later, body: withFields(later.body, fields) });
  }
}

async function answerTo(item, csrf) {
  const send = senders.get(item.kind);
  if (send) {
    try {
      const answer = await send(item);
      if (answer) return answer;
    } catch {
      // No socket: the plain way below.
    }
  }
  return byFetch(item, csrf);
}

/** null when there is no usable answer: no network, an overloaded server, a proxy's page. */
async function byFetch({ id, url, method, body }, csrf) {
  const json = typeof body !== "string";
  try {
    const answer = await fetch(url, {
      method,
      body: json ? JSON.stringify(body) : body,
      credentials: "same-origin",
      signal: AbortSignal.timeout(LIMIT),
      headers: {
        Accept: "application/json",
        "Content-Type": json ? "application/json" : "application/x-www-form-urlencoded",
        "Idempotency-Key": id,
        "X-CSRF-Token": csrf,
      },
    });
    if ((answer.headers.get("Content-Type") ?? "").includes("json")) {
      const said = await answer.json();
      if (!answer.ok) return { retry: answer.status >= 500, ...said, ok: false };
      // Several changes in one: refused as soon as one of them is; those that were taken may be sent again.
      return { ok: true, ...said, ...said.results?.find((result) => !result.ok) };
    }
    if (answer.ok && !answer.redirected) return { ok: true };
    return answer.status < 500 && !answer.ok ? { ok: false, error: "refused", message: String(answer.status) } : null;
  } catch {
    return null;
  }
}

/** Tells this page and the other tabs: {waiting, refused}. */
export async function tell(abroad = true) {
  const items = await waiting();
  const refused = items.filter((item) => item.refused).length;
  document.dispatchEvent(
    new CustomEvent("ecabinet:waiting", { detail: { waiting: items.length - refused, refused, items } }),
  );
  if (abroad) channel?.postMessage("changed");
}

/** From now on what waits is sent when the network returns, the tablet wakes up, and by the clock. */
export function wireOutgoing() {
  if (!pagePerson()) return;
  try {
    channel = new BroadcastChannel("ecabinet-outgoing");
    channel.addEventListener("message", () => tell(false));
  } catch {
    // An old browser: each tab tells itself only.
  }
  const wake = () => {
    failures = 0;
    if (!document.hidden) flush();
  };
  window.addEventListener("online", wake);
  document.addEventListener("visibilitychange", wake);
  document.addEventListener("ecabinet:connected", wake);
  tell(false).then(flush);
}
