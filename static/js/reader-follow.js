// Following the chair: the page goes where the room goes, until somebody turns a page themselves; one tap returns.
import { toast } from "./feedback.js";
import { Lead } from "./reader-lead.js";
import { shareOf, showRegion } from "./reader-places.js";
import { ask, connect } from "./reading-socket.js";

const LIGHT_STAYS = 4000;
const LEADING = "ecabinet.leading";

/** The meeting that this tab leads: it goes on with the next paper that is opened in it. */
function leftLeading() {
  try {
    return Number(sessionStorage.getItem(LEADING)) || null;
  } catch {
    return null;
  }
}

function keepLeading(meeting) {
  try {
    sessionStorage.setItem(LEADING, meeting ?? "");
  } catch {
    // Storage may be forbidden: each paper is presented anew.
  }
}

class Follow {
  constructor(reader, bar) {
    Object.assign(this, { reader, bar, meeting: Number(reader.root.dataset.meeting), led: null, mayLead: false });
    this.member = Number(reader.root.dataset.member);
    this.document = Number(reader.root.dataset.document);
    this.on = Boolean(bar.dataset.asked);
    this.lead = new Lead(reader, this.meeting, {
      onEnd: (answer) => {
        keepLeading(null);
        toast(answer.message, "warning");
        this.ask();
      },
      onChange: () => this.show(),
    });
    this.part("follow-on").addEventListener("click", () => this.join());
    this.part("follow-off").addEventListener("click", () => this.leave());
    this.part("lead-off").addEventListener("click", () => this.stopLeading());
    this.part("point").addEventListener("click", () => this.togglePointing());
    this.opener = document.querySelector("[data-lead-on]");
    this.opener.addEventListener("click", () => this.startLeading());
    this.watchHands();
  }

  part(name) {
    return this.bar.querySelector(`[data-${name}]`);
  }

  async connect() {
    const socket = await connect();
    if (!socket) return;
    socket.on("led", (led) => this.hear(led));
    socket.on("connect", () => this.ask());
    socket.on("disconnect", () => this.show());
    if (socket.connected) this.ask();
  }

  /** Where the room is now: asked after each connection, as what was said meanwhile was not heard. */
  async ask() {
    try {
      const answer = await ask("follow", { meeting: this.meeting });
      if (!answer.ok) return;
      this.mayLead = answer.may_lead;
      if (this.lead.on) this.lead.retell();
      else if (this.mayLead && answer.led?.by === this.member && leftLeading() === this.meeting) this.startLeading();
      else this.hear(answer.led, true);
      this.show();
    } catch {
      this.show();
    }
  }

  hear(led, whole = false) {
    if (!whole && led.turn < (this.led?.turn ?? 0)) return;
    this.led = led?.closed || led?.document ? led : null;
    if (this.lead.on && this.led) this.lead.leave();
    if (this.on && this.led && !this.led.closed) this.go();
    this.show();
  }

  /** To where the room is, be it another paper. */
  go() {
    const { led, reader } = this;
    if (led.document !== this.document || led.version !== reader.version) {
      const address = this.bar.dataset.readerUrl.replace(/0$/, String(led.document));
      location.replace(`${address}?version=${led.version}&meeting=${this.meeting}&page=${led.page + 1}&follow=1`);
      return;
    }
    if (led.page >= reader.viewer.pagesCount) return;
    const place = JSON.stringify([led.page, led.region]);
    if (place !== this.place) {
      this.place = place;
      showRegion(reader, led.page + 1, led.region);
    }
    this.light();
  }

  light() {
    const { led, reader } = this;
    clearTimeout(this.dimming);
    if (!led?.pointer || !this.on || led.document !== this.document) {
      this.lamp?.remove();
      return;
    }
    this.lamp ??= Object.assign(document.createElement("span"), { className: "follow-light" });
    const [left, top] = shareOf(reader, led.page + 1, led.pointer);
    this.lamp.style.left = `${100 * left}%`;
    this.lamp.style.top = `${100 * top}%`;
    const page = reader.viewer.getPageView(led.page).div;
    if (this.lamp.parentElement !== page) page.append(this.lamp);
    this.dimming = setTimeout(() => this.lamp.remove(), LIGHT_STAYS);
  }

  join() {
    this.on = true;
    this.place = null;
    if (this.led && !this.led.closed) this.go();
    this.show();
  }

  leave() {
    if (!this.on) return;
    this.on = false;
    this.light();
    this.show();
  }

  startLeading() {
    this.on = false;
    keepLeading(this.meeting);
    this.led = null;
    this.lead.start();
    this.show();
  }

  stopLeading() {
    keepLeading(null);
    this.lead.stop();
    this.led = null;
    this.show();
  }

  togglePointing() {
    this.lead.point(!this.lead.pointing);
    this.show();
  }

  /** Whoever scrolls, turns or pinches with their own hands lets go. */
  watchHands() {
    const { container } = this.reader;
    const letGo = () => this.on && this.led && this.leave();
    container.addEventListener("wheel", letGo, { passive: true });
    container.addEventListener("touchmove", letGo, { passive: true });
    container.addEventListener("pointerdown", (event) => event.target === container && letGo());
    document.addEventListener("keydown", (event) => KEYS.has(event.key) && !event.target.matches("input, textarea") && letGo());
    document.addEventListener("click", (event) => event.target.closest?.(BUTTONS) && letGo(), true);
    this.reader.root.querySelector("[data-page-box]").addEventListener("change", letGo, true);
    // A tablet that is turned shows the same region in its new shape.
    new ResizeObserver(() => {
      if (!this.on || !this.led || this.led.closed) return;
      this.place = null;
      this.go();
    }).observe(container);
  }

  show() {
    const { led, lead, bar } = this;
    const here = led && led.document === this.document && led.version === this.reader.version;
    const state = lead.on ? "leading" : !led ? "none" : led.closed ? "closed" : this.on ? "following" : here ? "away" : "elsewhere";
    bar.hidden = state === "none";
    bar.dataset.state = state;
    const sentence = state === "leading" && lead.lost ? "lost" : state;
    if (state !== "none") this.say(bar.dataset[sentence], led?.name, led?.page + 1);
    this.part("follow-on").hidden = !["away", "elsewhere"].includes(state);
    this.part("follow-off").hidden = state !== "following";
    this.part("point").hidden = this.part("lead-off").hidden = state !== "leading";
    this.part("point").setAttribute("aria-pressed", String(lead.pointing));
    this.opener.hidden = !this.mayLead || lead.on;
  }

  say(sentence, ...values) {
    const text = sentence.replace(/\{(\d)\}/g, (_, index) => values[index] ?? "");
    const line = this.part("follow-text");
    if (line.textContent !== text) line.textContent = text;
  }
}

const KEYS = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End", " ", "n", "p", "+", "=", "-", "0", "9", "b", "d"]);
const BUTTONS = "[data-page-previous], [data-page-next], [data-zoom-in], [data-zoom-out], [data-fit], [data-spread], [data-jump-back], [data-thumbnails] button, [data-outline-goto], [data-goto-page]";

function start(reader) {
  const bar = document.querySelector("[data-follow]");
  const follow = new Follow(reader, bar);
  reader.follow = follow;
  // Where the room is can be shown once the pages are there.
  if (reader.viewer.pagesCount) follow.connect();
  else reader.eventBus.on("pagesinit", () => setTimeout(() => follow.connect()));
}

if (globalThis.ecabinetReader) start(globalThis.ecabinetReader);
else document.addEventListener("ecabinet:reader", (event) => start(event.detail), { once: true });
