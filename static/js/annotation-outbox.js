// My changes on their way to the server: kept on the device (outgoing.js); where a browser keeps nothing (plain http, a
// private window) in the page's memory, sent again until they arrive. The server takes the same change twice as once.
import { openDevice } from "./device.js";
import { makeToken } from "./outbox.js";
import { add, again, drop, sender, waiting } from "./outgoing.js";
import { csrfToken } from "./requests.js";

const KIND = "annotations";
const PAUSE = 3000;

/** The answer about one change, from the answer {results: […]} or {ok: false, …} about a message. */
export const verdict = (said) => ({ ok: true, ...said, ...said.results?.find((result) => !result.ok) });

export class Outbox extends EventTarget {
  /**
   * `url` takes what waits, for the meeting `meeting` or null; `bySocket(body)` resolves to the server's answer or
   * rejects. Tells "state": {waiting: Map of record id → record, refused: Map of record id → {error, message, …}}.
   */
  constructor(url, meeting, bySocket) {
    super();
    Object.assign(this, { url, meeting, bySocket, memory: null, adding: new Map(), flights: new Map() });
    this.last = Promise.resolve();
    sender(KIND, async (item) => (item.url === url ? (this.flights.get(item.id) ?? this.fly(item)) : null));
    document.addEventListener("ecabinet:waiting", ({ detail }) => this.memory || this.tell(detail.items));
  }

  /** What an earlier visit has left. */
  async open() {
    if (!(await openDevice())) {
      this.memory = [];
      document.addEventListener("ecabinet:connected", () => this.send());
      return;
    }
    this.tell(await waiting(KIND));
  }

  /** Goes by the socket after what went before it; resolves to the verdict, rejects without an answer. */
  fly(item) {
    const flight = this.last.then(async () => verdict(await this.bySocket(item.body)));
    this.last = flight.catch(() => null);
    this.flights.set(item.id, flight);
    flight.then((said) => said.retry && this.flights.delete(item.id), () => this.flights.delete(item.id));
    return flight;
  }

  async put(record, words) {
    const id = makeToken();
    const item = { id, kind: KIND, url: this.url, method: "POST", subject: `annotation:${record.id}`, words,
      body: { meeting: this.meeting, changes: [record] } };
    if (!this.memory) {
      // Until it is on the disk it waits here: nothing that comes from the server meanwhile may undo it.
      this.adding.set(id, item);
      // Those who read along are not to wait for the disk; the queue finds the answer when it comes to the item.
      this.fly(item);
      try {
        await add(item);
        return;
      } catch {
        this.memory = await waiting(KIND);
      } finally {
        this.adding.delete(id);
      }
    }
    this.memory.push(item);
    this.tell(this.memory);
    this.send();
  }

  /** The item of a refused record goes again as `record`. */
  async retry(record) {
    const [first, ...later] = await this.of(record.id);
    if (!first) return;
    for (const item of later) await this.drop(item);
    this.flights.delete(first.id);
    const changes = { body: { meeting: this.meeting, changes: [record] } };
    if (!this.memory) await again(first.id, changes);
    else {
      Object.assign(first, changes);
      delete first.refused;
      this.tell(this.memory);
      this.send();
    }
  }

  /** My changes of a record are given up. */
  async giveUp(id) {
    for (const item of await this.of(id)) await this.drop(item);
  }

  async of(id) {
    const items = this.memory ?? (await waiting(KIND));
    return items.filter((item) => item.url === this.url && item.body.changes[0].id === id);
  }

  async drop(item) {
    if (!this.memory) await drop(item.id);
    else {
      this.memory = this.memory.filter((one) => one !== item);
      this.tell(this.memory);
    }
  }

  tell(items) {
    const mine = [...items.filter((item) => item.kind === KIND && item.url === this.url), ...this.adding.values()];
    const ids = new Set(mine.map(({ id }) => id));
    for (const id of this.flights.keys()) if (!ids.has(id)) this.flights.delete(id);
    const [open, refused] = [new Map(), new Map()];
    for (const item of mine) {
      const [record] = item.body.changes;
      open.set(record.id, record);
      if (item.refused) refused.set(record.id, item.refused);
    }
    this.dispatchEvent(new CustomEvent("state", { detail: { waiting: open, refused } }));
  }

  // -- without a device --

  async send() {
    if (this.sending || !this.memory) return;
    this.sending = true;
    clearTimeout(this.timer);
    const held = new Set();
    for (let item = this.next(held); item; item = this.next(held)) {
      const answer = await this.answer(item);
      if (!answer || answer.retry) {
        this.timer = setTimeout(() => this.send(), PAUSE);
        break;
      }
      if (answer.ok) await this.drop(item);
      else {
        item.refused = answer;
        this.tell(this.memory);
      }
    }
    this.sending = false;
  }

  /** The first that may go: none after a refused one of the same record. */
  next(held) {
    for (const item of this.memory) {
      if (item.refused) held.add(item.subject);
      else if (!held.has(item.subject)) return item;
    }
    return null;
  }

  async answer({ body }) {
    try {
      return verdict(await this.bySocket(body));
    } catch {
      return this.byFetch(body);
    }
  }

  async byFetch(body) {
    try {
      const answer = await fetch(this.url, { method: "POST", body: JSON.stringify(body), credentials: "same-origin",
        headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRF-Token": csrfToken() } });
      const said = await answer.json();
      return answer.ok ? verdict(said) : { retry: answer.status >= 500, ...said, ok: false };
    } catch {
      return null;
    }
  }
}
