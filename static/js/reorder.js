// Lists with data-reorder-url: dragged by [data-reorder-handle], moved by [data-reorder-up] / [data-reorder-down]
// and by Alt+Up / Alt+Down inside an item. Items carry data-id and data-label. The new order is sent as
// repeated form fields (data-reorder-name, default "order"); when that fails the old order comes back.
import { announce, toast } from "./feedback.js";
import { post, problemText } from "./requests.js";
import { text } from "./texts.js";

const SORTABLE = new URL("../vendor/sortablejs/Sortable.min.js", import.meta.url).href;
const wired = new WeakSet();
const saved = new WeakMap();
const saving = new WeakMap();

const items = (list) => [...list.children].filter((item) => item.dataset.id);
const order = (list) => items(list).map((item) => item.dataset.id);

/** Wire every list under `root` that is not wired yet. */
export async function wireLists(root = document) {
  for (const list of root.querySelectorAll("[data-reorder-url]")) {
    if (wired.has(list)) continue;
    wired.add(list);
    saved.set(list, order(list));
    list.addEventListener("click", (event) => onClick(list, event));
    list.addEventListener("keydown", (event) => onKey(list, event));
    if (list.querySelector("[data-reorder-handle]")) await makeDraggable(list);
    list.dataset.reorderReady = "";
  }
}

async function makeDraggable(list) {
  // A UMD file: loaded as a module it leaves its global behind.
  await import(SORTABLE);
  globalThis.Sortable.create(list, {
    handle: "[data-reorder-handle]",
    draggable: "[data-id]",
    // The same dragging with mouse, pen and finger; the browser's own knows no fingers.
    forceFallback: true,
    fallbackTolerance: 4,
    animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 150,
    ghostClass: "is-dragged",
    chosenClass: "is-lifted",
    onEnd: (event) => {
      if (event.oldIndex !== event.newIndex) changed(list, event.item);
    },
  });
}

function onClick(list, event) {
  const button = event.target.closest("[data-reorder-up], [data-reorder-down]");
  if (!button) return;
  event.preventDefault();
  move(list, button.closest("[data-id]"), button.hasAttribute("data-reorder-up") ? -1 : 1);
  button.focus();
}

function onKey(list, event) {
  if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  const item = event.target.closest("[data-id]");
  if (!item) return;
  event.preventDefault();
  const focused = document.activeElement;
  move(list, item, event.key === "ArrowUp" ? -1 : 1);
  focused?.focus();
}

function move(list, item, step) {
  const all = items(list);
  const other = all[all.indexOf(item) + step];
  if (!other) return;
  if (step < 0) other.before(item);
  else other.after(item);
  changed(list, item);
}

function changed(list, item) {
  renumber(list);
  const all = items(list);
  announce(`${item.dataset.label ?? ""} ${text("moved", all.indexOf(item) + 1, all.length)}`.trim());
  save(list);
}

function renumber(list) {
  items(list).forEach((item, index) => {
    const number = item.querySelector(".agenda-number");
    if (number) number.textContent = String(index + 1);
  });
}

/** One request at a time and the last order wins: a second move during a request is sent after it. */
async function save(list) {
  if (saving.get(list)) {
    saving.set(list, "again");
    return;
  }
  saving.set(list, "now");
  const sent = order(list);
  const fields = new URLSearchParams(sent.map((id) => [list.dataset.reorderName ?? "order", id]));
  const fault = await send(list.dataset.reorderUrl, fields);
  const again = saving.get(list) === "again";
  saving.delete(list);
  if (again) save(list);
  else if (fault) restore(list, fault);
  else toast(text("orderSaved"), "success");
  if (!fault) saved.set(list, sent);
}

async function send(url, fields) {
  try {
    const answer = await post(url, fields);
    if (answer.ok) return "";
    return problemText(answer.status, await answer.text(), answer.headers.get("Content-Type") ?? "");
  } catch {
    return text("network");
  }
}

function restore(list, fault) {
  const byId = new Map(items(list).map((item) => [item.dataset.id, item]));
  for (const id of saved.get(list)) if (byId.has(id)) list.append(byId.get(id));
  renumber(list);
  toast(fault, "error");
}
