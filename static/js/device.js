// What this browser keeps for the person who is signed in: IndexedDB, every value encrypted by AES-GCM with a key that
// never leaves the browser and belongs to one member and one session. Pages and the service worker use it alike.
//
// Stores: annotations, waiting, papers, pages, notes, taken (encrypted), and owner: {member, session, until, key} under "now".
const NAME = "ecabinet";
const STORES = ["annotations", "waiting", "papers", "pages", "notes", "taken"];
const NOW = "now";
/** The cache that holds the encrypted pieces of papers. */
export const PIECES = "ecabinet-papers";

let opening = null;

function database() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      for (const store of [...STORES, "owner"]) request.result.createObjectStore(store);
    };
    request.onsuccess = () => {
      const db = request.result;
      // Another tab brings a newer version of the database, or the browser took this one away.
      db.onversionchange = () => db.close();
      db.onclose = () => {
        opening = null;
      };
      resolve(db);
    };
    request.onerror = () => reject(request.error);
  });
  opening.catch(() => {
    opening = null;
  });
  return opening;
}

/** Runs `act` on object stores in one transaction; resolves to its request's result once all of it is on the disk. */
async function transact(stores, mode, act) {
  const db = await database();
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(stores, mode, { durability: "strict" });
    const request = act((name) => transaction.objectStore(name));
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onabort = transaction.onerror = () => reject(transaction.error ?? new Error("signed out"));
  });
}

const words = new TextEncoder();

/** Encrypts bytes for one place (`about`): they are of no use anywhere else. The first 12 bytes are the vector. */
export async function encrypt(key, about, bytes) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const hidden = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: words.encode(about) }, key, bytes);
  return new Blob([iv, hidden]);
}

/** The bytes again; rejects when they were made by another key or for another place. */
export async function decrypt(key, about, hidden) {
  const [iv, data] = [new Uint8Array(hidden, 0, 12), new Uint8Array(hidden, 12)];
  return crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData: words.encode(about) }, key, data);
}

class Device {
  constructor({ member, session, until, key }) {
    Object.assign(this, { member, session, until, key });
  }

  async put(store, key, value) {
    const hidden = await encrypt(this.key, `${store}/${key}`, words.encode(JSON.stringify(value)));
    const kept = await hidden.arrayBuffer();
    await transact([store, "owner"], "readwrite", (of) => {
      // Signed out in another tab meanwhile: nothing is written for somebody who has left.
      of("owner").get(NOW).onsuccess = ({ target }) => {
        if (target.result?.session !== this.session) target.transaction.abort();
        else of(store).put(kept, key);
      };
    });
  }

  async get(store, key) {
    const kept = await transact([store], "readonly", (of) => of(store).get(key));
    return kept && this.#read(store, key, kept);
  }

  async all(store) {
    const found = new Map();
    await transact([store], "readonly", (of) => {
      of(store).openCursor().onsuccess = ({ target: { result } }) => {
        if (!result) return;
        found.set(result.key, result.value);
        result.continue();
      };
    });
    const values = await Promise.all([...found].map(([key, kept]) => this.#read(store, key, kept)));
    return values.filter((value) => value !== undefined);
  }

  async remove(store, key) {
    await transact([store], "readwrite", (of) => of(store).delete(key));
  }

  /** What another key made is as good as gone. */
  async #read(store, key, kept) {
    try {
      return JSON.parse(new TextDecoder().decode(await decrypt(this.key, `${store}/${key}`, kept)));
    } catch {
      return undefined;
    }
  }
}

const able = () => Boolean(globalThis.indexedDB && globalThis.crypto?.subtle && globalThis.navigator?.locks);

async function owner() {
  return transact(["owner"], "readonly", (of) => of("owner").get(NOW));
}

const setOwner = (record) => transact(["owner"], "readwrite", (of) => of("owner").put(record, NOW));

/** Whose device this is now, for the service worker and the page that shows it; null when it is nobody's. */
export async function heldDevice() {
  if (!able()) return null;
  try {
    const record = await owner();
    if (!record) return null;
    if (record.until > Date.now()) return new Device(record);
    await expire();
    return null;
  } catch {
    // A private window, a full or broken disk: as if nothing was kept.
    return null;
  }
}

/** Who is signed in on this page, as the server wrote it there: [member, session], or null. */
export function pagePerson() {
  const given = globalThis.document?.querySelector('meta[name="device"]')?.content;
  return given ? given.split(".") : null;
}

const DAYS_14 = 14 * 24 * 3600 * 1000;

/**
 * The device of the person of this page: null when nobody is signed in or the browser cannot keep things (plain http,
 * a private window). What another person or an ended session left is wiped first.
 */
export async function openDevice() {
  const person = pagePerson();
  if (!person || !able()) return null;
  try {
    return await navigator.locks.request("ecabinet-device", () => claim(...person));
  } catch {
    return null;
  }
}

async function claim(member, session) {
  let record = await owner();
  if (record && (record.member !== member || record.session !== session)) {
    const stays = record.member === member && (record.until <= Date.now() || (await lives(record.session)));
    if (stays === null) return null;
    if (!stays) {
      await wipe();
      record = null;
    }
  }
  if (record?.session !== session || record.until <= Date.now()) {
    const key = record?.key ?? (await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]));
    record = { member, session, until: Date.now() + DAYS_14, key };
    await setOwner(record);
  }
  return new Device(record);
}

/** Whether that session of the same person is still signed in; null when the server cannot be asked. */
async function lives(session) {
  const said = await askServer(session);
  return said && said.held === true;
}

/** {member, session, until, csrf, held} of who is signed in, member null when nobody is; null without an answer. */
export async function askServer(held = "") {
  try {
    const answer = await fetch(`/device/session?held=${encodeURIComponent(held)}`, {
      headers: { Accept: "application/json" }, cache: "no-store", credentials: "same-origin" });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

/**
 * Contact with the server: is the session that holds this device still signed in? Ended elsewhere: everything goes.
 * Resolves to the server's answer when the device may go on, else null.
 */
export async function contact() {
  const device = await heldDevice();
  if (!device) return null;
  const said = await askServer(device.session);
  if (!said) return null;
  if (said.held) {
    if (said.session !== device.session) return null;
    const record = await owner();
    if (record?.session === said.session && record.until !== said.until) await setOwner({ ...record, until: said.until });
    return said;
  }
  await wipe();
  return null;
}

/** Removes the key first: from then on nothing that is left can be read. */
export async function wipe() {
  if (!able()) return;
  await transact(["owner"], "readwrite", (of) => of("owner").clear());
  await clear(STORES);
}

/** The session ran out by the calendar: what was taken along goes, what waits to be sent stays for the same person. */
async function expire() {
  await clear(STORES.filter((store) => store !== "waiting"));
}

async function clear(stores) {
  await transact(stores, "readwrite", (of) => {
    for (const store of stores) of(store).clear();
  });
  await globalThis.caches?.delete(PIECES);
  try {
    new BroadcastChannel("ecabinet-outgoing").postMessage("wiped");
  } catch {
    // An old browser: the other tabs find out at their next step.
  }
}
