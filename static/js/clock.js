// Clocks: data-clock-since="ISO instant" counts up, data-clock-until counts down and goes on below zero with
// data-over; data-clock-planned="1800" (seconds) beside data-clock-since: data-phase becomes calm, warning or over.
// Tablets' own clocks are often wrong: what the server said (data-now="ISO instant" on the page's data-live
// element, the Date header of an answer, the answer to the event `clock`) corrects them.
let base = null;

/**
 * Take the server's time from an HTTP Date header or an ISO instant. What arrives was true a moment ago, a header even
 * cut to the second: so of all that was heard the latest wins, against a clock that nobody can set meanwhile.
 */
export function setServerTime(stamp) {
  const server = Date.parse(stamp ?? "");
  if (!Number.isNaN(server)) base = Math.max(base ?? -Infinity, server - performance.now());
}

/** The server's time in milliseconds; the device's own until the server was heard. */
export function serverNow() {
  return base === null ? Date.now() : base + performance.now();
}

/** Seconds as people read a clock: 04:07, 1:02:09, −00:30. */
export function clockText(seconds) {
  const whole = Math.abs(Math.trunc(seconds));
  const pad = (number) => String(number).padStart(2, "0");
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const words = hours ? `${hours}:${pad(minutes)}:${pad(rest)}` : `${pad(minutes)}:${pad(rest)}`;
  return seconds <= -1 ? `−${words}` : words;
}

/** Amber in the last fifth of the time planned, red when it is over. */
export function phase(seconds, planned) {
  if (seconds > planned) return "over";
  return seconds >= 0.8 * planned ? "warning" : "calm";
}

function tick() {
  const now = serverNow();
  for (const clock of document.querySelectorAll("[data-clock-since], [data-clock-until]")) {
    const { clockSince, clockUntil, clockPlanned } = clock.dataset;
    const seconds = clockUntil ? (Date.parse(clockUntil) - now) / 1000 : Math.max(0, (now - Date.parse(clockSince)) / 1000);
    if (Number.isNaN(seconds)) continue;
    clock.toggleAttribute("data-over", Boolean(clockUntil) && seconds <= -1);
    const words = clockText(seconds);
    if (Number(clockPlanned)) clock.dataset.phase = phase(seconds, Number(clockPlanned));
    if (clock.textContent !== words) clock.textContent = words;
  }
}

export function wireClocks() {
  setServerTime(document.querySelector("[data-live]")?.dataset.now);
  tick();
  setInterval(tick, 1000);
  document.addEventListener("ecabinet:blocks", tick);
}
