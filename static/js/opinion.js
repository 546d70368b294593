// The slip of templates/opinions/slip.html: what is typed is kept on the device until the server has it; sent by fetch,
// so that a lost connection costs nothing. Without this script it is a plain form.
import { announce } from "./feedback.js";
import { openDevice } from "./device.js";
import { sendForm } from "./offline-forms.js";
import { makeToken } from "./outbox.js";
import { problemText } from "./requests.js";

const PREFIX = "ecabinet.opinion.";
const MONTH = 31 * 24 * 3600 * 1000;

const form = document.querySelector("form[data-opinion]");
const key = form && `${PREFIX}${form.dataset.key}`;
const status = form?.querySelector("[data-status]");
let device = null;
let touched = false;

function stored(name) {
  try {
    return JSON.parse(localStorage.getItem(name));
  } catch {
    return null;
  }
}

/** Old drafts of anybody go; storage may be forbidden or full, then the page alone remembers. */
function sweep() {
  try {
    for (const name of Object.keys(localStorage).filter((one) => one.startsWith(PREFIX))) {
      if (!(Date.now() - (stored(name)?.at ?? 0) < MONTH)) localStorage.removeItem(name);
    }
  } catch {
    // Forbidden: nothing is there.
  }
}

function values() {
  const said = [...new FormData(form)].filter(([name]) => /^(question|text)-/.test(name));
  return Object.fromEntries(said);
}

async function forget() {
  try {
    localStorage.removeItem(key);
    await device?.remove("notes", key);
  } catch {
    // Forbidden: nothing is there.
  }
}

/** Encrypted where the browser can, else as it is. */
async function keep() {
  const draft = { at: Date.now(), revision: form.dataset.revision, values: values() };
  try {
    if (device) await device.put("notes", key, draft);
    else localStorage.setItem(key, JSON.stringify(draft));
  } catch {
    // Full or forbidden.
  }
}

/** What was typed on this device for this very state of the answer. A page that came back with faults knows better. */
async function restore() {
  const draft = (await device?.get("notes", key)) ?? stored(key);
  if (!draft) return;
  if (draft.revision !== form.dataset.revision) {
    await forget();
    return;
  }
  if ("fresh" in form.dataset || touched) return;
  let differs = false;
  for (const [name, value] of Object.entries(draft.values)) {
    const fields = [...form.elements].filter((field) => field.name === name);
    for (const field of fields) {
      if (field.type === "radio" && field.value === value && !field.checked) differs = field.checked = true;
      if (field.tagName === "TEXTAREA" && field.value !== value) {
        field.value = value;
        differs = true;
      }
    }
  }
  if (!differs) return;
  form.querySelector("[data-restored]").hidden = false;
  const folded = form.closest("details");
  if (folded) folded.open = true;
}

/** An option that needs words says so to the text beneath it. */
function markNeeds() {
  for (const question of form.querySelectorAll(".slip-question")) {
    question.querySelector("textarea").required = Boolean(question.querySelector("[data-needs-text]:checked"));
  }
}

function say(words) {
  status.textContent = words;
  announce(words);
}

async function send(event) {
  event.preventDefault();
  const button = form.querySelector("button[type='submit']");
  button.disabled = true;
  say(status.dataset.sending);
  try {
    const { answer, kept } = await sendForm(form);
    if (kept) {
      say(status.dataset.queued);
      // What is sent after it is another answer.
      form.elements.token.value = makeToken();
    } else if (answer.ok) {
      await forget();
      // Not reload(): a page that came back with faults would be sent once more.
      location.assign(form.dataset.done);
      return;
    }
    // The page that names each fault by its field is made by the server: the same form the plain way.
    if (!kept && (answer.status === 422 || answer.status === 409)) form.submit();
    else if (!kept) say(problemText(answer.status, await answer.text(), answer.headers.get("Content-Type") ?? ""));
  } catch {
    say(status.dataset.kept);
  }
  button.disabled = false;
}

sweep();
if (form) {
  form.addEventListener("input", () => {
    touched = true;
    markNeeds();
    keep();
  });
  form.addEventListener("submit", send);
  device = await openDevice();
  await restore();
  markNeeds();
}
