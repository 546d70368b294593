// Two sheets of SVG over each page that pdf.js has drawn: markers (multiplied onto the page) and all else.
// The sheets have the page's own size at 100 %, so that zooming moves nothing in them; they are drawn anew when the
// page is turned, and kept while the page is in the viewer's memory.
import { element, isMarker, shape } from "./annotation-shapes.js";

/** More sheets than the viewer keeps pages (10) are not kept either. */
const MOST_SHEETS = 24;

export class Layer {
  /** `reader`: {viewer, eventBus}; `store`: what there is to draw. */
  constructor({ viewer, eventBus }, store) {
    Object.assign(this, { viewer, store, sheets: new Map(), selected: null });
    // As the drawing of a page begins its element is emptied: the sheets come back at once, not when it is done.
    for (const name of ["pagerender", "pagerendered"]) eventBus.on(name, ({ pageNumber }) => this.attach(pageNumber - 1));
    for (const name of ["scalechanging", "rotationchanging"]) eventBus.on(name, () => this.attachAll());
    store.addEventListener("changed", ({ detail }) => this.update(detail));
    this.attachAll();
  }

  attachAll() {
    for (let page = 0; page < this.viewer.pagesCount; page += 1) {
      if (this.viewer.getPageView(page)?.div?.dataset.loaded) this.attach(page);
    }
  }

  view(page) {
    return this.viewer.getPageView(page);
  }

  /** The page's own turn in the file. */
  rotation(page) {
    return this.view(page)?.pdfPage?.rotate ?? 0;
  }

  /** The page's box [x0, y0, x1, y1] in user space. */
  box(page) {
    return this.view(page).viewport.viewBox;
  }

  attach(page) {
    const view = this.view(page);
    if (!view?.pdfPage) return;
    let sheet = this.sheets.get(page);
    if (!sheet) {
      sheet = this.makeSheet(page);
      this.sheets.set(page, sheet);
      this.forgetFar(page);
    }
    const { viewport } = view;
    if (sheet.turned !== viewport.rotation) this.turn(sheet, viewport);
    if (sheet.marks.parentElement !== view.div || view.div.lastElementChild !== sheet.top) {
      view.div.append(sheet.marks, sheet.top);
    }
    if (!sheet.drawn) this.redraw(page);
  }

  makeSheet(page) {
    const make = (name) => element("svg", { class: name, "data-page": page, preserveAspectRatio: "none" }, element("g"));
    const top = make("annotation-top");
    // Presses while drawing are for the sheet; nothing of it is for those who hear and do not see: they have the list.
    top.setAttribute("aria-hidden", "true");
    const marks = make("annotation-marks");
    marks.setAttribute("aria-hidden", "true");
    return { marks, top, turned: null, drawn: false };
  }

  turn(sheet, viewport) {
    const plain = viewport.clone({ scale: 1 });
    for (const svg of [sheet.marks, sheet.top]) {
      svg.setAttribute("viewBox", `0 0 ${plain.width} ${plain.height}`);
      svg.firstElementChild.setAttribute("transform", `matrix(${plain.transform.join(" ")})`);
    }
    sheet.turned = viewport.rotation;
  }

  /** Of a long paper only the sheets near the page that is read are kept. */
  forgetFar(page) {
    if (this.sheets.size <= MOST_SHEETS) return;
    const far = [...this.sheets.keys()].reduce((one, other) =>
      Math.abs(other - page) > Math.abs(one - page) ? other : one);
    const { marks, top } = this.sheets.get(far);
    marks.remove();
    top.remove();
    this.sheets.delete(far);
  }

  /** All of a page anew. */
  redraw(page) {
    const sheet = this.sheets.get(page);
    if (!sheet) return;
    const [marks, top] = [document.createDocumentFragment(), document.createDocumentFragment()];
    for (const record of this.store.onPage(page)) (isMarker(record) ? marks : top).append(this.draw(record));
    sheet.marks.firstElementChild.replaceChildren(marks);
    sheet.top.firstElementChild.replaceChildren(top);
    sheet.drawn = true;
    this.frame();
  }

  draw(record) {
    const replies = record.kind === "note" ? this.store.replies(record.id).length : 0;
    return shape(record, this.rotation(record.page), replies);
  }

  update({ records, whole }) {
    const pages = new Map();
    for (const record of records) {
      const shown = (record.parent && this.store.get(record.parent)) || record;
      if (!pages.has(shown.page)) pages.set(shown.page, []);
      pages.get(shown.page).push(shown);
    }
    for (const [page, changed] of pages) {
      const sheet = this.sheets.get(page);
      if (!sheet) continue;
      if (whole || changed.length > 8) this.redraw(page);
      else for (const record of changed) this.drawOne(sheet, record.id);
    }
    this.frame();
  }

  drawOne(sheet, id) {
    const record = this.store.get(id);
    const shown = record && this.store.isShown(record);
    const place = `[data-id="${CSS.escape(id)}"]`;
    const there = sheet.marks.querySelector(place) ?? sheet.top.querySelector(place);
    if (!shown) there?.remove();
    else if (there) there.replaceWith(this.draw(record));
    else (isMarker(record) ? sheet.marks : sheet.top).firstElementChild.append(this.draw(record));
  }

  /** Where on the page a client position is: [x, y] in user space. */
  toPdf(page, x, y) {
    const { div, viewport } = this.view(page);
    const box = div.getBoundingClientRect();
    const [wide, high] = [div.clientWidth, div.clientHeight];
    return viewport.convertToPdfPoint(
      ((x - box.left - div.clientLeft) / wide) * viewport.width,
      ((y - box.top - div.clientTop) / high) * viewport.height,
    );
  }

  /** Where a rectangle of the page is on the screen: {left, top, right, bottom}; null when the page is not drawn. */
  onScreen(page, rect) {
    const view = this.view(page);
    if (!view?.div) return null;
    const box = view.div.getBoundingClientRect();
    const [ax, ay] = view.viewport.convertToViewportPoint(rect[0], rect[1]);
    const [bx, by] = view.viewport.convertToViewportPoint(rect[2], rect[3]);
    const [left, top] = [box.left + view.div.clientLeft, box.top + view.div.clientTop];
    return { left: left + Math.min(ax, bx), right: left + Math.max(ax, bx), top: top + Math.min(ay, by),
      bottom: top + Math.max(ay, by) };
  }

  /** Points of the page that are as far apart as so many pixels of the screen. */
  points(page, pixels) {
    const { viewport } = this.view(page);
    return pixels / (viewport.scale || 1);
  }

  select(id) {
    this.selected = id;
    this.frame();
  }

  /** The frame around what is selected: by it one's own is held and moved. */
  frame() {
    const record = this.selected && this.store.get(this.selected);
    const shown = record && this.store.isShown(record) ? record : null;
    for (const { top } of this.sheets.values()) top.querySelector(".annotation-frame")?.remove();
    const sheet = shown && this.sheets.get(shown.page);
    if (!sheet) return;
    const pad = this.points(shown.page, 6);
    const [x0, y0, x1, y1] = shown.rect;
    const frame = element("rect", { class: "annotation-frame", x: x0 - pad, y: y0 - pad, width: x1 - x0 + 2 * pad,
      height: y1 - y0 + 2 * pad, rx: pad / 2 });
    if (this.store.isMine(shown)) frame.setAttribute("data-own", "");
    sheet.top.firstElementChild.append(frame);
  }
}
