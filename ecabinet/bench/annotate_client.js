// Tablets that annotate one paper, for the benchmark: official Socket.IO clients in one process, driven by lines of JSON on
// stdin; each order is answered by one line on stdout. Times are milliseconds.
//   {"do": "open", "url", "path", "place", "cookies"}           → {opened}: everybody reads the paper of that place
//   {"do": "draw", "annotations", "changes", "over", "cuts"}    → everybody draws within `over` ms; see draw() for the answer
//   {"do": "settle"}                                            → what every tablet holds in the end; see settle()
// A tablet keeps what it drew in an outbox until it is acknowledged, and after each reconnect asks for what is new since it
// last heard of everything, as the reader in the browser does.
"use strict";
const { createHash, randomUUID } = require("node:crypto");
const readline = require("node:readline");
const { io } = require("socket.io-client");

const PATIENCE = 120_000;
const QUIET = 1_500;
const BATCH = 20;
const POINTS = 30;
const MAY_PASS = new Set(["busy", "too_fast", "server_fault"]);
const tablets = [];
const refused = {};
const strokes = new Map();
let delays = [];
let drops = 0;
let news = 0;
const wall = () => performance.timeOrigin + performance.now();
const after = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

class Tablet {
  constructor(server, cookie, number) {
    Object.assign(this, { server, cookie, number, known: new Map(), wanted: new Map(), outbox: [], since: 0, pushed: 0, sending: false });
    this.socket = io(server.url, {
      transports: ["websocket"], forceNew: true, timeout: PATIENCE, reconnectionDelay: 100, reconnectionDelayMax: 1000,
      extraHeaders: { Cookie: cookie },
    });
    this.socket.on("connect", () => this.arrive());
    this.socket.on("annotations", ({ seq, annotations }) => {
      const now = wall();
      for (const record of annotations) this.hear(record, now);
      this.pushed = Math.max(this.pushed, seq);
      if (this.here) this.since = Math.max(this.since, seq);
    });
    this.socket.on("disconnect", () => { drops += 1; this.here = false; this.sending = false; });
  }

  /** First the room, then what is new since the last time: whatever comes in between is pushed, and a push is no sign that
   *  everything before it was heard until then. */
  async arrive() {
    const { socket, server } = this;
    const id = socket.id;
    let { since } = this;
    this.pushed = 0;
    try {
      const answer = await socket.timeout(10_000).emitWithAck("read", server.place);
      if (!answer.ok) throw new Error(answer.error);
      for (let more = true; more;) {
        const address = `${server.url}${server.path}?meeting=${server.place.meeting}&since=${since}`;
        const found = await fetch(address, { headers: { Cookie: this.cookie, Accept: "application/json" } });
        const news = await found.json();
        if (!found.ok) throw new Error(news.error);
        for (const record of news.annotations) this.hear(record);
        since = news.seq;
        more = news.more === true;
      }
    } catch {
      // The server died under it, or the line was cut again: as long as this connection stands it is asked again.
      if (socket.connected && socket.id === id) setTimeout(() => this.arrive(), 300);
      return;
    }
    if (socket.id !== id) return;
    this.since = Math.max(since, this.pushed);
    this.here = true;
    this.flush();
  }

  /** `pushed`: when it came by a push. Of two with one place the whole one counts, not the trace that it is gone. */
  hear(record, pushed) {
    const before = this.known.get(record.id);
    const newer = !before || record.seq > before.seq || (record.seq === before.seq && before.gone && !record.gone);
    if (!newer) return;
    news += 1;
    const { rev, seq, deleted, gone, text } = record;
    this.known.set(record.id, { rev, seq, deleted, gone, text });
    const stroke = strokes.get(`${record.id} ${rev}`);
    if (!pushed || !stroke || stroke.pen === this) return;
    delays.push(pushed - stroke.sent);
    stroke.last = pushed;
    stroke.heard += 1;
  }

  draw(server) {
    const number = this.wanted.size;
    this.put({
      v: 1, id: randomUUID(), kind: "ink", page: number % 3, rev: 1, text: `${this.number}-${number}-1`,
      ...(Math.random() < 0.1 ? { visibility: "private" } : { visibility: "meeting", meeting: server.place.meeting }),
      style: { color: "#c62828", width: 2, opacity: 1 },
      paths: [Array.from({ length: POINTS }, (_, n) => [100 + n * 3.17, 200 + 20 * Math.sin(n / 5 + number), 0.5]).flat()],
    });
  }

  /** Change, delete, take back or bring back something of its own. */
  change() {
    const own = [...this.wanted.values()];
    if (!own.length) return;
    const last = own[Math.floor(Math.random() * own.length)];
    const rev = last.rev + 1;
    const turn = Math.random();
    const next = { ...last, rev, text: `${last.text.replace(/-\d+$/, "")}-${rev}`, deleted: turn < 0.3 };
    if (turn > 0.8) next.visibility = last.visibility === "private" ? "meeting" : "private";
    this.put(next);
  }

  put(change) {
    this.wanted.set(change.id, change);
    this.outbox.push(change);
    this.flush();
  }

  async flush() {
    if (this.sending || !this.here || !this.outbox.length) return;
    this.sending = true;
    const some = this.outbox.slice(0, BATCH);
    const sent = wall();
    for (const { id, rev } of some) strokes.set(`${id} ${rev}`, { pen: this, sent, last: sent, heard: 0 });
    const { socket } = this;
    const id = socket.id;
    let pause = 0;
    try {
      const answer = await socket.timeout(10_000).emitWithAck("annotate", { ...this.server.place, changes: some });
      if (socket.id !== id) return; // it was cut meanwhile, and sends again by itself
      if (answer.ok) this.taken(some, answer.results);
      else if (!MAY_PASS.has(answer.error)) refused[answer.error] = (refused[answer.error] ?? 0) + 1;
      pause = answer.ok ? 0 : 300;
    } catch {
      pause = 300;
    }
    if (socket.id !== id) return;
    this.sending = false;
    if (pause) await after(pause);
    this.flush();
  }

  taken(some, results) {
    const done = new Set();
    results.forEach((result, at) => {
      const { id, rev } = some[at];
      // Sent again after a later one of it was taken: that it was taken too is what the answer says.
      const over = result.ok || (result.error === "old_revision" && result.current.rev >= rev);
      if (over) done.add(some[at]);
      else {
        refused[result.error] = (refused[result.error] ?? 0) + 1;
        done.add(some[at]);
      }
    });
    this.outbox = this.outbox.filter((change) => !done.has(change));
  }

  /** What stands on its screen, as one hash. */
  digest() {
    const lines = [...this.known].filter(([, one]) => !one.deleted).map(([id, one]) => `${id} ${one.rev} ${one.text}`);
    return createHash("sha256").update(lines.sort().join("\n")).digest("hex");
  }
}

/** Resolves to true when `condition` holds, to false after `patience`. */
async function until(condition, patience = PATIENCE) {
  const end = performance.now() + patience;
  while (!condition()) {
    if (performance.now() > end) return false;
    await after(20);
  }
  return true;
}

function percentile(values, share) {
  const sorted = Float64Array.from(values).sort();
  return sorted.length ? +sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))].toFixed(2) : null;
}

async function open({ url, path, place, cookies }) {
  const server = { url, path, place };
  cookies.forEach((cookie, number) => tablets.push(new Tablet(server, cookie, number)));
  await until(() => tablets.every((tablet) => tablet.here));
  return { opened: tablets.filter((tablet) => tablet.here).length };
}

/** Everybody draws, and changes some of it; connections are cut without a word at random moments. The answer: whether all
 *  was acknowledged in the end, how often connections broke, and how long a stroke took from the pen's sending until it was
 *  on the last of the other tablets (stroke) and on each (delivery). */
async function draw({ annotations, changes, over, cuts }) {
  delays = [];
  const dropsBefore = drops;
  const any = () => tablets[Math.floor(Math.random() * tablets.length)];
  let made = 0;
  const cutOne = async () => {
    const there = tablets.filter((tablet) => tablet.here);
    if (!there.length) { await after(200); return cutOne(); } // the server is dead, and all of them are cut already
    made += 1;
    cut(there[Math.floor(Math.random() * there.length)]);
  };
  const plan = [
    ...Array.from({ length: annotations }, (_, n) => () => tablets[n % tablets.length].draw(tablets[0].server)),
    ...Array.from({ length: changes }, () => () => any().change()),
    ...Array.from({ length: cuts }, () => cutOne),
  ];
  await Promise.all(plan.map(async (act) => { await after(Math.random() * over); await act(); }));
  const finished = await until(() => tablets.every((tablet) => tablet.here && !tablet.outbox.length));
  const heard = [...strokes.values()].filter((stroke) => stroke.heard);
  return {
    finished, refused, cut: made, drops: drops - dropsBefore, deliveries: delays.length,
    stroke_p50_ms: percentile(heard.map((stroke) => stroke.last - stroke.sent), 0.5),
    stroke_p99_ms: percentile(heard.map((stroke) => stroke.last - stroke.sent), 0.99),
    delivery_p50_ms: percentile(delays, 0.5), delivery_p99_ms: percentile(delays, 0.99),
  };
}

/** The connection is gone as when a tablet goes out of reach: nobody says goodbye. */
function cut(tablet) {
  tablet.here = false; // no second cut is spent on it before it is back
  const line = tablet.socket.io.engine?.transport?.ws;
  (line?._socket ?? line)?.destroy?.();
}

/** The answer once nothing has come for a while: each tablet's screen as a hash, and the last change wanted of each. */
async function settle() {
  let before = -1;
  do {
    before = news;
    await after(QUIET);
  } while (before !== news || !tablets.every((tablet) => tablet.here));
  const last = tablets.flatMap((tablet) => [...tablet.wanted.values()].map((one) => [one.id, one.rev]));
  return { screens: tablets.map((tablet) => tablet.digest()), wanted: Object.fromEntries(last) };
}

const orders = { open, draw, settle };
readline.createInterface({ input: process.stdin }).on("line", async (line) => {
  const order = JSON.parse(line);
  process.stdout.write(JSON.stringify(await orders[order.do](order)) + "\n");
}).on("close", () => process.exit(0));
