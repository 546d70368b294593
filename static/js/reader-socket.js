// One socket for everything that the reader says and hears: annotations, following the chair.
const ACK = 5000;

let socket = null;

/** The page's socket (of Socket.IO), connecting by itself again and again; null where the library did not load. */
export function readerSocket() {
  if (socket || !globalThis.io) return socket;
  socket = globalThis.io({ transports: ["websocket", "polling"], tryAllTransports: true, withCredentials: true,
    reconnectionDelay: 400, reconnectionDelayMax: 5000, timeout: 8000 });
  // What the server ended, or refused, the library does not begin again by itself; the session may be renewed meanwhile.
  const later = () => {
    if (!socket.active) setTimeout(() => socket.connect(), 3 * ACK);
  };
  socket.on("disconnect", later);
  socket.on("connect_error", later);
  const now = () => {
    if (!document.hidden && !socket.connected) socket.connect();
  };
  document.addEventListener("visibilitychange", now);
  window.addEventListener("online", now);
  return socket;
}

/** Say `event`; resolves to the acknowledgement, rejects when there is no connection or no answer in time. */
export function say(event, data) {
  const open = readerSocket();
  if (!open?.connected) return Promise.reject(new Error("no socket"));
  return open.timeout(ACK).emitWithAck(event, data);
}
