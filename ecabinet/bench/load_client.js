// Tablets for the benchmark: official Socket.IO clients in one process, driven by lines of JSON on stdin; each order is
// answered by one line on stdout. Times are milliseconds; `t` is the wall clock of the same machine in milliseconds, `rev`
// in microseconds.
//   {"do": "connect", "url", "meeting", "cookies": [...]}  → {connected, failed, connect_ms}
//   {"do": "see", "block", "text"}                          → {seen}: how many tablets were shown a block with that text
//   {"do": "burst", "poll", "options", "over", "block"}     → everybody votes within `over` ms; see burst() for the answer
//   {"do": "outlast", "poll", "options", "over", "first"}   → everybody votes until `first` are acknowledged: {acked}
//   {"do": "outlasted"}                                     → what came of it after the server died; see outlasted()
//   {"do": "follow", "meeting"}                             → {following}: every tablet goes where the meeting is led
//   {"do": "stream", "seconds", "paper", "hz" | "window"}   → the first tablet leads; see stream() for the answer
"use strict";
const readline = require("node:readline");
const { io } = require("socket.io-client");

const PATIENCE = 120_000;
const wall = () => performance.timeOrigin + performance.now();
const connections = () => tablets.reduce((sum, tablet) => sum + tablet.connections, 0);
const tablets = [];
let drops = 0;
let siege = null;

class Tablet {
  constructor(url, meeting, cookie, joined) {
    this.shown = new Map();
    this.connections = 0;
    this.socket = io(url, { transports: ["websocket"], forceNew: true, timeout: PATIENCE, extraHeaders: { Cookie: cookie } });
    this.socket.on("connect", () => {
      this.connections += 1;
      this.socket.emit("join", { meeting }, (answer) => {
        for (const block of answer.blocks ?? []) this.show(block);
        joined(answer.ok === true);
      });
    });
    this.socket.on("blocks", (blocks) => blocks.forEach((block) => this.show(block)));
    this.socket.on("led", (led) => this.onLed?.(led));
    this.socket.on("disconnect", () => { drops += 1; });
  }

  show(block) {
    this.shown.set(block.id, block.html);
    this.onBlock?.(block);
  }
}

/** Resolves to true when `condition` holds, to false after PATIENCE. */
async function until(condition, patience = PATIENCE) {
  const end = performance.now() + patience;
  while (!condition()) {
    if (performance.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return true;
}

function percentiles(values, prefix) {
  const sorted = Float64Array.from(values).sort();
  const at = (share) => (sorted.length ? +sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))].toFixed(2) : null);
  return { [`${prefix}_p50_ms`]: at(0.5), [`${prefix}_p95_ms`]: at(0.95), [`${prefix}_p99_ms`]: at(0.99), [`${prefix}_max_ms`]: at(1) };
}

async function connect({ url, meeting, cookies }) {
  let connected = 0;
  let failed = 0;
  let last = 0;
  const start = performance.now();
  for (const cookie of cookies) {
    tablets.push(new Tablet(url, meeting, cookie, (ok) => {
      if (ok) connected += 1;
      else failed += 1;
      last = performance.now();
    }));
  }
  await until(() => connected + failed >= cookies.length);
  return { connected, failed, connect_ms: Math.round(last - start) };
}

async function see({ block, text }) {
  const seeing = () => tablets.filter((tablet) => tablet.shown.get(block)?.includes(text)).length;
  await until(() => seeing() === tablets.length, 20_000);
  return { seen: seeing() };
}

/** Every tablet casts one ballot at a random moment of `over` ms. The answer: acks, their delays, the receipts; how long
 *  each pushed count took from the server's reading it; when the last tablet showed the whole count. */
async function burst({ poll, options, over, block }) {
  const whole = `${tablets.length}/${tablets.length}`;
  const acks = [];
  const deliveries = [];
  const receipts = [];
  const refused = {};
  let complete = 0;
  let completeAt = 0;
  for (const tablet of tablets) {
    let done = false;
    tablet.onBlock = ({ id, rev, html }) => {
      if (id !== block) return;
      deliveries.push(wall() - rev / 1000);
      if (done || html.replace(/<[^>]*>|\s/g, "").indexOf(whole) === -1) return;
      done = true;
      complete += 1;
      completeAt = wall();
    };
  }
  const plan = tablets.map((tablet, index) => ({ tablet, index, at: Math.random() * over })).sort((a, b) => a.at - b.at);
  const dropsBefore = drops;
  let lastAck = 0;
  let lastSent = 0;
  let next = 0;
  const start = wall();
  const cast = ({ tablet, index }) => {
    const sent = lastSent = wall();
    const ballot = { poll, options: [options[index % options.length]], token: `${poll}-${index}-${Math.random().toString(36).slice(2)}` };
    tablet.socket.emit("ballot", ballot, (answer) => {
      lastAck = wall();
      acks.push(lastAck - sent);
      if (answer.ok) receipts.push(answer.receipt);
      else refused[answer.error] = (refused[answer.error] ?? 0) + 1;
    });
  };
  await new Promise((resolve) => {
    const tick = () => {
      while (next < plan.length && plan[next].at <= wall() - start) cast(plan[next++]);
      if (next < plan.length) setTimeout(tick, 1);
      else resolve();
    };
    tick();
  });
  await until(() => acks.length === tablets.length);
  const allAcked = lastAck;
  await until(() => complete === tablets.length, 20_000);
  return {
    acked: receipts.length, refused, receipts, drops: drops - dropsBefore,
    ballots_per_s: Math.round((receipts.length / (allAcked - start)) * 1000),
    final_ms: complete === tablets.length ? Math.round(completeAt - lastSent) : null, complete,
    ...percentiles(acks, "ack"), ...percentiles(deliveries, "delivery"), deliveries: deliveries.length,
  };
}

/** Every tablet casts one ballot at a random moment of `over` ms and sends it again after each reconnect until it is
 *  acknowledged, as the page does; the first tablet only after the server was lost. Answered as soon as `first` ballots are
 *  acknowledged: the server is to die now, in the middle. */
async function outlast({ poll, options, over, first }) {
  const passing = new Set(["busy", "server_fault"]);
  siege = { receipts: new Map(), refused: {}, changed: 0, acked: 0, connections: connections() };
  siege.ballots = tablets.map((tablet, index) => ({
    tablet, index, due: false, over: false,
    ballot: { poll, options: [options[index % options.length]], token: `${poll}-${index}-${Math.random().toString(36).slice(2)}` },
  }));
  const { receipts, refused } = siege;
  siege.send = (one) => {
    if (!one.due || one.over || !one.tablet.socket.connected) return;
    one.tablet.socket.timeout(10_000).emit("ballot", one.ballot, (fault, answer) => {
      // Without an acknowledgement nobody knows whether it was taken: it is sent again.
      if (fault || passing.has(answer.error)) return void setTimeout(() => siege.send(one), 200);
      one.over = true;
      siege.acked += 1;
      if (!answer.ok) refused[answer.error] = (refused[answer.error] ?? 0) + 1;
      else if (receipts.has(one.index) && receipts.get(one.index) !== answer.receipt) siege.changed += 1;
      else receipts.set(one.index, answer.receipt);
    });
  };
  for (const one of siege.ballots) {
    one.again = () => siege.send(one);
    one.tablet.socket.on("connect", one.again);
    const due = () => { one.due = true; siege.send(one); };
    if (one.index === 0) one.tablet.socket.once("disconnect", due);
    else setTimeout(due, Math.random() * over);
  }
  await until(() => siege.acked >= first);
  return { acked: siege.acked };
}

/** The rest of outlast(), once the server is back. The answer: the receipt of each tablet, how many were told two different
 *  ones, how often a tablet came back. */
async function outlasted() {
  const { ballots, receipts, refused, send } = siege;
  const back = () => connections() - siege.connections;
  let finished = await until(() => back() >= tablets.length && ballots.every((one) => one.over));
  // Once more, as a tablet does whose acknowledgement was lost: the receipt must stay the same.
  for (const one of ballots) one.over = false;
  ballots.forEach(send);
  finished &&= await until(() => ballots.every((one) => one.over));
  for (const one of ballots) one.tablet.socket.off("connect", one.again);
  return { finished, receipts: [...receipts.values()], refused, changed: siege.changed, reconnects: back() };
}

async function follow({ meeting }) {
  let following = 0;
  let answered = 0;
  for (const tablet of tablets) {
    tablet.socket.emit("follow", { meeting }, (answer) => {
      answered += 1;
      if (answer.ok) following += 1;
    });
  }
  await until(() => answered === tablets.length);
  return { following };
}

/** The first tablet leads all others through `paper` {meeting, document, version, pages}: `hz` events a second, of which
 *  each second one turns the page, or as fast as the server acknowledges with `window` events under way, on one page. An
 *  event is known by where it points. The answer: how many arrived of how many, how many a second, how long they took. */
async function stream({ seconds, paper, hz, window }) {
  const delays = [];
  const turns = [];
  const sentAt = [];
  const turned = new Set();
  let received = 0;
  let lastReceived = 0;
  for (const tablet of tablets) {
    tablet.onLed = ({ pointer }) => {
      const number = pointer[0] + 1000 * pointer[1];
      lastReceived = wall();
      received += 1;
      if (turned.has(number)) turns.push(lastReceived - sentAt[number]);
      if (received % 7 === 0) delays.push(lastReceived - sentAt[number]);
    };
  }
  const { pages, ...place } = paper;
  const refused = {};
  let page = 0;
  const dropsBefore = drops;
  let sent = 0;
  let underWay = 0;
  const start = wall();
  const present = () => {
    if (hz && sent % hz === hz - 1) {
      page = (page + 1) % pages;
      turned.add(sent);
    }
    sentAt.push(wall());
    const pointer = [sent % 1000, Math.floor(sent / 1000)];
    const shown = { ...place, page, region: [0, 100, 595, 742], pointer, begin: sent === 0 };
    sent += 1;
    underWay += 1;
    tablets[0].socket.emit("lead", shown, (answer) => {
      underWay -= 1;
      if (!answer.ok) refused[answer.error] = (refused[answer.error] ?? 0) + 1;
      if (window) fill();
    });
  };
  const running = () => wall() - start < seconds * 1000;
  const fill = () => { while (running() && underWay < window) present(); };
  if (window) fill();
  await new Promise((resolve) => {
    const tick = () => {
      while (hz && running() && sent < ((wall() - start) / 1000) * hz) present();
      if (running()) setTimeout(tick, 2);
      else resolve();
    };
    tick();
  });
  const expected = sent * (tablets.length - 1);
  await until(() => received >= expected, 20_000);
  return {
    sent, received, expected, refused, drops: drops - dropsBefore,
    delivered_per_s: Math.round((received / (lastReceived - start)) * 1000), ...percentiles(delays, "present"),
    ...percentiles(turns, "turn"),
  };
}

const orders = { connect, see, burst, outlast, outlasted, follow, stream };
readline.createInterface({ input: process.stdin }).on("line", async (line) => {
  const order = JSON.parse(line);
  process.stdout.write(JSON.stringify(await orders[order.do](order)) + "\n");
}).on("close", () => process.exit(0));
