// Where and how a paper was read last, per version, and whether its pages are dark: on this device.
const NIGHT = "ecabinet.night";
const SCALES = ["auto", "page-width", "page-fit"];

function read(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Storage may be forbidden or full: the paper opens as a new one next time.
  }
}

/** The dark pages chosen on this device. */
export const night = {
  get on() {
    return read(NIGHT) === "1";
  },
  set on(dark) {
    write(NIGHT, dark ? "1" : "0");
  },
};

export class Memory {
  constructor(version) {
    this.key = `ecabinet.read.${version}`;
  }

  /** Keep a location of pdf.js' event `updateviewarea`. */
  remember({ pageNumber, scale, top, left, rotation }, spread) {
    write(this.key, JSON.stringify([pageNumber, scale, Math.round(left), Math.round(top), rotation, spread]));
  }

  /** {page, place, scale, rotation, spread}: page null where nothing is known, place a destination of pdf.js. */
  recall() {
    let kept = [];
    try {
      kept = JSON.parse(read(this.key)) ?? [];
    } catch {
      // Not ours: as if there were nothing.
    }
    const [page, scale, left, top, rotation, spread] = Array.isArray(kept) ? kept : [];
    const known = Number.isInteger(page) && Number.isFinite(left) && Number.isFinite(top);
    return {
      page: known ? page : null,
      place: known ? [null, { name: "XYZ" }, left, top, null] : null,
      // Scales by hand are kept in per cent.
      scale: SCALES.includes(scale) ? scale : scale >= 10 && scale <= 1000 ? scale / 100 : null,
      rotation: [90, 180, 270].includes(rotation) ? rotation : 0,
      spread: spread === 1 ? 1 : 0,
    };
  }
}
