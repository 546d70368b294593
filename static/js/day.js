// The course of the day: elements with data-day show when the agenda will end and how far that is from the plan.
//   data-holds-until="ISO"   the end as long as the open item keeps to its time
//   data-rest="3600"         seconds that are still to come at the least
//   data-planned-end="ISO"   the end by the plan
//   data-on-time, data-behind, data-ahead   words; {0} is minutes
//   data-behind-hours, data-ahead-hours     the same from an hour on; {0} hours and {1} minutes
//   [data-day-end], [data-day-drift]        where both are shown
import { serverNow } from "./clock.js";

const OFFICE = new Intl.DateTimeFormat("vi-VN", {
  hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Ho_Chi_Minh" });
const LATE = 10;

/** The expected end and the whole minutes behind the plan; the same as Day of agenda_clock_rules.py. */
export function course(now, { holdsUntil, rest, plannedEnd }) {
  const end = Math.max(Date.parse(holdsUntil), now + Number(rest) * 1000);
  return { end, behind: Math.round((end - Date.parse(plannedEnd)) / 60000) };
}

function show(element, now) {
  const { end, behind } = course(now, element.dataset);
  write(element.querySelector("[data-day-end]"), OFFICE.format(end));
  const drift = element.querySelector("[data-day-drift]");
  write(drift, driftWords(element.dataset, behind));
  drift.dataset.state = behind > LATE ? "danger" : behind > 0 ? "warn" : "good";
}

function driftWords(words, behind) {
  if (!behind) return words.onTime;
  const minutes = Math.abs(behind);
  if (minutes < 60) return (behind > 0 ? words.behind : words.ahead).replace("{0}", String(minutes));
  const hours = behind > 0 ? words.behindHours : words.aheadHours;
  return hours.replace("{0}", String(Math.trunc(minutes / 60))).replace("{1}", String(minutes % 60));
}

function write(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

export function wireDay() {
  const tick = () => {
    for (const element of document.querySelectorAll("[data-day]")) show(element, serverNow());
  };
  tick();
  setInterval(tick, 1000);
  document.addEventListener("ecabinet:blocks", tick);
}
