// A live page: Socket.IO pushes blocks, ballots go up and are acknowledged, plain HTTP where no socket can be had.
//
// Markup it expects
//   <… data-live data-view="meeting" data-meeting-id="7" data-member-id="12" data-blocks-url="/…">   the root;
//     data-now="ISO instant" optional
//   <p data-connection hidden><span data-connection-text>…</span></p>            the line of a lost connection
//   blocks: any element with an id that the server pushes; on or inside it
//     data-rev="3"         revision of the first rendering (optional)
//     data-key="poll-12-open"   same key in old and new: the element is left alone
//     data-announce="…"    read out when its words are new
//     data-keep            not removed by a morph
//   the ballot (macro ballot() of components.html writes all of it):
//     <form data-ballot data-least="1" data-most="1" method="post" action="…">
//       <input type="hidden" name="poll" value="12">
//       <div data-ballot-choose> inputs name="option" in labels (.vote-option-text holds the name); submit button </div>
//       <div data-ballot-confirm hidden> [data-ballot-choice], button[data-ballot-back], submit button </div>
//       <p data-ballot-status></p>   [data-ballot-count] optional
//       <template data-receipt> … [data-receipt-code] … </template>
//     </form>
//
// Server: emit `join` {meeting, view} → ack {ok, blocks}; emit `ballot` {poll, options, token} → ack {ok, receipt} or
// {ok: false, error, message}; with retry: true, or an error that says nothing about the ballot (signed_out, csrf,
// busy, throttled, store_full, store_down), it is kept and sent again; push `blocks`
// [{id, rev, html}]. GET data-blocks-url: the same list, with an ETag. POST form.action with Accept:
// application/json and fields poll, option…, token: the same answer as the ack.
import { Ballots } from "./ballot.js";
import { applyBlocks, snapshot } from "./blocks.js";
import { setServerTime } from "./clock.js";
import { announce, toast } from "./feedback.js";
import { wireFloor } from "./floor.js";
import { text } from "./texts.js";

const ACK = 5000;
const POLL = 5000;
const QUIET = 1500;
const LIMIT = 4000;
/** So long without a network is not a moment any more: no ballot is cast then. */
const MOMENT = 60_000;

class Live {
  constructor(root) {
    this.root = root;
    this.meeting = Number(root.dataset.meetingId);
    this.joined = false;
    this.wasJoined = false;
    this.etag = "";
    this.pollTimer = null;
    this.ballots = new Ballots(root.dataset.memberId, (event, data) => this.emit(event, data));
    this.ballots.onWaiting = () => this.wordLine();
    // A saved copy shows the votes of its own time.
    this.lostAt = document.documentElement.dataset.savedAt ? 0 : null;
    this.ballots.mayCast = () => this.lostAt === null || Date.now() - this.lostAt < MOMENT;
    // The answer to our own action says so in HX-Trigger; where no socket can be had this is how it shows at once.
    document.addEventListener("refresh-blocks", () => this.fetchBlocks());
    document.addEventListener("ecabinet:blocks", () => this.ballots.prepareForms());
    this.connect();
    wireFloor(this);
    this.watchDevice();
    if (this.ballots.hasWaiting) setTimeout(() => this.ballots.resend(), QUIET);
  }

  connect() {
    if (!globalThis.io) {
      // The library did not load: the page lives by plain HTTP alone.
      this.socket = { connected: false, connect() {} };
      this.lost();
      return;
    }
    this.socket = globalThis.io({ transports: ["websocket", "polling"], tryAllTransports: true, withCredentials: true,
      reconnectionDelay: 400, reconnectionDelayMax: 5000, timeout: 8000 });
    this.socket.on("connect", () => {
      document.dispatchEvent(new CustomEvent("ecabinet:connected"));
      this.join();
    });
    this.socket.on("blocks", (blocks) => applyBlocks(blocks));
    // Something that only this member sees has changed: what is pushed to a room cannot hold it.
    this.socket.on("stale", () => this.fetchBlocks());
    this.socket.on("disconnect", (reason) => {
      this.lost();
      // The server's own closing ends the client's attempts; a meeting goes on.
      if (reason === "io server disconnect") setTimeout(() => this.socket.connect(), POLL);
    });
    this.socket.on("connect_error", () => {
      this.lost();
      // Refused by the server (no session): it would not try again by itself.
      if (!this.socket.active) setTimeout(() => this.socket.connect(), 3 * POLL);
    });
  }

  async join() {
    const before = snapshot();
    try {
      const place = { meeting: this.meeting, view: this.root.dataset.view };
      const ack = await this.socket.timeout(ACK).emitWithAck("join", place);
      if (!ack.ok) {
        toast(ack.message, "error");
        this.lost();
        return;
      }
      const again = this.wasJoined;
      this.joined = this.wasJoined = true;
      applyBlocks(ack.blocks, before);
      this.found();
      // The acknowledgement holds what all see; what only this member sees may have changed meanwhile as well.
      if (again) this.fetchBlocks();
      this.ballots.resend();
    } catch {
      this.lost();
      if (this.socket.connected) setTimeout(() => this.join(), POLL);
    }
  }

  /** Resolves to the acknowledgement; rejects when there is no socket or no answer in time. */
  emit(event, data) {
    if (!this.socket.connected || !navigator.onLine) return Promise.reject(new Error("no socket"));
    return this.socket.timeout(ACK).emitWithAck(event, data);
  }

  lost() {
    this.joined = false;
    this.lostAt ??= Date.now();
    this.pollTimer ??= setTimeout(() => this.poll(), QUIET);
  }

  found() {
    this.lostAt = null;
    clearTimeout(this.pollTimer);
    this.pollTimer = null;
    this.hideLine();
  }

  /** While no socket can be had the blocks are fetched; a little jitter keeps a room from asking at once. */
  async poll() {
    if (this.joined) return;
    if (!document.hidden) await this.fetchBlocks();
    if (!this.joined) this.pollTimer = setTimeout(() => this.poll(), POLL * (0.9 + 0.2 * Math.random()));
  }

  async fetchBlocks() {
    const before = snapshot();
    const headers = { Accept: "application/json" };
    if (this.etag) headers["If-None-Match"] = this.etag;
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), LIMIT);
    try {
      const answer = await fetch(this.root.dataset.blocksUrl, {
        headers, cache: "no-store", credentials: "same-origin", signal: limit.signal });
      setServerTime(answer.headers.get("Date"));
      if (answer.status === 401 || answer.redirected) toast(text("signedOut"), "error");
      // The page is no longer for this person: the server's own page says so.
      else if (answer.status === 403 || answer.status === 404) location.reload();
      else if (answer.ok) {
        this.lostAt = null;
        this.etag = answer.headers.get("ETag") ?? "";
        applyBlocks(await answer.json(), before);
      }
      if (answer.status < 500) this.hideLine();
      else this.showLine();
    } catch {
      this.showLine();
    } finally {
      clearTimeout(timer);
    }
  }

  /** Neither the socket nor plain HTTP reaches the server. */
  showLine() {
    const line = document.querySelector("[data-connection]");
    if (!line || this.joined) return;
    this.wordLine();
    line.hidden = false;
  }

  hideLine() {
    const line = document.querySelector("[data-connection]");
    if (!line || line.hidden) return;
    line.hidden = true;
    announce(text("online"));
  }

  wordLine() {
    const words = document.querySelector("[data-connection-text]");
    if (words) words.textContent = text(this.ballots.hasWaiting ? "offlineBallot" : "offline");
  }

  /** A tablet that wakes up or finds its network again asks for the present state at once. */
  watchDevice() {
    const refresh = () => {
      if (document.hidden) return;
      if (!this.socket.connected) this.socket.connect();
      this.fetchBlocks().then(() => this.ballots.resend());
    };
    document.addEventListener("visibilitychange", refresh);
    window.addEventListener("pageshow", (event) => event.persisted && refresh());
    window.addEventListener("online", refresh);
    window.addEventListener("offline", () => this.lost());
  }
}

const root = document.querySelector("[data-live]");
if (root) globalThis.ecabinetLive = new Live(root);
