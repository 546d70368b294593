// Papers taken along: their bytes in encrypted pieces of 1 MiB in the Cache API, and any range of them as an answer.
// The record in store "papers", by the address of the content: {url, etag, size, headers, have: [group, …], done}.
import { PIECES, decrypt, encrypt } from "./device.js";

const PIECE = 1 << 20;
/** What is asked for in one request: the server is not held by one tablet for the whole of a large paper. */
const GROUP = 8 * PIECE;
const AT_ONCE = 2;
const REMEMBERED = 8;
const KEPT_HEADERS = ["Content-Type", "Content-Disposition", "Content-Security-Policy", "X-Content-Type-Options", "ETag"];

const about = (etag, number) => `${etag}/${number}`;
const pieceUrl = (etag, number) => `/device/pieces/${etag}/${number}`;

/** Fetches what is missing of a paper {content, etag, size}; `onBytes(n)` hears of each group. Rejects when stopped. */
export async function savePaper(device, { content, etag, size }, { signal, onBytes }) {
  const known = await device.get("papers", content);
  const record = known?.etag === etag ? known : { url: content, etag, size, headers: {}, have: [], done: false };
  if (known && known !== record) await dropPieces(device, known);
  const cache = await caches.open(PIECES);
  const groups = [...Array(Math.ceil(size / GROUP)).keys()].filter((group) => !record.have.includes(group));
  for (const group of record.have) onBytes(Math.min(GROUP, size - group * GROUP));

  async function work() {
    for (let group = groups.shift(); group !== undefined; group = groups.shift()) {
      const answer = await fetchGroup(record, group, signal);
      for (const name of KEPT_HEADERS) record.headers[name] ??= answer.headers.get(name) ?? undefined;
      const bytes = await answer.arrayBuffer();
      if (bytes.byteLength !== Math.min(GROUP, size - group * GROUP)) throw new TypeError("cut short");
      await keepGroup(device, cache, record, group, bytes);
      record.have.push(group);
      await device.put("papers", content, record);
      onBytes(bytes.byteLength);
    }
  }

  await Promise.all(Array.from({ length: AT_ONCE }, work));
  record.done = true;
  await device.put("papers", content, record);
}

async function fetchGroup({ url, etag, size }, group, signal) {
  const [from, to] = [group * GROUP, Math.min(size, (group + 1) * GROUP) - 1];
  // Not by the service worker's own answer, nor by the browser's cache: the disk would hold it twice.
  const answer = await fetch(url, {
    headers: { Range: `bytes=${from}-${to}`, "If-Range": `"${etag}"` }, cache: "no-store", credentials: "same-origin", signal });
  const whole = answer.status === 200 && from === 0 && to === size - 1;
  if (answer.ok && answer.headers.get("ETag") !== `"${etag}"`) throw new ChangedError(url);
  if (answer.status !== 206 && !whole) throw new RefusedError(url, answer.status);
  return answer;
}

/** The server has other bytes by now: the list of what there is to take is asked for again. */
export class ChangedError extends Error {}

/** The server does not give it. */
export class RefusedError extends Error {
  constructor(url, status) {
    super(url);
    this.status = status;
  }
}

async function keepGroup(device, cache, { etag }, group, bytes) {
  const first = (group * GROUP) / PIECE;
  const pieces = [...Array(Math.ceil(bytes.byteLength / PIECE)).keys()];
  await Promise.all(
    pieces.map(async (number) => {
      const piece = bytes.slice(number * PIECE, (number + 1) * PIECE);
      const hidden = await encrypt(device.key, about(etag, first + number), piece);
      await cache.put(pieceUrl(etag, first + number), new Response(hidden));
    }),
  );
}

async function dropPieces(device, { url, etag, size }) {
  const others = await device.all("papers");
  if (others.some((other) => other.url !== url && other.etag === etag)) return;
  const cache = await caches.open(PIECES);
  const numbers = [...Array(Math.ceil(size / PIECE)).keys()];
  await Promise.all(numbers.map((number) => cache.delete(pieceUrl(etag, number))));
}

/** Takes a paper off the device. */
export async function removePaper(device, url) {
  const record = await device.get("papers", url);
  if (!record) return;
  await device.remove("papers", url);
  await dropPieces(device, record);
}

// ---- answering

const lately = new Map();

async function piece(device, etag, number) {
  const url = `${device.session}${pieceUrl(etag, number)}`;
  if (!lately.has(url)) {
    const kept = await (await caches.open(PIECES)).match(pieceUrl(etag, number));
    if (!kept) throw new TypeError("a piece is gone");
    lately.set(url, new Uint8Array(await decrypt(device.key, about(etag, number), await kept.arrayBuffer())));
    if (lately.size > REMEMBERED) lately.delete(lately.keys().next().value);
  }
  return lately.get(url);
}

/** Nothing of what was decrypted stays in memory. */
export const forgetPieces = () => lately.clear();

/** [first, last] of the bytes asked for; null where the question is no single range or there is no such part. */
function span(header, size) {
  const asked = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  if (!asked || (!asked[1] && !asked[2])) return null;
  const [first, last] = asked[1]
    ? [Number(asked[1]), asked[2] ? Math.min(Number(asked[2]), size - 1) : size - 1]
    : [Math.max(0, size - Number(asked[2])), size - 1];
  return first <= last ? [first, last] : null;
}

/** The answer to a request for a paper that is on the device as a whole; null when it is not. */
export async function savedPaper(device, request) {
  const url = new URL(request.url);
  const record = await device.get("papers", url.pathname + url.search);
  if (!record?.done) return null;
  const { etag, size } = record;
  const asked = request.headers.get("Range");
  const part = span(asked, size);
  if (asked && !part) return new Response(null, { status: 416, headers: { "Content-Range": `bytes */${size}` } });
  const [first, last] = part ?? [0, size - 1];
  const headers = new Headers(Object.entries(record.headers).filter(([, value]) => value));
  headers.set("Accept-Ranges", "bytes");
  headers.set("Content-Length", String(last - first + 1));
  if (part) headers.set("Content-Range", `bytes ${first}-${last}/${size}`);
  let at = first;
  const body = new ReadableStream({
    async pull(stream) {
      if (at > last) return stream.close();
      const number = Math.floor(at / PIECE);
      const bytes = await piece(device, etag, number);
      const start = at - number * PIECE;
      const end = Math.min(bytes.length, last - number * PIECE + 1);
      at = number * PIECE + end;
      return stream.enqueue(bytes.slice(start, end));
    },
  });
  return new Response(body, { status: part ? 206 : 200, headers });
}
