// What each tool does with the places that a press goes through. A tool: begin(place), move(places), end(), cancel().
import { bounds, hits, INK, moved, quadBounds, round } from "./annotation-geometry.js";
import { outline } from "./annotation-ink.js";
import { between, caret, marked } from "./annotation-quotes.js";
import { element, NOTE_SIZE, quadPath, stampBox } from "./annotation-shapes.js";

const ERASED = new Set(["ink", "highlight", "underline"]);
const ERASER_REACH = 8;
/** Points of a stroke closer than this (in points of the page) say nothing more. */
const NEAR = 0.15;
/** A stroke of more points goes on in a new record, so that each fits into one message of the socket. */
const LONGEST = 3000;
const MARKER_WIDTH = 12;

/** The sheet of markers beneath the one that is pressed. */
const marksOf = (top) => top.previousElementSibling;

/** A stroke of ink, seen while it is drawn. `style` has color, width and, for a marker by hand, opacity. */
class Ink {
  constructor(desk, style) {
    Object.assign(this, { desk, style, flat: [], frame: null });
  }

  begin(place, { sheet }) {
    this.page = place.page;
    this.sheet = this.style.opacity < 1 ? marksOf(sheet) : sheet;
    this.node = element("path", { fill: this.style.color, "fill-opacity": this.style.opacity ?? 1 });
    this.sheet.firstElementChild.append(this.node);
    this.move([place]);
  }

  move(places) {
    for (const { x, y, pressure } of places) {
      const end = this.flat.length - INK;
      if (end >= 0 && Math.hypot(x - this.flat[end], y - this.flat[end + 1]) < NEAR) continue;
      this.flat.push(round(x), round(y), round(pressure));
    }
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.node.setAttribute("d", outline(this.flat, this.style.width));
    });
    if (this.flat.length > LONGEST * INK) {
      const last = this.flat.slice(-INK);
      this.keep();
      this.flat = last;
    }
  }

  keep() {
    const paths = [this.flat];
    const rect = bounds(paths, INK, this.style.width);
    this.desk.create([{ kind: "ink", page: this.page, paths, rect, style: this.style }]);
  }

  end() {
    this.cancel();
    this.keep();
  }

  cancel() {
    cancelAnimationFrame(this.frame);
    this.node.remove();
  }
}

/** Words marked from where the press began to where it is; a marker goes by hand where there are no words. */
class Words {
  constructor(desk, kind, style) {
    Object.assign(this, { desk, kind, style, part: null });
  }

  begin(place, context) {
    this.sheet = context.sheet;
    this.page = place.page;
    this.from = caret(this.sheet, place.clientX, place.clientY);
    if (!this.from && this.kind === "highlight") {
      this.hand = new Ink(this.desk, { color: this.style.color, width: MARKER_WIDTH, opacity: this.style.opacity });
      this.hand.begin(place, context);
    }
    this.node = element("path", { fill: this.style.color, "fill-opacity": this.kind === "highlight" ? 0.5 : 0.25 });
    marksOf(this.sheet).firstElementChild.append(this.node);
  }

  move(places) {
    if (this.hand) return this.hand.move(places);
    const { clientX, clientY } = places.at(-1);
    const to = caret(this.sheet, clientX, clientY);
    const range = this.from && to && between(this.from, to);
    // Between two lines there are no words: what was marked last stays.
    if (!range || !this.view().contains(range.commonAncestorContainer)) return undefined;
    this.part = marked(this.desk.layer, this.page, range);
    this.node.setAttribute("d", this.part ? quadPath(this.part.quads) : "");
    return undefined;
  }

  view() {
    return this.desk.layer.view(this.page).div;
  }

  end() {
    this.node.remove();
    if (this.hand) return this.hand.end();
    if (this.part) this.desk.mark(this.kind, [this.part], this.style);
    else this.desk.say("noWords");
    return undefined;
  }

  cancel() {
    this.node.remove();
    this.hand?.cancel();
  }
}

/** Whole marks of mine that the press goes over are gone when it ends; one sweep is one step of undo. */
class Eraser {
  constructor(desk) {
    Object.assign(this, { desk, gone: new Set() });
  }

  begin(place) {
    this.page = place.page;
    this.move([place]);
  }

  move(places) {
    const { store, layer } = this.desk;
    const slack = layer.points(this.page, ERASER_REACH);
    const mine = store.onPage(this.page).filter((one) => store.isMine(one) && ERASED.has(one.kind));
    for (const record of mine) {
      if (this.gone.has(record.id) || !places.some(({ x, y }) => hits(record, [x, y], slack))) continue;
      this.gone.add(record.id);
      this.each(record.id, (node) => node.classList.add("is-going"));
    }
  }

  each(id, act) {
    this.desk.layer.view(this.page).div.querySelectorAll(`[data-id="${CSS.escape(id)}"]`).forEach(act);
  }

  end() {
    this.desk.store.remove([...this.gone]);
  }

  cancel() {
    for (const id of this.gone) this.each(id, (node) => node.classList.remove("is-going"));
  }
}

/** Something that is put where the press was. */
class Put {
  constructor(desk, put) {
    Object.assign(this, { desk, put });
  }

  begin(place) {
    this.at = place;
  }

  move() {}

  end() {
    this.put(this.at);
  }

  cancel() {}
}

/** Where a note or a stamp stands whose middle is at a place. */
export function around({ layer }, { page, x, y }, width, height) {
  const turned = layer.rotation(page) % 180 !== 0;
  const [dx, dy] = turned ? [height / 2, width / 2] : [width / 2, height / 2];
  return moved({ rect: [x - dx, y - dy, x + dx, y + dy] }, 0, 0, layer.box(page)).rect;
}

/** The tool `name` for one press, with the style that the bar has for it. */
export function toolFor(name, desk, style) {
  switch (name) {
    case "pen":
      return new Ink(desk, style);
    case "highlight":
    case "underline":
      return new Words(desk, name, style);
    case "eraser":
      return new Eraser(desk);
    case "note":
      return new Put(desk, (place) => desk.open({ kind: "note", page: place.page, style,
        rect: around(desk, place, NOTE_SIZE, NOTE_SIZE) }));
    case "text":
      return new Put(desk, (place) => desk.open({ kind: "text", page: place.page, style, at: [place.x, place.y] }));
    default: {
      const { width, height } = stampBox(desk.bar.stamp, desk.store.facts.name);
      return new Put(desk, (place) => desk.create([{ kind: "stamp", page: place.page, stamp: desk.bar.stamp, style,
        rect: around(desk, place, width, height) }]));
    }
  }
}

/** A record of marked words for each part of a selection. */
export const marks = (kind, parts, style) =>
  parts.map(({ page, quads, quote }) => ({ kind, page, quads, quote, rect: quadBounds(quads), style }));
