// Official Socket.IO clients, driven by lines of JSON on stdin; what happens to them is reported as lines on stdout.
//   {"do": "open", "name": "a", "url": "http://…", "options": {…}}      → {"name": "a", "what": "connect" | "connect_error" | "disconnect"}
//   {"do": "emit", "name": "a", "event": "say", "data": {…}}            → {"name": "a", "what": "ack", "data": …}
//   {"do": "close", "name": "a"}
// Events that arrive: {"name": "a", "what": "event", "event": "said", "data": …}
"use strict";
const readline = require("node:readline");
const { io } = require("socket.io-client");

const sockets = new Map();
const report = (entry) => process.stdout.write(JSON.stringify(entry) + "\n");

const actions = {
  open({ name, url, options }) {
    const socket = io(url, { forceNew: true, reconnection: false, ...options });
    sockets.set(name, socket);
    socket.on("connect", () => report({ name, what: "connect", transport: socket.io.engine.transport.name }));
    socket.on("connect_error", (error) => report({ name, what: "connect_error", message: String(error.message) }));
    socket.on("disconnect", (reason) => report({ name, what: "disconnect", reason }));
    socket.onAny((event, data) => report({ name, what: "event", event, data }));
    socket.io.engine?.on("upgrade", (transport) => report({ name, what: "upgrade", transport: transport.name }));
  },
  emit({ name, event, data }) {
    const sent = data === undefined || data === null ? [] : [data];
    sockets.get(name).emit(event, ...sent, (answer) => report({ name, what: "ack", event, data: answer }));
  },
  close({ name }) {
    sockets.get(name).disconnect();
  },
};

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const order = JSON.parse(line);
  actions[order.do](order);
}).on("close", () => process.exit(0));
