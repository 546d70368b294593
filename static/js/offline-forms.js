// Forms that may wait for the network: form[data-outgoing="kind"]. What cannot be sent is kept on the device and sent
// once later (outgoing.js). Further attributes: data-outgoing-words (what the person calls it), data-outgoing-subject
// (default: the action), data-outgoing-replaces (a later one takes the place of one that waits), data-outgoing-renew (a
// field that names the thing sent: the form, emptied, begins the next one).
import { announce, toastNext } from "./feedback.js";
import { makeToken } from "./outbox.js";
import { add, waiting } from "./outgoing.js";
import { csrfToken } from "./requests.js";
import { text } from "./texts.js";

const LIMIT = 12_000;
const KEY = "Idempotency-Key";

const subjectOf = (form) => form.dataset.outgoingSubject || new URL(form.action).pathname;

function itemOf(form, id, body) {
  const { outgoing, outgoingWords } = form.dataset;
  const replaces = "outgoingReplaces" in form.dataset;
  return { id, kind: outgoing, url: new URL(form.action).pathname, body, words: outgoingWords, subject: subjectOf(form), replaces };
}

/** The fields of a form as they are sent, without the page's own token. */
function fieldsOf(form, submitter) {
  const fields = new FormData(form, submitter);
  fields.delete("csrf_token");
  return new URLSearchParams(fields).toString();
}

/** Keeps it on the device; false where nothing can be kept. */
async function keep(form, item) {
  try {
    await add(item);
  } catch {
    return false;
  }
  const { outgoingRenew } = form.dataset;
  if (outgoingRenew) {
    form.reset();
    form.elements.namedItem(outgoingRenew).value = makeToken();
  }
  form.dispatchEvent(new CustomEvent("ecabinet:kept", { bubbles: true }));
  announce(text("outgoingKept"));
  return true;
}

/**
 * Sends a form, or keeps it where there is no network. Resolves to {kept: true}, or {answer}: the server's response;
 * rejects where it could neither be sent nor kept.
 */
export async function sendForm(form, submitter) {
  const item = itemOf(form, makeToken(), fieldsOf(form, submitter));
  // Something of the same thing waits already: one after the other.
  const before = (await waiting(item.kind)).some(({ subject }) => subject === item.subject);
  if (!before) {
    try {
      const headers = { Accept: "application/json", "X-CSRF-Token": csrfToken(), [KEY]: item.id,
        "Content-Type": "application/x-www-form-urlencoded" };
      const signal = AbortSignal.timeout(LIMIT);
      return { answer: await fetch(item.url, { method: "POST", body: item.body, headers, credentials: "same-origin", signal }) };
    } catch {
      // It may have arrived all the same: it is sent again with the same key.
      item.tried = true;
    }
  }
  if (!(await keep(form, item))) throw new TypeError("not sent");
  return { kept: true };
}

async function onSubmit(event) {
  const form = event.target;
  if (event.defaultPrevented || !form.dataset?.outgoing || form.hasAttribute("hx-post")) return;
  event.preventDefault();
  const button = event.submitter;
  if (button) button.disabled = true;
  try {
    const { answer } = await sendForm(form, button);
    if (answer?.ok) {
      toastNext(text("outgoingSent"), "success");
      location.reload();
    } else if (answer) {
      // The server's own page names each fault by its field: the same form the plain way.
      if (button) button.disabled = false;
      form.submit();
    }
  } catch {
    form.submit();
  } finally {
    if (button) button.disabled = false;
  }
}

function onHtmxConfig({ detail }) {
  if (detail.elt.matches?.("form[data-outgoing]")) detail.headers[KEY] = makeToken();
}

/** htmx sends by itself; while something of the same form waits, what comes is kept behind it. */
function onHtmxBefore(event) {
  const { elt, requestConfig } = event.detail;
  if (!elt.matches?.("form[data-outgoing][data-outgoing-waits]")) return;
  event.preventDefault();
  keepHtmx(elt, requestConfig, false);
}

function onHtmxLost(event) {
  const { elt, requestConfig } = event.detail;
  if (!elt.matches?.("form[data-outgoing]")) return;
  event.stopImmediatePropagation();
  keepHtmx(elt, requestConfig, true);
}

async function keepHtmx(form, { headers, formData }, tried) {
  const fields = new URLSearchParams(formData);
  fields.delete("csrf_token");
  const kept = await keep(form, { ...itemOf(form, headers[KEY] ?? makeToken(), fields.toString()), tried });
  if (!kept) showState(form, text("network"));
}

/** Says under each form what waits of it. */
function showWaiting({ detail: { items } }) {
  for (const form of document.querySelectorAll("form[data-outgoing]")) {
    const mine = items.filter(({ subject }) => subject === subjectOf(form));
    const refused = mine.find((item) => item.refused);
    form.toggleAttribute("data-outgoing-waits", mine.length > 0);
    if (refused) showState(form, text("outgoingRefused", refused.refused.message), "refused");
    else showState(form, mine.length ? text("outgoingKept") : "");
  }
}

function showState(form, words, tone = "kept") {
  let line = form.querySelector("[data-outgoing-state]");
  if (!line && !words) return;
  if (!line) {
    line = document.createElement("p");
    line.className = "outgoing-state";
    line.dataset.outgoingState = "";
    const link = document.createElement("a");
    link.href = "/device#waiting";
    line.append(link);
    form.append(line);
  }
  line.hidden = !words;
  line.dataset.tone = tone;
  line.firstChild.textContent = words;
}

/** What was taken changes what the next one builds on. */
function onSent({ detail: { item, answer } }) {
  for (const form of document.querySelectorAll("form[data-outgoing]")) {
    if (!answer.ok || subjectOf(form) !== item.subject) continue;
    for (const [name, value] of Object.entries(answer.carry ?? {})) {
      const field = form.elements.namedItem(name);
      if (field) field.value = value;
    }
  }
}

export function wireOfflineForms() {
  document.addEventListener("submit", onSubmit);
  document.addEventListener("htmx:configRequest", onHtmxConfig);
  document.addEventListener("htmx:beforeRequest", onHtmxBefore);
  document.addEventListener("htmx:sendError", onHtmxLost, true);
  document.addEventListener("ecabinet:waiting", showWaiting);
  document.addEventListener("ecabinet:sent", onSent);
}
