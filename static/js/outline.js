// An agenda as an outline: lists with data-outline-url, whose items carry data-id, data-depth, data-kind, data-label.
// Dragged by [data-outline-handle], sideways to nest; Alt with the arrows moves the item that holds the focus; forms
// with data-outline-step are one step each. What is sent is relative ({item, after, depth} or {item, direction}), so that
// two people who move items at once both have what they wanted; the server pushes the new outline to all pages.
//
// Forms beside it: data-add-lines is emptied after it was sent, and its textarea[data-lines] sends on Enter;
// data-closes closes the <details> it stands in, data-resets empties itself, when the server has taken it.
import { hold, release } from "./blocks.js";
import { announce, toast } from "./feedback.js";
import { post, problemText } from "./requests.js";
import { text } from "./texts.js";

const SORTABLE = new URL("../vendor/sortablejs/Sortable.min.js", import.meta.url).href;
const STEP = 28;
const DEEPEST = 4;
const ARROWS = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "out", ArrowRight: "in" };
const wired = new WeakSet();

const depthOf = (item) => Number(item.dataset.depth);
const lines = (list) => [...list.children].filter((item) => item.dataset.id && !item.matches(".sortable-drag"));

/** An item's line and all that stands below it. */
function branch(list, item) {
  const all = lines(list);
  const start = all.indexOf(item);
  let end = start + 1;
  while (end < all.length && depthOf(all[end]) > depthOf(item)) end += 1;
  return all.slice(start, end);
}

/** Wire every list under `root` that is not wired yet. */
export async function wireOutlines(root = document) {
  for (const list of root.querySelectorAll("[data-outline-url]:not([data-fixed])")) {
    if (!wired.has(list)) {
      wired.add(list);
      list.addEventListener("keydown", (event) => onKey(list, event));
      await makeDraggable(list);
    }
    list.dataset.reorderReady = ""; // also again: a morph makes the list what the server has written
  }
}

async function makeDraggable(list) {
  // A UMD file: loaded as a module it leaves its global behind.
  await import(SORTABLE);
  const drag = new Drag(list);
  globalThis.Sortable.create(list, {
    handle: "[data-outline-handle]",
    draggable: "[data-id]",
    // The same dragging with mouse, pen and finger; the browser's own knows no fingers.
    forceFallback: true,
    fallbackTolerance: 4,
    animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 150,
    ghostClass: "is-dragged",
    chosenClass: "is-lifted",
    onStart: (event) => drag.start(event),
    onChange: () => drag.fit(),
    onEnd: () => drag.end(),
  });
}

/** One drag: the branch goes along unseen, the depth follows the hand sideways as far as a tree allows. */
class Drag {
  constructor(list) {
    this.list = list;
    this.onMove = (event) => this.follow(event);
  }

  start({ item, originalEvent }) {
    const point = originalEvent.touches?.[0] ?? originalEvent;
    this.item = item;
    this.carried = branch(this.list, item).slice(1);
    this.wanted = this.from = depthOf(item);
    this.height = Math.max(this.from, ...this.carried.map(depthOf)) - this.from;
    this.x = point.clientX;
    this.before = lines(this.list);
    this.beforeAfter = this.neighbours()[0];
    for (const line of this.carried) line.classList.add("is-carried");
    hold(this.block);
    document.addEventListener("pointermove", this.onMove, true);
  }

  get block() {
    return this.list.closest("section[id]").id;
  }

  neighbours() {
    const others = lines(this.list).filter((line) => line === this.item || !this.carried.includes(line));
    const here = others.indexOf(this.item);
    return [others[here - 1], others[here + 1]];
  }

  follow(event) {
    this.wanted = this.from + Math.round((event.clientX - this.x) / STEP);
    this.fit();
  }

  fit() {
    const [before, behind] = this.neighbours();
    const high = before ? depthOf(before) + (before.dataset.kind === "break" ? 0 : 1) : 1;
    const low = behind ? depthOf(behind) : 1;
    const depth = Math.max(low, Math.min(this.wanted, high, DEEPEST - this.height));
    if (depthOf(this.item) !== depth) this.item.dataset.depth = String(depth);
  }

  async end() {
    document.removeEventListener("pointermove", this.onMove, true);
    this.fit();
    const [before] = this.neighbours();
    const depth = depthOf(this.item);
    let last = this.item;
    for (const line of this.carried) {
      line.dataset.depth = String(depthOf(line) + depth - this.from);
      line.classList.remove("is-carried");
      last.after(line);
      last = line;
    }
    const fault =
      before === this.beforeAfter && depth === this.from
        ? ""
        : await send(this.list, { item: this.item.dataset.id, after: before?.dataset.id ?? "", depth });
    if (fault) this.restore(depth);
    else sayPlace(this.list, this.item);
    release(this.block);
  }

  restore(depth) {
    for (const line of [this.item, ...this.carried]) line.dataset.depth = String(depthOf(line) - depth + this.from);
    for (const line of this.before) this.list.append(line);
  }
}

function sayPlace(list, item) {
  const all = lines(list);
  announce(`${item.dataset.label ?? ""} ${text("moved", all.indexOf(item) + 1, all.length)}`.trim());
}

function onKey(list, event) {
  const direction = event.altKey && !event.ctrlKey && !event.metaKey && ARROWS[event.key];
  const item = direction && event.target.closest("[data-id]");
  if (!item || event.target.matches("input, textarea, select")) return;
  event.preventDefault();
  step(list, item, direction);
}

/** Steps one after the other: each is meant for the outline that the one before has left. */
let steps = Promise.resolve();
let stepping = "";

function step(list, item, direction) {
  stepping = item.id;
  steps = steps.then(async () => {
    const fault = await send(list, { item: item.dataset.id, direction });
    if (!fault) document.dispatchEvent(new CustomEvent("refresh-blocks"));
  });
}

async function send(list, fields) {
  let fault = "";
  try {
    const answer = await post(list.dataset.outlineUrl, new URLSearchParams(fields));
    if (!answer.ok) fault = problemText(answer.status, await answer.text(), answer.headers.get("Content-Type") ?? "");
  } catch {
    fault = text("network");
  }
  if (fault) toast(fault, "error");
  return fault;
}

export function wireOutlineForms() {
  // An element that is moved loses the focus, and the next key would go nowhere.
  document.addEventListener("ecabinet:blocks", () => {
    if (stepping && document.activeElement === document.body) document.getElementById(stepping)?.focus();
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !form.matches?.("form[data-outline-step]") || !event.submitter) return;
    event.preventDefault();
    const item = form.closest("[data-id]");
    step(item.parentElement, item, event.submitter.value);
  }, true);
  document.addEventListener("keydown", (event) => {
    // Not while a syllable is being composed: that Enter belongs to the keyboard.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    if (!event.target.matches?.("textarea[data-lines]")) return;
    event.preventDefault();
    if (event.target.value.trim()) event.target.form.requestSubmit();
  });
  document.addEventListener("input", (event) => {
    if (event.target.matches?.("textarea[data-lines]")) fitRows(event.target);
  });
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    const form = detail.elt;
    if (!detail.successful || !form.matches?.("form")) return;
    if (form.matches("[data-add-lines], [data-resets]")) form.reset();
    if (form.matches("[data-closes]")) form.closest("details").open = false;
    const field = form.matches("[data-add-lines]") && form.querySelector("textarea");
    if (field) {
      fitRows(field);
      field.focus();
    }
  });
}

function fitRows(field) {
  field.rows = Math.min(12, field.value.split("\n").length);
}
