// One file on its way to /uploads in pieces: begun, sent from where the server stands, finished once. What is lost on
// the way is tried again, for as long as it takes; what is refused is not.
import { csrfToken, problemText } from "./requests.js";
import { text } from "./texts.js";

const MIB = 1024 * 1024;
const LEAST = MIB / 4;
const PIECE_MS = 2000;
const LONGEST_WAIT = 30_000;
const SEED = 0x811c9dc5;

/** The server says no: `message` in words, `faults` by field where it is the form's fault. */
export class Refused extends Error {
  constructor(message, faults = {}) {
    super(message);
    this.faults = faults;
  }
}

/** Nobody is to blame: the network, or a server that is being started anew. */
class Lost extends Error {}

/** Tells a file from another of the same name and size, by its time and its first MiB; not proof against malice. */
export async function fingerprintOf(file) {
  const bytes = new Uint8Array(await read(file, 0, MIB));
  let [low, high] = [SEED, ~SEED];
  for (const byte of bytes) {
    low = Math.imul(low ^ byte, 0x01000193);
    high = Math.imul(high ^ byte, 0x85ebca6b);
  }
  return `${file.lastModified}-${(high >>> 0).toString(16)}${(low >>> 0).toString(16)}`;
}

async function read(file, start, end) {
  try {
    return await file.slice(start, end).arrayBuffer();
  } catch {
    throw new Refused(text("uploadUnreadable"));
  }
}

export class Sending {
  #piece = MIB;
  #most = 8 * MIB;
  #stop = null;

  /** `tell(state)`: sending, lost, finishing; `sent` says how many bytes are there. */
  constructor(file, fields, tell, id = null) {
    Object.assign(this, { file, fields, tell, id, sent: 0 });
  }

  /** Resolves when it is finished; rejects with Refused, or with AbortError after pause(). May be called again. */
  async run() {
    this.#stop = new AbortController();
    for (let attempt = 0; ; attempt += 1) {
      try {
        await (this.id ? this.#goOn() : this.#begin());
        while (this.sent < this.file.size) {
          await this.#send();
          attempt = 0;
        }
        this.tell("finishing");
        this.said = JSON.parse((await this.#ask("POST", `/uploads/${this.id}/finish`)).responseText).message;
        return;
      } catch (error) {
        if (!(error instanceof Lost)) throw error;
        await read(this.file, this.sent, this.sent + 1);
        this.#piece = Math.max(LEAST, this.#piece / 2);
        this.tell("lost");
        await this.#wait(Math.min(1000 * 2 ** attempt, LONGEST_WAIT));
      }
    }
  }

  pause() {
    this.#stop?.abort();
  }

  async #begin() {
    const fields = new FormData();
    for (const [name, value] of Object.entries(this.fields)) fields.append(name, value);
    fields.set("name", this.file.name);
    fields.set("size", this.file.size);
    fields.set("fingerprint", await fingerprintOf(this.file));
    const answer = JSON.parse((await this.#ask("POST", "/uploads", fields)).responseText);
    this.id = answer.id;
    this.#most = answer.chunk;
    this.#stands(answer.offset);
  }

  async #goOn() {
    this.#stands(Number((await this.#ask("HEAD", `/uploads/${this.id}`)).getResponseHeader("Upload-Offset")));
  }

  async #send() {
    const [start, began] = [this.sent, performance.now()];
    const piece = this.file.slice(start, start + this.#piece);
    const answer = await this.#ask("PATCH", `/uploads/${this.id}`, piece, start);
    const took = performance.now() - began;
    if (took < PIECE_MS / 2) this.#piece = Math.min(this.#most, this.#piece * 2);
    else if (took > PIECE_MS * 2) this.#piece = Math.max(LEAST, this.#piece / 2);
    this.#stands(Number(answer.getResponseHeader("Upload-Offset")));
  }

  #stands(sent) {
    this.sent = sent;
    this.tell("sending");
  }

  /** XHR, because fetch does not say how far an upload has come. */
  #ask(method, url, body = null, start = null) {
    const { signal } = this.#stop;
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      const stop = () => request.abort();
      request.open(method, url);
      request.setRequestHeader("Accept", "application/json");
      request.setRequestHeader("X-CSRF-Token", csrfToken());
      if (start !== null) {
        request.setRequestHeader("Content-Type", "application/offset+octet-stream");
        request.setRequestHeader("Upload-Offset", start);
        request.upload.addEventListener("progress", (event) => {
          this.sent = start + event.loaded;
          this.tell("sending");
        });
      }
      request.addEventListener("load", () => (request.status < 300 ? resolve(request) : reject(this.#problem(request))));
      request.addEventListener("error", () => reject(new Lost()));
      request.addEventListener("abort", () => reject(signal.reason));
      request.addEventListener("loadend", () => signal.removeEventListener("abort", stop));
      signal.addEventListener("abort", stop);
      if (signal.aborted) reject(signal.reason);
      else request.send(body);
    });
  }

  #problem(request) {
    // Given up elsewhere, or forgotten after days: when tried again it begins anew.
    if (request.status === 404) this.id = null;
    const type = request.getResponseHeader("Content-Type") ?? "";
    const said = type.includes("json") && request.responseText ? JSON.parse(request.responseText) : {};
    const passing = said.retry ?? (request.status >= 500 || request.status === 429);
    if (passing || said.error === "upload_gap") return new Lost();
    return new Refused(problemText(request.status, request.responseText, type), said.faults);
  }

  /** So long, or until the network is back. */
  #wait(milliseconds) {
    const { signal } = this.#stop;
    return new Promise((resolve, reject) => {
      const end = (settle, value) => {
        clearTimeout(timer);
        window.removeEventListener("online", back);
        signal.removeEventListener("abort", stop);
        settle(value);
      };
      const back = () => end(resolve);
      const stop = () => end(reject, signal.reason);
      const timer = setTimeout(back, milliseconds);
      window.addEventListener("online", back);
      signal.addEventListener("abort", stop);
    });
  }
}
