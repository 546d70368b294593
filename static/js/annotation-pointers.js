// Presses on the pages while a tool draws: which of them draw and which move the paper.
//
// A pen always draws. A finger draws as long as no pen has been seen (or when the person wants it), then it moves the
// paper, as the palm does that rests on the glass. Two fingers always move it; their distance zooms (reader-zoom.js).
const PEN = "ecabinet.pen";
const ERASER_BUTTON = 32;
const SLOWING = 0.94;
/** Pixels that a tap may wander. */
const TAP = 10;

const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export class Pointers {
  /** `tools`: {draws(), taps(), begin(place, context), move(places), end(), cancel()}; `layer`: where a press is. */
  constructor(container, layer, tools) {
    Object.assign(this, { container, layer, tools, drawing: null, moving: false, tap: null, speed: [0, 0] });
    this.fingers = new Map();
    this.fingerDraws = false;
    const on = (name, act) => container.addEventListener(name, act);
    on("pointerdown", (event) => this.down(event));
    on("pointermove", (event) => this.move(event));
    on("pointerup", (event) => this.up(event));
    on("pointercancel", (event) => this.up(event, true));
  }

  get penSeen() {
    return sessionStorage.getItem(PEN) === "seen";
  }

  seePen() {
    if (this.penSeen) return;
    sessionStorage.setItem(PEN, "seen");
    document.dispatchEvent(new Event("ecabinet:pen"));
  }

  down(event) {
    const sheet = event.target.closest?.(".annotation-top");
    if (!sheet || !this.tools.draws() || (event.pointerType === "mouse" && event.button !== 0)) return;
    if (event.target.closest(".annotation-frame")) return;
    event.preventDefault();
    if (event.pointerType === "touch") this.fingers.set(event.pointerId, [event.clientX, event.clientY]);
    if (event.pointerType === "pen") this.penDown(event, sheet);
    else if (event.pointerType === "touch") this.fingerDown(event, sheet);
    else this.begin(event, sheet);
  }

  penDown(event, sheet) {
    this.seePen();
    // The palm came first: what it began is no stroke.
    if (this.drawing) this.cancel();
    this.moving = false;
    this.begin(event, sheet);
  }

  fingerDown(event, sheet) {
    if (this.drawing?.pen) return;
    const draws = !this.penSeen || this.fingerDraws;
    if (draws && this.fingers.size === 1) this.begin(event, sheet);
    else {
      this.cancel();
      this.moving = true;
      this.speed = [0, 0];
      // What is put somewhere by a tap may be put by a finger too, as long as it does not move.
      this.tap = this.fingers.size === 1 && this.tools.taps() ? { event, sheet } : null;
    }
  }

  begin(event, sheet) {
    // So that leaving the page in the middle of a stroke does not end it.
    sheet.setPointerCapture(event.pointerId);
    const page = Number(sheet.dataset.page);
    this.drawing = { id: event.pointerId, page, pen: event.pointerType === "pen" };
    const eraser = this.drawing.pen && (event.buttons & ERASER_BUTTON) !== 0;
    this.tools.begin(this.place(event), { sheet, eraser });
  }

  place(event) {
    const [x, y] = this.layer.toPdf(this.drawing.page, event.clientX, event.clientY);
    const pressure = event.pointerType === "pen" && event.pressure > 0 ? event.pressure : 0.5;
    return { page: this.drawing.page, x, y, pressure, clientX: event.clientX, clientY: event.clientY };
  }

  move(event) {
    if (this.drawing?.id === event.pointerId) {
      // What the glass felt between two frames belongs to the stroke too.
      const felt = event.getCoalescedEvents?.() ?? [];
      this.tools.move((felt.length ? felt : [event]).map((one) => this.place(one)));
    } else if (this.moving && this.fingers.has(event.pointerId)) this.pan(event);
  }

  pan(event) {
    const [x, y] = this.fingers.get(event.pointerId);
    const first = this.tap?.event;
    if (first && Math.hypot(event.clientX - first.clientX, event.clientY - first.clientY) < TAP) return;
    this.tap = null;
    const share = this.fingers.size;
    const by = [(x - event.clientX) / share, (y - event.clientY) / share];
    this.container.scrollBy(...by);
    this.fingers.set(event.pointerId, [event.clientX, event.clientY]);
    this.speed = this.speed.map((speed, axis) => 0.6 * speed + 0.4 * by[axis]);
  }

  up(event, cancelled = false) {
    const finger = this.fingers.delete(event.pointerId);
    if (this.drawing?.id === event.pointerId) {
      this.drawing = null;
      if (cancelled) this.tools.cancel();
      else this.tools.end();
    } else if (finger && this.moving && !this.fingers.size) {
      this.moving = false;
      if (cancelled) return;
      if (this.tap) this.putByTap(this.tap);
      else if (!calm()) this.glide();
    }
  }

  putByTap({ event, sheet }) {
    this.tap = null;
    this.drawing = { id: event.pointerId, page: Number(sheet.dataset.page), pen: false };
    const place = this.place(event);
    this.drawing = null;
    this.tools.begin(place, { sheet });
    this.tools.end();
  }

  /** The paper goes on a little by itself, as it does under a finger elsewhere. */
  glide() {
    const step = () => {
      this.speed = this.speed.map((speed) => speed * SLOWING);
      if (this.moving || this.drawing || Math.hypot(...this.speed) < 0.5) return;
      this.container.scrollBy(...this.speed);
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  cancel() {
    if (!this.drawing) return;
    this.drawing = null;
    this.tools.cancel();
  }
}
