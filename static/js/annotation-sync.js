// The annotations of a version kept as the server has them: what is there at the start, what is pushed, and after each
// lost connection all that came meanwhile (`since`). My own changes go out by the outbox; until the server has taken one
// of a record, what it says of that record waits.
import { openDevice } from "./device.js";
import { Outbox } from "./annotation-outbox.js";
import { word } from "./annotation-words.js";
import { ask, connect } from "./reading-socket.js";
import { csrfToken } from "./requests.js";

const POLL = 8000;
const KEEP = 800;
/** The server's socket takes 64 KiB a message. */
const MOST = 60_000;

/** Whether the server said `record` after `known`; my own that it took has no number until it comes back. */
function follows(known, record) {
  if (known.seq === undefined) return record.rev >= known.rev;
  return record.seq > known.seq || (record.seq === known.seq && !record.gone);
}

export class Sync extends EventTarget {
  /** `store`: what is shown; its facts say whose, of which document and version, in which meeting. */
  constructor(store) {
    super();
    this.store = store;
    const { document: paper, version, meeting } = store.facts;
    this.place = { document: paper, version, meeting };
    this.url = `/papers/${paper}/versions/${version}/annotations`;
    this.key = `${version}|${meeting ?? ""}`;
    this.seq = 0;
    /** What the server said last of each record, by id: what mine goes back to when I give up a change. */
    this.known = new Map();
    this.waiting = new Map();
    this.online = null;
    /** In the paper's room; and since then asked for all that came before: only now do pushes leave no gap. */
    this.joined = this.whole = false;
    this.fetching = Promise.resolve();
    this.outbox = new Outbox(this.url, meeting, (body) => this.bySocket(body));
    this.outbox.addEventListener("state", ({ detail }) => this.onState(detail));
    store.addEventListener("made", ({ detail }) => this.send(detail.map(({ after }) => after)));
  }

  async open() {
    await this.fromDevice();
    await this.outbox.open();
    const socket = await connect();
    document.addEventListener("ecabinet:connected", () => this.join());
    socket?.on("annotations", (said) => this.onPush(said));
    socket?.on("layer", (said) => this.onLayer(said));
    socket?.on("disconnect", () => {
      this.joined = this.whole = false;
    });
    const wake = () => document.hidden || this.fetch();
    document.addEventListener("visibilitychange", wake);
    window.addEventListener("online", wake);
    setInterval(() => socket?.connected || wake(), POLL);
    if (socket?.connected) await this.join();
    else await this.fetch();
  }

  // -- going out --

  send(records) {
    for (const record of records) {
      this.waiting.set(record.id, record);
      this.outbox.put(record, word("change", word(record.kind), record.page + 1));
    }
  }

  async bySocket(body) {
    if (JSON.stringify(body).length > MOST) throw new Error("too big for a message");
    return ask("annotate", { ...this.place, ...body });
  }

  /** What waits and what was refused, as the outbox has it now. */
  onState({ waiting, refused }) {
    const before = this.waiting;
    this.waiting = waiting;
    for (const [id, record] of waiting) {
      const shown = this.store.get(id);
      if (!shown || shown.rev < record.rev) this.store.show([record]);
    }
    for (const id of [...this.store.refused.keys()]) if (!refused.has(id)) this.store.settle(id);
    for (const [id, reason] of refused) this.store.refuse(id, reason);
    for (const [id, record] of before) {
      if (waiting.has(id)) continue;
      // Taken by the server, unless it has said something newer meanwhile.
      const known = this.known.get(id);
      if (!known || known.rev < record.rev) this.known.set(id, record);
      else this.store.show([known]);
    }
    this.dispatchEvent(new CustomEvent("waiting", { detail: { waiting: waiting.size, refused: refused.size } }));
    this.keepSoon();
  }

  /** A refused change goes again, on top of what the server has. */
  async retry(id) {
    const [mine, { current } = {}] = [this.store.get(id), this.store.refused.get(id)];
    const newest = Math.max(current?.rev ?? 0, this.known.get(id)?.rev ?? 0);
    const record = { ...mine, rev: newest + 1 };
    this.store.show([record]);
    await this.outbox.retry(record);
  }

  /** A refused change is given up: the record is again as the server has it. */
  async giveUp(id) {
    const { current } = this.store.refused.get(id) ?? {};
    const theirs = [current, this.known.get(id)].filter(Boolean).sort((a, b) => b.rev - a.rev)[0];
    this.waiting.delete(id);
    await this.outbox.giveUp(id);
    if (theirs && !theirs.gone) this.store.show([theirs]);
    else this.store.forget([id]);
  }

  async hide(hidden) {
    const answer = await fetch(`${this.url}/layer`, { method: "POST", credentials: "same-origin",
      body: JSON.stringify({ meeting: this.place.meeting, hidden }),
      headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRF-Token": csrfToken() } });
    if (answer.ok) this.store.hide(hidden);
    return answer.ok;
  }

  // -- coming in --

  async join() {
    this.joined = this.whole = false;
    try {
      const said = await ask("read", this.place);
      this.joined = said.ok;
      if (said.ok) this.store.hide(Boolean(said.hidden));
    } catch {
      // The next connection says it again.
    }
    await this.fetch();
  }

  /** Asks for all since the last, or for everything, after what is being asked already: that may miss what came since. */
  fetch(everything = false) {
    this.fetching = this.fetching.then(() => this.catchUp(everything));
    return this.fetching;
  }

  /** Without an answer what there is stays, and it is asked again later. */
  async catchUp(everything) {
    const { joined } = this;
    const there = everything || this.seq === 0 ? new Set() : null;
    try {
      let said = { seq: there ? 0 : this.seq, more: true };
      while (said.more) {
        said = await this.since(said.seq);
        this.take(said);
        for (const { id } of said.annotations) there?.add(id);
      }
      if (there) this.forgetBut(there, said.seq);
      this.whole = joined && this.joined;
      this.dispatchEvent(new Event("loaded"));
      this.tellOnline(true);
    } catch {
      this.tellOnline(false);
    }
  }

  /** What was not among all up to `seq` is not there any more, but for what is mine and waits and what came later. */
  forgetBut(there, seq) {
    const later = (id) => this.waiting.has(id) || this.known.get(id)?.seq > seq;
    this.store.forget([...this.store.records.keys()].filter((id) => !there.has(id) && !later(id)));
  }

  async since(seq) {
    const { meeting } = this.place;
    const query = new URLSearchParams({ since: seq, ...(meeting ? { meeting } : {}) });
    const answer = await fetch(`${this.url}?${query}`, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  }

  tellOnline(online) {
    if (this.online === online) return;
    this.online = online;
    this.dispatchEvent(new CustomEvent("online", { detail: online }));
  }

  take({ seq, hidden, may_hide: mayHide, annotations }) {
    if (mayHide !== undefined) this.store.facts.mayHide = mayHide;
    this.seq = Math.max(this.seq, seq);
    this.receive(annotations);
    if (hidden !== undefined) this.store.hide(Boolean(hidden));
  }

  receive(records) {
    const shown = [];
    for (const record of records) {
      const known = this.known.get(record.id);
      if (known && !follows(known, record)) continue;
      this.known.set(record.id, record);
      if (this.waiting.has(record.id)) continue;
      if (record.gone) this.store.forget([record.id]);
      else shown.push(record);
    }
    if (shown.length) this.store.show(shown);
    if (records.length) this.keepSoon();
  }

  onPush({ version, seq, annotations }) {
    if (String(version) !== String(this.place.version)) return;
    // Of what lies before a push only those know who have asked since they entered the room.
    if (this.whole) this.seq = Math.max(this.seq, seq);
    this.receive(annotations);
  }

  onLayer({ version, hidden }) {
    if (version !== undefined && String(version) !== String(this.place.version)) return;
    this.store.hide(Boolean(hidden));
    // What came while it was hidden was not for those who could not see it.
    if (!hidden) this.fetch(true);
  }

  // -- what the device keeps for reading without a network --

  async fromDevice() {
    const device = await openDevice();
    const kept = await device?.get("annotations", this.key);
    if (!kept) return;
    this.receive(kept.annotations);
    this.store.hide(Boolean(kept.hidden));
  }

  keepSoon() {
    clearTimeout(this.keeping);
    this.keeping = setTimeout(async () => {
      const device = await openDevice();
      const annotations = [...this.known.values()].filter((record) => !record.gone);
      await device?.put("annotations", this.key, { seq: this.seq, hidden: this.store.hidden, annotations });
    }, KEEP);
  }
}
