// A note saves itself by htmx (templates/notebook/note.html). Here: the answer that shows two texts is shown, not only
// told of; and nobody leaves with words that are not kept yet.
import { makeToken } from "./outbox.js";

const form = document.querySelector("form[data-note]");

if (form) {
  const { key, revision } = form.elements;
  // A saved copy of the page for a new note may be opened again and again: each is another note.
  if (document.documentElement.dataset.savedAt && revision.value === "0") {
    key.value = makeToken();
    form.dataset.outgoingSubject = `note:${key.value}`;
  }
  let typed = 0;
  let kept = 0;
  form.addEventListener("input", () => {
    typed += 1;
  });
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target === form) event.detail.xhr.typed = typed;
  });
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, target } = event.detail;
    if (target.id !== "note-state") return;
    if (xhr.status === 409) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    } else if (xhr.status < 300) kept = xhr.typed;
  });
  form.addEventListener("ecabinet:kept", () => {
    kept = typed;
  });
  window.addEventListener("beforeunload", (event) => {
    if (typed > kept) event.preventDefault();
  });
}
