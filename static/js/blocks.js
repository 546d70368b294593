// Blocks of a live page: {id, rev, html} replaces the element with that id by morphing.
import { announce } from "./feedback.js";

const revisions = new Map();
const held = new Map();

/** The revision last shown of a block, or -1. */
function shownRevision(id) {
  if (!revisions.has(id)) revisions.set(id, Number(document.getElementById(id)?.dataset.rev ?? -1));
  return revisions.get(id);
}

/** What is shown now; give it to applyBlocks with an answer that was asked for after this moment. */
export function snapshot() {
  return new Map(revisions);
}

/** Leave a block as it is: somebody's hand is on it. */
export function hold(id) {
  held.set(id, null);
}

/** Let go of it, and show what came meanwhile. */
export function release(id) {
  const block = held.get(id);
  held.delete(id);
  if (block && show(block)) document.dispatchEvent(new CustomEvent("ecabinet:blocks"));
}

/**
 * Show blocks. A push older than what is shown is dropped. An answer to our own question (`since`: the
 * snapshot taken before asking) is the server's present state and is taken even with a lower revision (the
 * server may have restarted), unless a push of that block came in between and is newer.
 */
export function applyBlocks(blocks, since = null) {
  let changed = false;
  for (const block of blocks ?? []) {
    const untouched = since && since.get(block.id) === revisions.get(block.id);
    if (block.rev < shownRevision(block.id) && !untouched) continue;
    revisions.set(block.id, block.rev);
    if (held.has(block.id)) held.set(block.id, block);
    else changed = show(block) || changed;
  }
  if (changed) document.dispatchEvent(new CustomEvent("ecabinet:blocks"));
}

function show({ id, html }) {
  const present = document.getElementById(id);
  if (!present) return false;
  const holder = document.createElement("template");
  holder.innerHTML = html.trim();
  const fresh = holder.content.firstElementChild;
  if (!fresh || fresh.id !== id || isKept(present, fresh)) return false;
  const said = announcements(present);
  globalThis.Idiomorph.morph(present, fresh, {
    morphStyle: "outerHTML",
    callbacks: { beforeNodeMorphed, beforeAttributeUpdated, beforeNodeRemoved },
  });
  const now = document.getElementById(id);
  if (!now) return true;
  globalThis.htmx?.process(now);
  announce([...announcements(now)].filter((words) => !said.has(words)).join(" "));
  return true;
}

function announcements(root) {
  const marked = [root, ...root.querySelectorAll("[data-announce]")];
  return new Set(marked.map((element) => element.dataset.announce).filter(Boolean));
}

/** A ballot being filled in, a running clock and whatever asks for it (data-keep) stay as they are. */
function isKept(present, fresh) {
  const { dataset } = present;
  if (dataset.key) return dataset.key === fresh.dataset.key;
  if (dataset.clockSince || dataset.clockUntil) {
    return ["clockSince", "clockUntil", "clockPlanned"].every((name) => dataset[name] === fresh.dataset[name]);
  }
  return false;
}

const FIELDS = "input:not([type='hidden']), select, textarea";

/** Somebody is typing, or has typed or chosen something that the server does not know yet. */
function isDirty(field) {
  if (!field.matches(FIELDS)) return false;
  if (field === document.activeElement) return true;
  if (field.matches("input[type='checkbox'], input[type='radio']")) return field.checked !== field.defaultChecked;
  if (field.matches("select")) return [...field.options].some((option) => option.selected !== option.defaultSelected);
  return field.value !== field.defaultValue;
}

function beforeNodeMorphed(present, fresh) {
  if (!(present instanceof Element) || !(fresh instanceof Element)) return true;
  if (isKept(present, fresh)) return false;
  const same = present.name === fresh.name && (present.value !== fresh.value || present.checked !== fresh.checked);
  return !(same && isDirty(present));
}

/** What people have opened stays open. */
function beforeAttributeUpdated(attribute, element) {
  return !(attribute === "open" && element.matches("details, dialog"));
}

function beforeNodeRemoved(node) {
  return !(node instanceof Element && node.hasAttribute("data-keep"));
}
