// Pages taken along, encrypted in store "pages": {url, at, body, headers}. A part of a page that htmx fetches has
// another key than the page of the same address.
const KEPT_HEADERS = ["Content-Type", "Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy",
  "Cross-Origin-Opener-Policy", "Permissions-Policy"];

const keyOf = (address, isPart) => (isPart ? `${address} part` : address);

/** Whether an answer of the server is a page of the person whose device this is. */
export function isTheirs(device, answer) {
  return answer.headers.get("Ecabinet-Device") === `${device.member}.${device.session}`;
}

/** Keeps an answer of the server, if it is theirs. */
export async function keepAnswer(device, address, answer, isPart = false) {
  if (!answer.ok || answer.redirected || !isTheirs(device, answer)) return false;
  const headers = KEPT_HEADERS.map((name) => [name, answer.headers.get(name)]).filter(([, value]) => value);
  const page = { url: address, at: Date.now(), body: await answer.text(), headers };
  await device.put("pages", keyOf(address, isPart), page);
  return true;
}

/** Fetches a page and keeps it; resolves to the server's answer. */
export async function keepPage(device, address, { isPart = false, signal } = {}) {
  const headers = isPart ? { "HX-Request": "true" } : {};
  const answer = await fetch(address, { headers, cache: "no-store", credentials: "same-origin", signal });
  await keepAnswer(device, address, answer.clone(), isPart);
  return answer;
}

/** Whether a page of this address is kept. */
export async function isKept(device, address) {
  return Boolean(await device.get("pages", address));
}

export async function removePage(device, address) {
  await device.remove("pages", keyOf(address, false));
  await device.remove("pages", keyOf(address, true));
}

/** The kept page as an answer, marked with the moment it is of; null when there is none. */
export async function savedPage(device, address, isPart = false) {
  const page = (await device.get("pages", keyOf(address, isPart))) ?? (await likeIt(device, address, isPart));
  if (!page) return null;
  const mark = `<html data-saved-at="${new Date(page.at).toISOString()}" `;
  return new Response(page.body.replace("<html ", mark), { headers: page.headers });
}

/** A paper opened at a page, a note's page with an anchor: the same page, whatever else its address says. */
async function likeIt(device, address, isPart) {
  if (isPart) return undefined;
  const url = new URL(address, "http://device");
  if (!/^\/papers\/\d+$/.test(url.pathname) || url.searchParams.has("version")) return undefined;
  const kept = new URL(url.pathname, url);
  for (const name of ["meeting", "opinion"]) if (url.searchParams.has(name)) kept.searchParams.set(name, url.searchParams.get(name));
  return device.get("pages", kept.pathname + kept.search);
}
