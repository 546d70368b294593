// Ballots that the server has not acknowledged yet, kept on the device. One record a member and poll:
// {member, poll, options, token, action, at}. Where storage is forbidden they live as long as the page.
const PREFIX = "ecabinet.ballot.";
const WEEK = 7 * 24 * 3600 * 1000;
const memory = new Map();

const keyOf = (member, poll) => `${PREFIX}${member}.${poll}`;

export function keep(record) {
  const key = keyOf(record.member, record.poll);
  memory.set(key, record);
  try {
    localStorage.setItem(key, JSON.stringify(record));
  } catch {
    // Full or forbidden: the copy in memory is all there is.
  }
}

export function forget(record) {
  const key = keyOf(record.member, record.poll);
  memory.delete(key);
  try {
    localStorage.removeItem(key);
  } catch {
    // Nothing was stored.
  }
}

/** This member's waiting ballots. Records of anybody that are older than a week are thrown away. */
export function waiting(member) {
  const found = new Map([...memory].filter(([key]) => key.startsWith(`${PREFIX}${member}.`)));
  try {
    for (const key of Object.keys(localStorage).filter((name) => name.startsWith(PREFIX))) {
      const record = JSON.parse(localStorage.getItem(key));
      if (Date.now() - record.at > WEEK) localStorage.removeItem(key);
      else if (String(record.member) === String(member)) found.set(key, record);
    }
  } catch {
    // Forbidden or not ours: what is in memory counts.
  }
  return [...found.values()];
}

/** A random token; crypto.randomUUID is missing on plain http in the local network. */
export function makeToken() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
