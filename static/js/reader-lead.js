// Showing the room what I see: each message is the whole of it, so that only the latest needs to arrive.
import { ask } from "./reading-socket.js";
import { pointOn, regionOf } from "./reader-places.js";

const GAP = 1000 / 30;

/**
 * Leads while `on`; `lost` while the room does not hear. `onEnd(answer)` is called when the server says that somebody else
 * leads, or that this person may not; `onChange()` when the room is lost or heard again.
 */
export class Lead {
  constructor(reader, meeting, { onEnd, onChange }) {
    Object.assign(this, { reader, meeting, onEnd, onChange, on: false, lost: false, pointing: false, finger: null });
    Object.assign(this, { begin: false, sending: false, again: false, last: "" });
    reader.eventBus.on("updateviewarea", () => this.tell());
    reader.eventBus.on("rotationchanging", () => this.tell());
    this.watchPointer();
  }

  start() {
    this.on = this.begin = true;
    this.retell();
  }

  /** Say it though it may have been said before. */
  retell() {
    this.last = "";
    this.tell();
  }

  stop() {
    this.leave();
    ask("lead", { meeting: this.meeting, document: null }).catch(() => {});
  }

  /** Lead no more, without a word: somebody else does. */
  leave() {
    this.on = false;
    this.point(false);
  }

  point(on) {
    this.pointing = on;
    this.reader.root.toggleAttribute("data-pointing", on);
    if (!on) this.aim(null);
  }

  /** Point at a place of the window, or nowhere (null). */
  aim(finger) {
    if (!finger && !this.finger) return;
    this.finger = finger;
    this.tell();
  }

  /** Say what is seen now; while one message is under way the next waits, and says what is seen by then. */
  async tell() {
    if (!this.on) return;
    this.again = true;
    if (this.sending) return;
    this.sending = true;
    while (this.again && this.on) {
      this.again = false;
      await this.send();
      await new Promise((resolve) => setTimeout(resolve, GAP));
    }
    this.sending = false;
  }

  async send() {
    const { viewer, root, version } = this.reader;
    // The page may have moved under the finger.
    const pointer = this.finger && pointOn(this.reader, ...this.finger);
    const page = pointer?.page ?? viewer.currentPageNumber;
    const said = { meeting: this.meeting, document: Number(root.dataset.document), version, page: page - 1,
      region: regionOf(this.reader, page), pointer: pointer?.at ?? null };
    if (this.begin) said.begin = true;
    const words = JSON.stringify(said);
    if (words === this.last) return;
    try {
      const answer = await ask("lead", said);
      if (answer.ok) {
        this.begin = false;
        this.last = words;
      } else {
        this.leave();
        this.onEnd(answer);
      }
      this.hearing(true);
    } catch {
      this.hearing(false);
    }
  }

  hearing(heard) {
    if (this.lost === !heard) return;
    this.lost = !heard;
    this.onChange();
  }

  watchPointer() {
    const { container } = this.reader;
    const move = (event) => this.on && this.pointing && this.aim([event.clientX, event.clientY]);
    const away = () => this.aim(null);
    container.addEventListener("pointerdown", move);
    container.addEventListener("pointermove", move);
    container.addEventListener("pointerleave", away);
    container.addEventListener("pointerup", (event) => event.pointerType !== "mouse" && away());
  }
}
