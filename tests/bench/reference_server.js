// The reference of `python -m ecabinet bench vote --reference`: the same service as the application's live side, on the
// same SQLite tables and the same rows, written for Node with socket.io and better-sqlite3. Group commit with
// synchronous=FULL, counts gathered for as long as the application gathers them, sessions from the application's cookies.
//   PORT, DATABASE (path of the SQLite file), SECRET_KEY from the environment.
"use strict";
const crypto = require("node:crypto");
const http = require("node:http");
const zlib = require("node:zlib");
const Database = require("better-sqlite3");
const express = require("express");
const { Server } = require("socket.io");

const GATHER_MS = 120;
const LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ";
const { PORT, DATABASE, SECRET_KEY } = process.env;

const db = new Database(DATABASE);
for (const setting of ["journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"]) db.pragma(setting);

const sql = {
  member: db.prepare(`SELECT a.member_id AS id FROM sign_in s JOIN account a ON a.id = s.account_id
    WHERE s.token_hash = ? AND a.active`),
  participant: db.prepare("SELECT id, role FROM participant WHERE meeting_id = ? AND member_id = ?"),
  poll: db.prepare("SELECT id, meeting_id, title, state FROM poll WHERE id = ?"),
  openPoll: db.prepare("SELECT id, title, state FROM poll WHERE meeting_id = ? AND state IN ('open', 'closed') ORDER BY opened_at DESC"),
  options: db.prepare("SELECT id, label FROM poll_option WHERE poll_id = ? ORDER BY position"),
  setState: db.prepare("UPDATE poll SET state = ?, opened_at = coalesce(opened_at, ?) WHERE id = ?"),
  entitle: db.prepare(`INSERT INTO voter (poll_id, member_id, participant_id, seat_id)
    SELECT ?, member_id, id, coalesce(represents_id, id) FROM participant WHERE meeting_id = ? AND voting AND present`),
  voter: db.prepare(`SELECT p.present, b.token, b.options, b.receipt FROM voter v
    JOIN participant p ON p.id = v.participant_id
    LEFT JOIN ballot b ON b.poll_id = v.poll_id AND b.member_id = v.member_id
    WHERE v.poll_id = ? AND v.member_id = ?`),
  cast: db.prepare("INSERT INTO ballot (poll_id, member_id, options, token, receipt, cast_at) VALUES (?, ?, ?, ?, ?, ?)"),
  voted: db.prepare("SELECT count(*) AS n FROM ballot WHERE poll_id = ?").pluck(),
  entitled: db.prepare("SELECT count(*) AS n FROM voter WHERE poll_id = ?").pluck(),
  items: db.prepare("SELECT title, minutes FROM agenda_item WHERE meeting_id = ? ORDER BY position"),
};

// --- sessions: the application's signed cookie (itsdangerous: payload.timestamp.signature, HMAC-SHA1, derived key)

const hmac = (key, text) => crypto.createHmac("sha1", key).update(text).digest();
const signingKey = hmac(SECRET_KEY, "cookie-session");

function memberOf(cookies = "") {
  const value = /(?:^|; )ecabinet=([^;]+)/.exec(cookies)?.[1];
  const end = value?.lastIndexOf(".") ?? -1;
  if (end < 0) return null;
  const given = Buffer.from(value.slice(end + 1), "base64url");
  const expected = hmac(signingKey, value.slice(0, end));
  if (given.length !== expected.length || !crypto.timingSafeEqual(given, expected)) return null;
  const packed = value.startsWith(".");
  const payload = Buffer.from(value.slice(packed ? 1 : 0).split(".")[0], "base64url");
  const session = JSON.parse((packed ? zlib.inflateSync(payload) : payload).toString());
  return sql.member.get(crypto.createHash("sha256").update(session.token).digest("hex"))?.id ?? null;
}

// --- what is shown

const escape = (text) => String(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
const roomOf = (meeting) => `meeting:${meeting}`;

function progressBlock(poll) {
  const [voted, entitled] = [sql.voted.get(poll), sql.entitled.get(poll)];
  const share = entitled ? (100 * voted) / entitled : 0;
  const html = `<div class="vote-progress" id="vote-progress"><div class="counter" data-tone="accent">
  <p class="counter-number">${voted}<span class="counter-total">/${entitled}</span></p>
  <p class="counter-label">đã bỏ phiếu</p>
  <svg class="bar" aria-hidden="true"><rect class="bar-track" width="100%" height="100%"></rect><rect class="bar-fill" width="${share.toFixed(2)}%" height="100%"></rect></svg>
</div></div>`;
  return { id: "vote-progress", rev: Date.now() * 1000, html };
}

function slotBlock(meeting) {
  const poll = sql.openPoll.get(meeting);
  const rev = Date.now() * 1000;
  if (!poll) return { id: "ballot-slot", rev, html: '<div class="sheet-slot" id="ballot-slot" data-key="no-poll"></div>' };
  const choices = sql.options.all(poll.id).map(({ id, label }) => `<label class="vote-option"><input type="radio" name="option"
    value="${id}"><span class="vote-option-text">${escape(label)}</span></label>`).join("");
  const html = `<div class="sheet-slot" id="ballot-slot" data-key="poll-${poll.id}-${poll.state}"><details class="sheet" open>
    <summary class="sheet-head"><span class="sheet-title">${escape(poll.title)}</span></summary>
    <div class="sheet-body"><form data-ballot method="post"><input type="hidden" name="poll" value="${poll.id}">${choices}
    <button type="submit">Gửi</button></form>${progressBlock(poll.id).html}</div></details></div>`;
  return { id: "ballot-slot", rev, html };
}

// --- casting: what arrives in one turn of the loop is committed together; acknowledged after the commit

let waiting = [];

function take({ member, poll: pollId, options, token }) {
  const poll = sql.poll.get(pollId);
  const voter = poll && sql.voter.get(pollId, member);
  if (!voter) return { ok: false, error: "not_entitled" };
  const chosen = JSON.stringify(options);
  if (voter.receipt) {
    const same = voter.token === token && voter.options === chosen;
    return same ? { ok: true, receipt: voter.receipt } : { ok: false, error: "already_voted" };
  }
  if (poll.state !== "open") return { ok: false, error: "poll_not_open" };
  if (!voter.present) return { ok: false, error: "not_present" };
  if (options.length !== 1) return { ok: false, error: options.length ? "too_many_chosen" : "nothing_chosen" };
  if (!sql.options.all(pollId).some(({ id }) => id === options[0])) return { ok: false, error: "unknown_option" };
  const letters = Array.from(crypto.randomBytes(12), (byte) => LETTERS[byte % LETTERS.length]).join("");
  const receipt = letters.match(/.{4}/g).join("-");
  sql.cast.run(pollId, member, chosen, token, receipt, new Date().toISOString().replace("T", " ").replace("Z", "000"));
  stale.set(pollId, poll.meeting_id);
  return { ok: true, receipt };
}

const takeAll = db.transaction((batch) => batch.map(({ ballot }) => take(ballot)));

function commit() {
  const batch = waiting;
  waiting = [];
  const answers = takeAll.immediate(batch);
  batch.forEach(({ acknowledge }, index) => acknowledge(answers[index]));
}

// --- pages

const app = express();

app.get("/meetings/:id", (request, response) => {
  const member = memberOf(request.headers.cookie);
  if (member === null || !sql.participant.get(request.params.id, member)) return response.status(404).end();
  const items = sql.items.all(request.params.id).map(({ title, minutes }) => `<li>${escape(title)} <span>${minutes}′</span></li>`);
  return response.send(`<!doctype html><html lang="vi"><title>Phiên họp</title><ol>${items.join("")}</ol>
    ${slotBlock(request.params.id).html}</html>`);
});

app.post("/polls/:id/:action", (request, response) => {
  const poll = sql.poll.get(request.params.id);
  const member = memberOf(request.headers.cookie);
  if (!poll || sql.participant.get(poll.meeting_id, member)?.role !== "secretary") return response.status(404).end();
  const opens = request.params.action === "open";
  db.transaction(() => {
    sql.setState.run(opens ? "open" : "closed", new Date().toISOString(), poll.id);
    if (opens) sql.entitle.run(poll.id, poll.meeting_id);
  }).immediate();
  io.to(roomOf(poll.meeting_id)).emit("blocks", [slotBlock(poll.meeting_id)]);
  return response.json({ ok: true });
});

// --- the live side

const server = http.createServer(app);
const io = new Server(server, { perMessageDeflate: false, maxHttpBufferSize: 64 * 1024 });
const stale = new Map();

setInterval(() => {
  for (const [poll, meeting] of stale) io.to(roomOf(meeting)).emit("blocks", [progressBlock(poll)]);
  stale.clear();
}, GATHER_MS);

io.use((socket, next) => {
  socket.data.member = memberOf(socket.handshake.headers.cookie);
  next(socket.data.member === null ? new Error("signed_out") : undefined);
});

io.on("connection", (socket) => {
  socket.on("join", ({ meeting }, acknowledge) => {
    if (!sql.participant.get(meeting, socket.data.member)) return acknowledge({ ok: false, error: "not_found" });
    socket.join(roomOf(meeting));
    return acknowledge({ ok: true, blocks: [slotBlock(meeting)] });
  });
  socket.on("ballot", (ballot, acknowledge) => {
    waiting.push({ ballot: { ...ballot, member: socket.data.member }, acknowledge });
    if (waiting.length === 1) setImmediate(commit);
  });
  socket.on("follow", ({ meeting }, acknowledge) => {
    socket.join(`led:${meeting}`);
    acknowledge({ ok: true, led: null });
  });
  socket.on("lead", (shown, acknowledge) => {
    socket.to(`led:${shown.meeting}`).emit("led", { ...shown, by: socket.data.member });
    acknowledge({ ok: true });
  });
});

process.on("SIGTERM", () => process.exit(0));
server.listen({ port: Number(PORT), host: "127.0.0.1", backlog: 4096 });
