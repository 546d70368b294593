// "Trên máy này": what is on the device, what waits, what was refused. Everything comes from the device itself.
import { openDevice, wipe } from "./device.js";
import { ask as question } from "./feedback.js";
import { faultOf, momentOf, sizeOf, start } from "./offline.js";
import { again, drop, tell } from "./outgoing.js";
import { leave, stopTaking, taken } from "./taking.js";
import { text } from "./texts.js";

const page = document.querySelector("[data-device-page]");
const part = (selector) => page.querySelector(selector);

function row(pattern) {
  return part(`template[data-pattern="${pattern}"]`).content.firstElementChild.cloneNode(true);
}

// ---- what was taken along

function showSet(set) {
  const line = row("taken");
  const title = line.querySelector("[data-title]");
  title.textContent = set.title ?? set.url;
  if (set.list) title.href = set.list.url;
  const saving = set.state === "saving";
  const said = {
    ready: () => text("takeReady", sizeOf(set.total), momentOf(set.at)),
    saving: () => text("takeSaving", sizeOf(set.done), sizeOf(set.total ?? 0)),
  };
  const papers = text("takePapers", set.list?.papers.length ?? 0);
  line.querySelector("[data-meta]").textContent = `${papers} · ${(said[set.state] ?? (() => faultOf(set)))()}`;
  const bar = line.querySelector("progress");
  bar.hidden = !saving;
  bar.max = Math.max(set.total ?? 1, 1);
  bar.value = set.done;
  line.querySelector('[data-act="take"]').hidden = saving;
  line.querySelector('[data-act="stop"]').hidden = !saving;
  line.dataset.url = set.url;
  return line;
}

async function showTaken() {
  const sets = await taken();
  part("[data-taken]").replaceChildren(...sets.map(showSet));
  part("[data-none]").hidden = sets.length > 0;
  const { usage, quota } = (await navigator.storage?.estimate?.()) ?? {};
  part("[data-usage]").textContent = quota ? text("deviceUsage", sizeOf(usage), sizeOf(quota - usage)) : "";
}

// ---- what waits

/** The fields of mine that a person has written, in their words where the form had no others. */
function mineOf(item) {
  const fields = typeof item.body === "string" ? [...new URLSearchParams(item.body)] : [];
  const again_ = new Set(Object.keys(item.refused.again ?? {}));
  return fields.filter(([name, value]) => value && !again_.has(name) && !["key", "token", "known"].includes(name)).map(([, value]) => value);
}

function showItem(item) {
  const line = row("item");
  line.dataset.id = item.id;
  line.querySelector("[data-title]").textContent = item.words ?? item.url;
  line.querySelector("[data-meta]").textContent = momentOf(item.at);
  const { refused } = item;
  if (!refused) return line;
  const fault = line.querySelector("[data-fault]");
  fault.hidden = false;
  fault.textContent = [refused.message, ...Object.values(refused.faults ?? {})].join(" ");
  const buttons = [...line.querySelectorAll("[data-act]")];
  buttons.find(({ dataset }) => dataset.act === "again").hidden = false;
  if (!refused.theirs) return line;
  for (const button of buttons) button.textContent = button.dataset.wordsBoth;
  line.querySelector("[data-both]").hidden = false;
  const pairs = (list) => list.flatMap(([name, words]) => [element("dt", name), element("dd", words)]);
  line.querySelector("[data-theirs]").append(...pairs(refused.theirs));
  line.querySelector("[data-mine]").append(...mineOf(item).map((words) => element("dd", words)));
  return line;
}

function element(name, words) {
  const made = document.createElement(name);
  made.textContent = words;
  return made;
}

function showItems({ detail: { items } }) {
  const refused = items.filter((item) => item.refused);
  const due = items.filter((item) => !item.refused);
  part("[data-waiting]").replaceChildren(...due.map(showItem));
  part("[data-refused]").replaceChildren(...refused.map(showItem));
  part("#waiting").hidden = due.length === 0;
  part("#refused").hidden = refused.length === 0;
}

// ---- pressing

const acts = {
  take: ({ url }) => start(url),
  stop: ({ url }) => stopTaking(url),
  leave: async ({ url }) => {
    if (await question(text("takeLeave"), { danger: true })) await leave(url);
  },
  again: ({ id }) => again(id),
  drop: ({ id }) => drop(id),
};

page.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-act]");
  if (button) await acts[button.dataset.act](button.closest("li").dataset);
  else if (event.target.closest("[data-wipe]") && (await question(text("deviceWipe"), { danger: true }))) {
    await wipe();
    location.reload();
  }
});

document.addEventListener("ecabinet:taken", showTaken);
document.addEventListener("ecabinet:waiting", showItems);
const asked = new URLSearchParams(location.search);
for (const name of ["missing", "unsent"]) if (asked.has(name)) part(`[data-show="${name}"]`).hidden = false;
const able = await openDevice();
part('[data-show="unable"]').hidden = Boolean(able);
part("[data-wipe-actions]").hidden = !able;
await showTaken();
await tell(false);
page.dataset.ready = "";
