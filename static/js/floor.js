// The floor of a meeting: its forms go over the socket where there is one, its clocks count on the page from times that
// the server gave, and the place in the queue is read from the list that everybody gets.
//
// Markup it expects (templates/meetings/floor_parts.html writes it)
//   <form data-floor="floor" data-do="ask" method="post" action="…">   sent as {meeting, do, …fields} to that event
//   <div data-turn-limit="300" data-turn-warn="30" data-turn-since="ISO" | data-turn-elapsed="12.5">
//     [data-turn-digits], [data-turn-bar] optional; data-phase becomes calm, warning, over or free
//   <span data-place-of="17">   the place of request 17 by [data-order="5 17"][data-places="1 2"] in #floor
import { clockText, serverNow, setServerTime } from "./clock.js";
import { announce, toast } from "./feedback.js";
import { post, problemText } from "./requests.js";
import { text } from "./texts.js";

const TICK = 200;
const ASKED_TIMES = 3;

/** As what a clock is shown; the same as clock_phase of speaker_rules.py. */
export function phase(elapsed, limit, warn) {
  if (!limit) return "free";
  const left = limit - elapsed;
  if (left <= 0) return "over";
  return left <= warn ? "warning" : "calm";
}

/** The digits: time left, rounded up so that it reads 00:00 when it is over; overtime with a plus; else time spoken. */
export function digits(elapsed, limit) {
  if (!limit) return clockText(Math.floor(elapsed));
  const left = limit - elapsed;
  return left > 0 ? clockText(Math.ceil(left)) : `+${clockText(Math.floor(-left))}`;
}

function show(clock, now) {
  const { turnSince, turnElapsed, turnLimit, turnWarn } = clock.dataset;
  const elapsed = turnSince ? Math.max(0, (now - Date.parse(turnSince)) / 1000) : Number(turnElapsed);
  const limit = Number(turnLimit);
  if (Number.isNaN(elapsed)) return;
  const words = digits(elapsed, limit);
  const shown = clock.querySelector("[data-turn-digits]");
  if (shown.textContent !== words) shown.textContent = words;
  clock.querySelector("[data-turn-bar]")?.setAttribute("width", `${Math.min(100, (100 * elapsed) / limit).toFixed(1)}%`);
  const next = phase(elapsed, limit, Number(turnWarn));
  if (clock.dataset.phase === next) return;
  const before = clock.dataset.counted;
  clock.dataset.phase = next;
  clock.dataset.counted = next;
  // Only when it happens before one's eyes: who joins late is not startled.
  if (before) sayPhase(clock, next);
}

function sayPhase(clock, next) {
  const words = { warning: clock.dataset.sayWarning, over: clock.dataset.sayOver }[next];
  if (!words) return;
  announce(words);
  const mine = document.querySelector("[data-live]")?.dataset.memberId;
  if (clock.closest("[data-turn-member]")?.dataset.turnMember === mine) toast(words, "warning");
}

function tick() {
  const now = serverNow();
  for (const clock of document.querySelectorAll("[data-turn-limit]")) show(clock, now);
}

/** What only the page can know: my place in the list of all, and which of my wishes are in it already. */
function place() {
  const places = new Map();
  for (const { dataset } of document.querySelectorAll("#floor [data-order]")) {
    const numbers = dataset.places.split(" ");
    dataset.order.split(" ").forEach((id, index) => places.set(id, numbers[index]));
  }
  for (const number of document.querySelectorAll("[data-place-of]")) {
    const now = places.get(number.dataset.placeOf);
    if (now && number.textContent !== now) number.textContent = now;
  }
  const form = document.querySelector("form[data-do='ask'][data-current]");
  if (!form) return;
  const mine = [...document.querySelectorAll("#my-floor li[data-kind]")];
  const here = ["", form.dataset.current];
  for (const button of form.querySelectorAll("[data-ask]")) {
    button.hidden = mine.some((li) => li.dataset.kind === button.dataset.ask && here.includes(li.dataset.item));
  }
}

class Forms {
  constructor(live) {
    this.live = live;
    this.busy = new WeakSet();
    // Capturing: before the guard against double presses, which would hold up "one more minute" pressed twice.
    document.addEventListener("submit", (event) => this.onSubmit(event), true);
  }

  onSubmit(event) {
    const form = event.target;
    if (event.defaultPrevented || !form.matches?.("form[data-floor]")) return;
    event.preventDefault();
    if (!this.busy.has(form)) this.send(form, new FormData(form, event.submitter));
  }

  async send(form, fields) {
    this.busy.add(form);
    form.classList.add("htmx-request");
    try {
      const fault = this.live.joined ? await this.overSocket(form, fields) : await this.overHttp(form, fields);
      if (fault) {
        toast(fault, "error");
      } else {
        if (form.dataset.do === "ask") form.reset();
        if (form.dataset.said) toast(form.dataset.said, "success");
        if (!this.live.joined) this.live.fetchBlocks();
      }
    } catch {
      toast(text("network"), "error");
    } finally {
      this.busy.delete(form);
      form.classList.remove("htmx-request");
    }
  }

  async overSocket(form, fields) {
    const said = { ...Object.fromEntries(fields), meeting: this.live.meeting, do: form.dataset.do };
    delete said.csrf_token;
    const ack = await this.live.emit(form.dataset.floor, said);
    return ack.ok ? "" : ack.message;
  }

  async overHttp(form, fields) {
    const answer = await post(form.action, fields);
    if (answer.ok) return "";
    return problemText(answer.status, await answer.text(), answer.headers.get("Content-Type") ?? "");
  }
}

/** The server's time, asked a few times: the quickest answer is the nearest to the truth. */
async function askTime(live) {
  for (let asked = 0; asked < ASKED_TIMES; asked += 1) {
    const ack = await live.emit("clock", {}).catch(() => null);
    if (ack?.ok) setServerTime(ack.now);
  }
}

export function wireFloor(live) {
  if (!document.querySelector("#floor, #console-speakers, #screen-floor")) return;
  new Forms(live);
  live.socket.on?.("connect", () => askTime(live));
  document.addEventListener("ecabinet:blocks", () => {
    place();
    tick();
  });
  place();
  tick();
  setInterval(tick, TICK);
}
