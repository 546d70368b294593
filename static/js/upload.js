// Forms with data-upload: sent by XHR for its progress; without this script they are plain multipart forms.
//   data-upload            load the page anew (a live page: its blocks), or follow the redirect of the answer
//   data-upload="auto"     the same, sent as soon as files are chosen
//   data-upload-target="#x" an answer that is no redirect replaces this element
// A 422 answer replaces the form by the element of the same id in it (the form with its faults).
import { announce, toast, toastNext } from "./feedback.js";
import { csrfToken, problemText, toastOf } from "./requests.js";
import { text } from "./texts.js";

const underWay = new Set();

export function wireUploads() {
  document.addEventListener("submit", onSubmit);
  document.addEventListener("change", onChange);
  for (const name of ["dragenter", "dragover", "dragleave", "drop"]) document.addEventListener(name, onDrag);
  window.addEventListener("beforeunload", (event) => {
    if (underWay.size) event.preventDefault();
  });
}

function onDrag(event) {
  const zone = event.target.closest?.(".drop");
  if (zone) zone.toggleAttribute("data-over", event.type === "dragenter" || event.type === "dragover");
}

/** The drop zone shows what was chosen. */
function onChange(event) {
  const input = event.target;
  if (input.type !== "file" || !input.files?.length) return;
  const title = input.closest(".drop")?.querySelector(".drop-title");
  if (title) title.textContent = [...input.files].map((file) => file.name).join(", ");
  if (input.form?.dataset.upload === "auto") input.form.requestSubmit();
}

function onSubmit(event) {
  const form = event.target;
  if (event.defaultPrevented || !form.matches("form[data-upload]")) return;
  const chosen = [...form.querySelectorAll('input[type="file"]')].some((input) => input.files.length);
  if (!chosen) return;
  event.preventDefault();
  if (!underWay.has(form)) send(form, event.submitter);
}

function send(form, submitter) {
  const fields = new FormData(form);
  if (submitter?.name) fields.append(submitter.name, submitter.value);
  const request = new XMLHttpRequest();
  const shown = showProgress(form, request);
  underWay.add(form);
  request.open("POST", form.action);
  request.setRequestHeader("X-CSRF-Token", csrfToken());
  // As htmx would ask: the words of the answer come in a header and are not spent on a page nobody sees.
  request.setRequestHeader("HX-Request", "true");
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) shown.update((100 * event.loaded) / event.total);
  });
  request.addEventListener("load", () => finish(form, request));
  request.addEventListener("error", () => toast(text("network"), "error"));
  request.addEventListener("abort", () => toast(text("uploadStopped"), "info"));
  request.addEventListener("loadend", () => {
    underWay.delete(form);
    shown.remove();
  });
  request.send(fields);
}

function showProgress(form, request) {
  const box = document.createElement("div");
  box.className = "upload";
  const part = document.createElement("div");
  part.className = "progress";
  const label = document.createElement("span");
  label.className = "progress-label";
  const bar = document.createElement("progress");
  bar.max = 100;
  const stop = document.createElement("button");
  stop.type = "button";
  stop.className = "button button-secondary button-small";
  stop.textContent = text("uploadStop");
  stop.addEventListener("click", () => request.abort());
  part.append(label, bar);
  box.append(part, stop);
  form.append(box);
  announce(text("uploading", 0));
  return {
    update(percent) {
      bar.value = percent;
      label.textContent = percent < 100 ? text("uploading", Math.floor(percent)) : text("uploadDone");
    },
    remove: () => box.remove(),
  };
}

function finish(form, request) {
  const ok = request.status >= 200 && request.status < 300;
  const redirected = new URL(request.responseURL).href !== new URL(form.action).href;
  const said = toastOf(request.getResponseHeader("HX-Trigger"));
  // Leaving the page is right now: the upload itself is over.
  underWay.delete(form);
  if (ok && redirected) location.assign(request.responseURL);
  else if (ok) done(form, request, said);
  else if (request.status !== 422 || !replace(form, request)) {
    const type = request.getResponseHeader("Content-Type") ?? "";
    toast(said?.message ?? problemText(request.status, request.responseText, type), "error");
  }
}

function done(form, request, said) {
  const target = form.dataset.uploadTarget;
  const live = document.querySelector("[data-live]");
  if (!target && !live) {
    if (said) toastNext(said.message, said.tone);
    location.reload();
    return;
  }
  if (said) toast(said.message, said.tone);
  form.reset();
  if (target) replace(document.querySelector(target), request);
  else document.dispatchEvent(new CustomEvent("refresh-blocks"));
}

function replace(element, request) {
  if (!element?.id) return false;
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  const fresh = page.getElementById(element.id);
  if (!fresh) return false;
  element.replaceWith(fresh);
  globalThis.htmx?.process(fresh);
  fresh.querySelector("[aria-invalid='true'], [role='alert']")?.focus();
  return true;
}
