// The one Socket.IO connection of the reader's page, for all that is read together.
const LIBRARY = new URL("../vendor/socket.io/socket.io.min.js", import.meta.url).href;
const OPTIONS = { transports: ["websocket", "polling"], tryAllTransports: true, withCredentials: true,
  reconnectionDelay: 400, reconnectionDelayMax: 5000, timeout: 8000 };
const ACK = 5000;
const AGAIN = 15000;

let opened = null;

function library() {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = LIBRARY;
    script.addEventListener("load", resolve);
    script.addEventListener("error", () => reject(new Error("socket.io did not load")));
    document.head.append(script);
  });
}

async function open() {
  try {
    if (!globalThis.io) await library();
  } catch {
    return null;
  }
  const socket = globalThis.io(OPTIONS);
  socket.on("connect", () => document.dispatchEvent(new Event("ecabinet:connected")));
  // Closed or refused by the server (a session that ended): the client would not try again by itself.
  const later = () => socket.active || setTimeout(() => socket.connect(), AGAIN);
  socket.on("disconnect", later);
  socket.on("connect_error", later);
  window.addEventListener("online", () => socket.connected || socket.connect());
  return socket;
}

/** Resolves to the socket, the same for all modules; to null where the library does not load. */
export function connect() {
  opened ??= open();
  return opened;
}

/** Resolves to the acknowledgement of `event`; rejects without a connection or without an answer in five seconds. */
export async function ask(event, data) {
  const socket = await connect();
  if (!socket?.connected || !navigator.onLine) throw new Error("no socket");
  return socket.timeout(ACK).emitWithAck(event, data);
}
