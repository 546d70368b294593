// What every page says of the device: whether it is a saved copy and of when, what waits to be sent, and the buttons
// that take papers along. Registers the service worker.
import { sendLeftBallots } from "./ballots-left.js";
import { contact, heldDevice, openDevice, pagePerson, wipe } from "./device.js";
import { ask as question } from "./feedback.js";
import { wireOfflineForms } from "./offline-forms.js";
import { flush, waiting, wireOutgoing } from "./outgoing.js";
import { ask, freshen, stopTaking, take, taken } from "./taking.js";
import { text } from "./texts.js";

const LOOK_EVERY = 60_000;
const SHOWN_BY = 6000;
const MIB = 1 << 20;

const root = document.documentElement;
const savedAt = root.dataset.savedAt ? new Date(root.dataset.savedAt) : null;
let left = { waiting: 0, refused: 0 };
/** null: not known. */
let online = savedAt || !navigator.onLine ? false : null;

const two = (number) => String(number).padStart(2, "0");

/** 08:15, with the day unless it is today. */
export function momentOf(value) {
  const at = new Date(value);
  const time = `${two(at.getHours())}:${two(at.getMinutes())}`;
  const isToday = at.toDateString() === new Date().toDateString();
  return isToday ? time : `${time} ${two(at.getDate())}/${two(at.getMonth() + 1)}`;
}

/** 972 KB, 3,4 MB, 120 MB, 9,8 GB. */
export function sizeOf(bytes) {
  if (bytes < MIB) return `${Math.ceil(bytes / 1024)} KB`;
  const [size, unit] = bytes < 1000 * MIB ? [bytes / MIB, "MB"] : [bytes / MIB / 1024, "GB"];
  return `${size.toLocaleString(root.lang, { maximumFractionDigits: size < 10 ? 1 : 0 })} ${unit}`;
}

function showLine() {
  const line = document.querySelector("[data-device-line]");
  if (!line) return;
  const words = [];
  if (online === false) words.push(text("deviceOffline"));
  else if (savedAt) words.push(text("deviceBack"));
  if (savedAt) words.push(text("deviceSaved", momentOf(savedAt)));
  if (left.waiting) words.push(text("deviceWaiting", left.waiting));
  if (left.refused) words.push(text("deviceRefused", left.refused));
  line.hidden = words.length === 0;
  line.toggleAttribute("data-offline", online === false);
  const words_ = line.querySelector("[data-device-words]");
  if (words_.textContent !== words.join(" · ")) words_.textContent = words.join(" · ");
  line.querySelector("[data-device-reload]").hidden = !(savedAt && online);
}

// ---- taking along

function showTake(box, set) {
  const state = set?.state ?? "none";
  box.hidden = false;
  box.dataset.state = state;
  for (const part of box.querySelectorAll("[data-when]")) part.hidden = !part.dataset.when.split(" ").includes(state);
  const [bar, words] = [box.querySelector("progress"), box.querySelector("[data-take-words]")];
  if (state === "saving") {
    bar.max = Math.max(set.total ?? 1, 1);
    bar.value = set.done;
    words.textContent = text("takeSaving", sizeOf(set.done), sizeOf(set.total ?? 0));
  } else if (state === "ready") words.textContent = text("takeReady", sizeOf(set.total), momentOf(set.at));
  else if (state !== "none") words.textContent = faultOf(set);
}

/** Why it is not all there. */
export function faultOf(set) {
  const known = { full: "takeFull", network: "takeNetwork", stopped: "takeStopped", changed: "takeNetwork" };
  return text(known[set.fault] ?? "takeRefused", sizeOf(set.done ?? 0), sizeOf(set.total ?? 0));
}

async function wireTaking() {
  const boxes = [...document.querySelectorAll("[data-take]")];
  if (!boxes.length || !(await openDevice()) || !navigator.serviceWorker) return;
  const sets = await taken();
  for (const box of boxes) {
    showTake(box, sets.find(({ url }) => url === box.dataset.take));
    box.addEventListener("click", (event) => {
      if (event.target.closest("[data-take-start]")) start(box.dataset.take);
      else if (event.target.closest("[data-take-stop]")) stopTaking(box.dataset.take);
    });
  }
  document.addEventListener("ecabinet:taken", ({ detail: { set, url } }) => {
    for (const box of boxes) if (box.dataset.take === url) showTake(box, set);
  });
}

/** A fault of its own would show in the set's state; what is left is a person who has signed out meanwhile. */
export const start = (url) => take(url).catch(() => {});

// ---- contact, signing out

async function look() {
  if (document.hidden) return;
  const device = await heldDevice();
  if (!device) return;
  const said = await contact();
  online = Boolean(said) || (navigator.onLine && !savedAt && online !== false ? online : false);
  showLine();
  if (said) {
    await sendLeftBallots(said.member);
    await freshen().catch(() => {});
  } else if (pagePerson() && !(await heldDevice())) {
    // What was kept has been removed: the session was ended elsewhere.
    location.reload();
  }
}

/** Signing out takes everything off the device, with a network or without; what waits would be lost, so it is asked. */
function wireSigningOut() {
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-sign-out]") || form.dataset.agreed === "") return;
    event.preventDefault();
    const unsent = await waiting().catch(() => []);
    if (unsent.length && !(await question(text("signOutUnsent", unsent.length), { danger: true }))) return;
    form.dataset.agreed = "";
    await wipe().catch(() => {});
    await ask("wiped").catch(() => {});
    form.requestSubmit();
  });
}

/** On the reader's page its first page comes first: what is fetched for later shares the line with it. */
function unhurried() {
  if (!document.querySelector("[data-reader]")) return null;
  return new Promise((done) => {
    document.addEventListener("ecabinet:shown", done, { once: true });
    setTimeout(done, SHOWN_BY);
  });
}

async function wireWorker() {
  if (!navigator.serviceWorker || !globalThis.isSecureContext) return;
  try {
    await unhurried();
    const registration = await navigator.serviceWorker.register("/sw.js", { type: "module", updateViaCache: "none" });
    registration.waiting?.postMessage({ ask: "take over" });
    if (!pagePerson()) return;
    await ask("start");
    // From here on this page and the first one open without a network; tests wait for it.
    root.dataset.offlineReady = "";
  } catch {
    // A browser without module workers, or no network at the first visit: the page works, only not without a network.
  }
}

export function wireOffline() {
  wireOfflineForms();
  document.addEventListener("ecabinet:waiting", ({ detail }) => {
    left = detail;
    showLine();
  });
  window.addEventListener("offline", () => {
    online = false;
    showLine();
  });
  window.addEventListener("online", () => {
    look();
    flush();
  });
  document.addEventListener("ecabinet:connected", () => {
    online = true;
    showLine();
  });
  document.addEventListener("visibilitychange", look);
  wireSigningOut();
  showLine();
  document.querySelector("[data-device-reload]")?.addEventListener("click", () => location.reload());
  wireOutgoing();
  const begin = () => {
    wireWorker();
    if (!pagePerson()) {
      // Nobody is signed in: what a session kept here that has ended elsewhere goes now.
      contact();
      return;
    }
    wireTaking();
    look();
    setInterval(look, LOOK_EVERY);
  };
  // After the page: nothing of this is needed to show it.
  if (document.readyState === "complete") begin();
  else window.addEventListener("load", begin, { once: true });
}
