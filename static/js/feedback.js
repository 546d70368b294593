// What the page tells the person: toasts, the live region, and a question with two answers.
import { text } from "./texts.js";

const LIFETIME = { success: 5000, info: 6000, warning: 9000, error: 12000 };
const MOST_TOASTS = 4;

/** Show `message` in a toast; tone: success, info, warning, error. The same message is not shown twice at once. */
export function toast(message, tone = "info") {
  const region = document.getElementById("toasts");
  if (!region || !message) return;
  for (const shown of region.children) {
    if (shown.querySelector("p")?.textContent === message) shown.remove();
  }
  const box = document.createElement("div");
  box.className = "toast";
  box.dataset.tone = tone;
  box.setAttribute("role", tone === "error" ? "alert" : "status");
  const words = document.createElement("p");
  words.textContent = message;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "button button-icon button-quiet";
  close.dataset.toastClose = "";
  close.setAttribute("aria-label", text("close"));
  close.append(icon("close"));
  box.append(words, close);
  region.append(box);
  while (region.children.length > MOST_TOASTS) region.firstElementChild.remove();
  expire(box);
}

const NEXT = "ecabinet.toast";

/** Show a toast on the page that is loaded next in this tab. */
export function toastNext(message, tone) {
  try {
    sessionStorage.setItem(NEXT, JSON.stringify({ message, tone }));
  } catch {
    // Storage may be forbidden: what was done shows on the page all the same.
  }
}

/** Show what the page before has left. */
export function showLeftToast() {
  try {
    const left = JSON.parse(sessionStorage.getItem(NEXT));
    sessionStorage.removeItem(NEXT);
    if (left) toast(left.message, left.tone);
  } catch {
    // Nothing was left.
  }
}

/** Toasts go by themselves, but not while somebody is reading (pointer or focus on them). */
export function expire(box) {
  const wait = LIFETIME[box.dataset.tone] ?? LIFETIME.info;
  const leave = () => {
    if (box.matches(":hover, :focus-within")) setTimeout(leave, 2000);
    else box.remove();
  };
  setTimeout(leave, wait);
}

/** An element for an icon of the sprite, drawn like the macro icon(). */
export function icon(name) {
  const sprite = new URL("../img/icons.svg", import.meta.url).pathname;
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  return svg;
}

/** Have `message` read out; emptied first, so that the same words twice are two announcements. */
export function announce(message) {
  const region = document.getElementById("announcer");
  if (!region || !message) return;
  region.textContent = "";
  requestAnimationFrame(() => {
    region.textContent = message;
  });
}

/** Ask by the page's <dialog>; resolves to true or false. `yes` names the agreeing button. */
export function ask(question, { yes = "", danger = false } = {}) {
  const dialog = document.getElementById("confirm-dialog");
  if (!dialog?.showModal) return Promise.resolve(window.confirm(question));
  dialog.querySelector("#confirm-text").textContent = question;
  const agree = dialog.querySelector("[data-confirm-yes]");
  agree.dataset.usual ??= agree.textContent;
  agree.textContent = yes || agree.dataset.usual;
  agree.classList.toggle("button-danger", danger);
  agree.toggleAttribute("data-solid", danger);
  agree.classList.toggle("button-primary", !danger);
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
