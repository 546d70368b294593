// Many files put in at once, one after the other, each in a row of the page's list (templates/library/upload_parts.html).
//   <form data-uploads="<destination>">   its files go there as soon as they are chosen or dropped
//   data-uploads-ask                      … when the form is sent, with its fields and a title of each row
//   data-uploads-then="reload"            the page is loaded anew when the last one is there
// Without this script the forms are plain multipart forms.
import { announce, toast, toastNext } from "./feedback.js";
import { csrfToken } from "./requests.js";
import { Refused, Sending, fingerprintOf } from "./upload-send.js";
import { text } from "./texts.js";

const list = document.querySelector("[data-upload-list]");
const rows = list.querySelector("ol");
const underWay = new Map();
let sendingNow = null;

/** A file in the list. States: waiting, queued, sending, lost, finishing, paused, failed, done. */
class Row {
  constructor(file, form, sending, element) {
    Object.assign(this, { file, form, element, state: "waiting" });
    this.sending = sending ?? new Sending(file, {}, (state) => this.show(state));
    this.sending.tell = (state) => this.show(state);
    this.note = element.querySelector("[data-upload-note]");
    this.bar = element.querySelector("[data-upload-bar]");
    const name = element.querySelector("[data-upload-name]");
    name.textContent = file.name;
    this.bar.setAttribute("aria-label", file.name);
    underWay.set(element, this);
    this.show("waiting");
  }

  show(state, message = "") {
    this.state = this.element.dataset.state = state;
    const [sent, size] = [this.sending.sent, this.file.size];
    this.bar.value = size ? (100 * sent) / size : 0;
    const words = {
      waiting: () => amount(size),
      queued: () => text("uploadQueued", amount(size)),
      sending: () => text("uploadSending", amount(sent), amount(size)),
      lost: () => text("uploadLost", amount(sent), amount(size)),
      paused: () => text("uploadPaused", amount(sent), amount(size)),
      finishing: () => text("uploadFinishing"),
    };
    this.note.textContent = message || words[state]?.() || "";
    sum();
  }

  queue() {
    this.show("queued");
    next();
  }

  async send() {
    try {
      this.show("sending");
      await this.sending.run();
      this.finished();
    } catch (error) {
      if (error.name === "AbortError") this.show("paused");
      else if (error instanceof Refused) this.refused(error);
      else {
        this.show("failed", text("uploadFailed"));
        throw error;
      }
    }
  }

  finished() {
    this.show("done");
    announce(text("uploadThere", this.file.name));
    this.element.querySelector("[data-upload-title]")?.remove();
    const state = document.createElement("div");
    state.setAttribute("hx-get", `/uploads/${this.sending.id}`);
    state.setAttribute("hx-trigger", "load");
    state.setAttribute("hx-swap", "outerHTML");
    this.note.replaceChildren(state);
    globalThis.htmx?.process(state);
    if (document.querySelector("[data-live]")) document.dispatchEvent(new CustomEvent("refresh-blocks"));
  }

  refused(refusal) {
    this.show("failed", refusal.message);
    announce(`${this.file.name}: ${refusal.message}`);
    if (!Object.keys(refusal.faults).length) return;
    // It is the form: nothing of it can go before it is put right.
    for (const row of underWay.values()) if (row.form === this.form && row.state === "queued") row.show("waiting");
    this.show("waiting");
    showFaults(this.form, refusal.faults);
    toast(refusal.message, "error");
  }

  /** Out of the list; what is not done is given up. */
  cancel() {
    this.sending.pause();
    if (this.sending.id && this.state !== "done") {
      const headers = { Accept: "application/json", "X-CSRF-Token": csrfToken() };
      fetch(`/uploads/${this.sending.id}/cancel`, { method: "POST", headers, keepalive: true });
    }
    underWay.delete(this.element);
    this.element.remove();
    sum();
  }
}

function amount(bytes) {
  const [unit, by] = bytes < 1e6 ? ["KB", 1e3] : bytes < 1e9 ? ["MB", 1e6] : ["GB", 1e9];
  return `${(bytes / by).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 })} ${unit}`;
}

function sum() {
  const states = [...underWay.values()].map((row) => row.state);
  list.hidden = !rows.children.length;
  const done = states.filter((state) => state === "done").length;
  list.querySelector("[data-upload-sum]").textContent = states.length ? text("uploadSum", done, states.length) : "";
  list.querySelector("[data-upload-clear]").hidden = !done || states.some((state) => !["done", "failed"].includes(state));
}

/** One file at a time: two at once are no quicker, and the second tells nothing while the first is on its way. */
async function next() {
  if (sendingNow) return;
  sendingNow = [...underWay.values()].find((row) => row.state === "queued");
  if (!sendingNow) return;
  const row = sendingNow;
  const left = () => rows.querySelector(`[data-state="left"][data-upload-id="${row.sending.id}"]`)?.remove();
  try {
    await row.send();
  } finally {
    left();
    sendingNow = null;
  }
  if (![...underWay.values()].some((one) => ["queued", "paused", "failed"].includes(one.state))) allThere(row);
  next();
}

function allThere(row) {
  if (row.form?.dataset.uploadsThen !== "reload" || row.state !== "done") return;
  toastNext(row.sending.said || text("uploadThere", row.file.name), "success");
  location.reload();
}

function add(form, files) {
  for (const file of files) {
    const element = list.querySelector("template").content.firstElementChild.cloneNode(true);
    rows.append(element);
    const row = new Row(file, form, null, element);
    row.sending.fields = { destination: form.dataset.uploads };
    if (!("uploadsAsk" in form.dataset)) row.queue();
  }
}

/** The rows that wait for the form get its fields as they are now. */
function sendForm(form) {
  const mine = [...underWay.values()].filter((row) => row.form === form && ["waiting", "failed"].includes(row.state));
  showFaults(form, {});
  for (const row of mine) {
    const fields = Object.fromEntries([...new FormData(form)].filter(([, value]) => typeof value === "string"));
    const title = row.element.querySelector("[data-upload-title]")?.value ?? "";
    row.sending.fields = { ...fields, title, destination: form.dataset.uploads };
    row.show("queued");
  }
  if (mine.length) list.scrollIntoView({ block: "nearest" });
  else toast(text("uploadNone"), "warning");
  next();
}

function showFaults(form, faults) {
  for (const old of form.querySelectorAll(".fault")) old.remove();
  for (const control of form.elements) {
    const said = faults[control.name];
    control.removeAttribute("aria-invalid");
    if (!said) continue;
    const fault = document.createElement("p");
    fault.className = "fault";
    fault.textContent = said;
    control.setAttribute("aria-invalid", "true");
    control.closest(".field")?.append(fault);
  }
  form.querySelector("[aria-invalid]")?.focus();
}

/** What was left unfinished before goes on when the same file is chosen in its row, with all that was said of it. */
async function goOn(left, file) {
  const same = file.name.normalize() === left.dataset.name && String(file.size) === left.dataset.size;
  if (!same || (left.dataset.fingerprint && (await fingerprintOf(file)) !== left.dataset.fingerprint)) {
    toast(text("uploadOther", left.dataset.name), "warning");
    return;
  }
  const element = list.querySelector("template").content.firstElementChild.cloneNode(true);
  element.querySelector("[data-upload-title]")?.remove();
  left.replaceWith(element);
  const fields = { destination: left.dataset.destination };
  const form = [...document.querySelectorAll("form[data-uploads]")].find(
    (one) => one.dataset.uploads === left.dataset.destination,
  );
  new Row(file, form, new Sending(file, fields, null, Number(left.dataset.uploadId)), element).queue();
}

function onChange(event) {
  const input = event.target;
  if (input.type !== "file" || !input.files.length) return;
  const left = input.closest("[data-state='left']");
  const form = input.closest("form[data-uploads]");
  if (!left && !form) return;
  event.stopPropagation(); // nobody else is to send them too
  const files = take(input);
  if (left) goOn(left, files[0]);
  else add(form, files);
}

/** The files of an input, which is empty then: the same can be chosen again. */
function take(input) {
  const files = [...input.files];
  input.value = "";
  return files;
}

function onSubmit(event) {
  if (!event.target.matches("form[data-uploads]")) return;
  event.preventDefault();
  sendForm(event.target);
}

const ACTS = {
  pause: (row) => (row.state === "queued" ? row.show("paused") : row.sending.pause()),
  go: (row) => row.queue(),
  again: (row) => row.queue(),
  cancel: (row) => row.cancel(),
};

document.addEventListener("change", onChange, true);
document.addEventListener("submit", onSubmit, true);
list.addEventListener("click", (event) => {
  const button = event.target.closest("[data-upload-act]");
  const row = button && underWay.get(button.closest("li"));
  if (row) ACTS[button.dataset.uploadAct](row);
});
list.querySelector("[data-upload-clear]").addEventListener("click", () => {
  for (const row of underWay.values()) if (row.state === "done") row.cancel();
});
window.addEventListener("beforeunload", (event) => {
  if ([...underWay.values()].some((row) => ["queued", "sending", "lost", "finishing"].includes(row.state)))
    event.preventDefault();
});
for (const only of list.querySelectorAll("[data-upload-choose]")) only.hidden = false;
for (const plain of document.querySelectorAll("[data-upload-plain]")) plain.hidden = true;
// What was chosen before this file had loaded on a slow tablet.
for (const input of document.querySelectorAll("form[data-uploads] input[type='file']"))
  if (input.files.length) add(input.form, take(input));
document.documentElement.dataset.uploadsReady = "";
