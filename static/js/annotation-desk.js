// What is done with annotations on the page that is open: making, choosing, moving them. The parts of the page (bar,
// card, list) and the tools call it and do not know each other.
import { moved, place as placed } from "./annotation-geometry.js";
import { marks, toolFor } from "./annotation-tools.js";
import { textBox } from "./annotation-shapes.js";
import { word } from "./annotation-words.js";
import { announce, toast } from "./feedback.js";

const ROOM_BESIDE = "(min-width: 1000px)";
/** Tools that put something where one taps. */
const PUT = new Set(["note", "text", "stamp"]);

export class Desk extends EventTarget {
  /** `bar` is set by the page: {tool, stamp, style(kind), audience()}. */
  constructor(reader, store, layer, history) {
    super();
    Object.assign(this, { reader, store, layer, history, bar: null, active: null });
  }

  // -- what Pointers ask --

  draws() {
    return this.bar.tool !== "select" && !this.layer.viewer.container.closest("[data-pointing]");
  }

  taps() {
    return PUT.has(this.bar.tool);
  }

  begin(place, context) {
    const name = context.eraser ? "eraser" : this.bar.tool;
    this.choose(null);
    this.active = toolFor(name, this, this.bar.style(name));
    this.active.begin(place, context);
  }

  move(places) {
    this.active?.move(places);
  }

  end() {
    this.active?.end();
    this.active = null;
    // One thing is put at a time; then it is looked at and moved.
    if (this.taps()) this.bar.choose("select");
  }

  cancel() {
    this.active?.cancel();
    this.active = null;
  }

  // -- what is done --

  /** New records of mine, as visible as the bar says. */
  create(extras) {
    return this.store.make(extras.map((extra) => this.store.draft(extra, this.bar.audience())));
  }

  mark(kind, parts, style = this.bar.style(kind)) {
    return this.create(marks(kind, parts, style));
  }

  /** Something to be written: asked for in the card, kept when it has words. */
  open(extra) {
    const { at, ...plain } = extra;
    const rect = plain.rect ?? this.textRect(plain.page, at, "…", plain.style.size);
    const draft = { ...this.store.draft({ ...plain, rect }, this.bar.audience()), at };
    this.choose(null);
    this.dispatchEvent(new CustomEvent("compose", { detail: draft }));
  }

  /** Keep words: of a draft, or of one of mine that is there. */
  write(record, text) {
    const { at, ...plain } = record;
    const { kind, page, style } = plain;
    const corner = at ?? this.corner(plain);
    const rect = kind === "text" ? this.textRect(page, corner, text, style.size) : plain.rect;
    return this.store.make([{ ...plain, text, rect }]);
  }

  /** The top left of a record as it is seen. */
  corner({ page, rect: [x0, y0, x1, y1] }) {
    return { 0: [x0, y1], 90: [x0, y0], 180: [x1, y0], 270: [x1, y1] }[this.layer.rotation(page)];
  }

  textRect(page, [x, y], text, size) {
    const rotate = this.layer.rotation(page);
    const [x0, y0, x1, y1] = this.layer.box(page);
    const room = { 0: x1 - x, 90: y1 - y, 180: x - x0, 270: y - y0 }[rotate];
    const { width, height } = textBox(text, size, Math.max(room, 8 * size));
    return placed([x, y], width, height, rotate, [x0, y0, x1, y1]);
  }

  reply(parent, text) {
    const { page, rect, style, visibility, members } = parent;
    const audience = { visibility, members };
    this.store.make([this.store.draft({ kind: "note", page, rect, style, parent: parent.id, text }, audience)]);
  }

  remove(id) {
    if (!this.store.remove([id]).length) return;
    this.choose(null);
    announce(word("removed"));
  }

  /** One is looked at: its frame and its card are shown; null: none. */
  choose(id, { focus = false } = {}) {
    this.layer.select(id);
    this.dispatchEvent(new CustomEvent("chosen", { detail: { id, focus } }));
  }

  get chosen() {
    return this.layer.selected && this.store.get(this.layer.selected);
  }

  /** One of mine that found no place comes into the middle of what is seen. */
  placeHere(id) {
    const record = this.store.get(id);
    const { page, x, y } = this.middle();
    const [x0, y0, x1, y1] = record.rect;
    const still = moved(record, x - (x0 + x1) / 2, y - (y0 + y1) / 2, this.layer.box(page));
    this.store.change(id, { ...still, page, placed: true });
    this.goTo(id);
  }

  /** The place in the middle of what is seen of the present page. */
  middle() {
    const { viewer } = this.reader;
    const page = viewer.currentPageNumber - 1;
    const seen = viewer.container.getBoundingClientRect();
    const box = this.layer.view(page).div.getBoundingClientRect();
    const between = (low, high, least, most) => (Math.max(low, least) + Math.min(high, most)) / 2;
    const clientX = between(seen.left, seen.right, box.left, box.right);
    const clientY = between(seen.top, seen.bottom, box.top, box.bottom);
    const [x, y] = this.layer.toPdf(page, clientX, clientY);
    return { page, x, y, pressure: 0.5, clientX, clientY };
  }

  /** To its place in the paper, and looked at there. */
  goTo(id) {
    const record = this.store.get(id);
    if (!record) return;
    const [x0, , , y1] = record.rect;
    if (record.placed !== false) {
      const far = this.layer.points(record.page, 120);
      this.reader.jumps?.leave();
      this.reader.viewer.scrollPageIntoView({ pageNumber: record.page + 1, allowNegativeOffset: true,
        destArray: [null, { name: "XYZ" }, Math.max(0, x0 - far), y1 + far, null] });
    }
    this.choose(id, { focus: true });
    // The drawer lies over the pages where there is no room beside them.
    if (!matchMedia(ROOM_BESIDE).matches) this.reader.side?.hide();
  }

  say(name, tone = "info") {
    toast(word(name), tone);
  }
}
