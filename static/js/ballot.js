// The ballot in the sheet: choose → confirm → send until acknowledged → receipt. Hooks: see live.js.
import { announce, ask, toast } from "./feedback.js";
import { forget, keep, makeToken, waiting } from "./outbox.js";
import { post, problemText } from "./requests.js";
import { text } from "./texts.js";

const PAUSES = [1000, 2000, 4000, 5000];
// Refusals that say nothing about the ballot itself: it is kept and sent again.
export const PASSING = new Set(["signed_out", "csrf", "busy", "throttled", "store_full", "store_down"]);

export class Ballots {
  /** `member`: id of the person at this device; `emit(event, data)`: resolves to the ack, rejects without one. */
  constructor(member, emit) {
    this.member = member;
    this.emit = emit;
    this.sending = new Set();
    this.timer = null;
    this.failures = 0;
    this.onWaiting = () => {};
    /** Whether the page has just had its network: a ballot is kept over a moment without one, not cast offline. */
    this.mayCast = () => true;
    document.addEventListener("submit", (event) => this.onSubmit(event));
    document.addEventListener("click", (event) => this.onClick(event));
    document.addEventListener("change", (event) => this.onChange(event));
    this.prepareForms();
  }

  get hasWaiting() {
    return waiting(this.member).length > 0;
  }

  /** Forms that have just come: a choice begun before a reload returns, a waiting ballot shows that it waits. */
  prepareForms() {
    const records = waiting(this.member);
    for (const form of document.querySelectorAll("form[data-ballot]:not([data-prepared])")) {
      form.dataset.prepared = "";
      const poll = pollOf(form);
      const record = records.find((one) => String(one.poll) === poll);
      check(form, record?.options ?? readDraft(this.member, poll));
      showCount(form);
      if (record) this.showSending(form, true);
    }
  }

  onClick(event) {
    const form = event.target.closest?.("form[data-ballot]");
    if (!form) return;
    if (event.target.closest("[data-ballot-back]")) showStep(form, "choose");
    // One tap on an option asks for the confirmation; keys (detail 0) move the choice and use the button.
    else if (event.target.matches("input[type='radio']") && event.detail > 0) form.requestSubmit();
  }

  onChange(event) {
    const form = event.target.closest?.("form[data-ballot]");
    if (!form || event.target.name !== "option") return;
    writeDraft(this.member, pollOf(form), chosen(form).map((input) => input.value));
    showCount(form);
    status(form, this.mayCast() ? "" : text("ballotOffline"), true);
  }

  async onSubmit(event) {
    const form = event.target;
    if (!form.matches("form[data-ballot]")) return;
    event.preventDefault();
    if (form.hasAttribute("data-sending")) return;
    const fault = this.mayCast() ? faultOf(form) : text("ballotOffline");
    if (fault) {
      status(form, fault, true);
      return;
    }
    const panel = form.querySelector("[data-ballot-confirm]");
    if (panel?.hidden) showStep(form, "confirm");
    else if (panel || (await ask(choiceText(form)))) this.cast(form);
  }

  cast(form) {
    const record = {
      member: this.member,
      poll: pollOf(form),
      options: chosen(form).map((input) => input.value),
      token: makeToken(),
      action: form.action,
      at: Date.now(),
    };
    // Stored before it is sent: from here on only an acknowledgement or a refusal ends it.
    keep(record);
    writeDraft(this.member, record.poll, null);
    this.showSending(form, false);
    this.send(record);
  }

  /** Send everything that waits: after a reconnect, at the start, and by the timer. */
  resend() {
    clearTimeout(this.timer);
    for (const record of waiting(this.member)) this.send(record);
  }

  async send(record) {
    if (this.sending.has(record.token)) return;
    this.sending.add(record.token);
    try {
      const answer = (await this.bySocket(record)) ?? (await byHttp(record));
      if (!answer || answer.retry || PASSING.has(answer.error)) this.postpone(record, answer?.message);
      else this.settle(record, answer);
    } finally {
      this.sending.delete(record.token);
      this.onWaiting();
    }
  }

  async bySocket({ poll, options, token }) {
    try {
      return await this.emit("ballot", { poll: Number(poll), options: options.map(Number), token });
    } catch {
      return null;
    }
  }

  postpone(record, message) {
    const form = formOf(record.poll);
    if (form) this.showSending(form, true, message);
    const pause = PAUSES[Math.min(this.failures, PAUSES.length - 1)];
    this.failures += 1;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.resend(), pause);
  }

  settle(record, answer) {
    this.failures = 0;
    forget(record);
    const form = formOf(record.poll);
    if (answer.ok) showReceipt(form, answer.receipt);
    else refuse(form, answer.message ?? "");
  }

  showSending(form, again, message = "") {
    form.dataset.sending = "";
    for (const control of form.elements) control.disabled = true;
    status(form, message || text(again ? "ballotResending" : "ballotSending"));
    form.setAttribute("aria-busy", "true");
  }
}

/** Plain HTTP with the same token; null when there is no usable answer (network, overload, proxy pages). */
export async function byHttp({ poll, options, token, action }) {
  const fields = new URLSearchParams([["poll", poll], ...options.map((id) => ["option", id]), ["token", token]]);
  try {
    const answer = await post(action, fields);
    const type = answer.headers.get("Content-Type") ?? "";
    const body = await answer.text();
    if (type.includes("json")) {
      const parsed = JSON.parse(body);
      if (typeof parsed.ok === "boolean") return parsed;
    }
    return answer.status < 500 && !answer.ok ? { retry: true, message: problemText(answer.status, body, type) } : null;
  } catch {
    return null;
  }
}

const pollOf = (form) => form.elements.namedItem("poll").value;
const chosen = (form) => [...form.querySelectorAll('input[name="option"]:checked')];
const formOf = (poll) =>
  [...document.querySelectorAll("form[data-ballot]")].find((form) => pollOf(form) === String(poll)) ?? null;

function faultOf(form) {
  const count = chosen(form).length;
  const [least, most] = [Number(form.dataset.least ?? 1), Number(form.dataset.most ?? 1)];
  if (count < least) return count === 0 && least === 1 ? text("ballotBlank") : text("ballotFew", least);
  return count > most ? text("ballotMany", most) : "";
}

function choiceText(form) {
  const labels = chosen(form).map((input) => {
    const words = input.closest("label").querySelector(".vote-option-text");
    return (words?.firstChild?.textContent ?? input.closest("label").textContent).trim();
  });
  if (!labels.length) return text("ballotBlank");
  const lines = labels.length > 1 ? labels.map((label) => `\n• ${label}`).join("") : labels[0];
  return text("ballotChoice", lines);
}

function showStep(form, step) {
  const confirm = form.querySelector("[data-ballot-confirm]");
  form.querySelector("[data-ballot-choose]").hidden = step === "confirm";
  confirm.hidden = step !== "confirm";
  status(form, "");
  if (step === "confirm") {
    const choice = form.querySelector("[data-ballot-choice]");
    choice.textContent = choiceText(form);
    choice.dataset.kind = chosen(form)[0]?.closest("[data-kind]")?.dataset.kind ?? "plain";
    choice.focus();
  } else {
    (chosen(form)[0] ?? form.querySelector('input[name="option"]'))?.focus();
  }
}

function showCount(form) {
  const line = form.querySelector("[data-ballot-count]");
  if (line) line.textContent = text("ballotChosen", `${chosen(form).length}/${form.dataset.most}`);
}

function status(form, words, isFault = false) {
  const line = form.querySelector("[data-ballot-status]");
  if (!line) return;
  line.textContent = words;
  line.classList.toggle("fault", isFault);
}

function showReceipt(form, code) {
  const pattern = form?.querySelector("template[data-receipt]");
  if (!pattern) {
    toast(`${text("ballotSent")} ${code ?? ""}`.trim(), "success");
    return;
  }
  const shown = pattern.content.cloneNode(true);
  const place = shown.querySelector("[data-receipt-code]");
  if (place) place.textContent = code ?? "";
  form.replaceWith(shown);
  announce(text("ballotSent"));
}

function refuse(form, message) {
  if (!form) {
    toast(text("ballotRefused", message), "error");
    return;
  }
  form.removeAttribute("data-sending");
  form.removeAttribute("aria-busy");
  for (const control of form.elements) control.disabled = false;
  showStep(form, "choose");
  status(form, message, true);
}

function check(form, ids) {
  if (!ids) return;
  for (const input of form.querySelectorAll('input[name="option"]')) input.checked = ids.includes(input.value);
}

// A choice begun but not sent survives a reload of this tab, no longer.
const draftKey = (member, poll) => `ecabinet.draft.${member}.${poll}`;

function readDraft(member, poll) {
  try {
    return JSON.parse(sessionStorage.getItem(draftKey(member, poll)));
  } catch {
    return null;
  }
}

function writeDraft(member, poll, ids) {
  try {
    if (ids) sessionStorage.setItem(draftKey(member, poll), JSON.stringify(ids));
    else sessionStorage.removeItem(draftKey(member, poll));
  } catch {
    // Storage may be forbidden: the choice lives in the page.
  }
}
