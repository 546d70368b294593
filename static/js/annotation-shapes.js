// Records as SVG, in the coordinates of the page (user space; the layer turns and scales it as a whole).
import { upright } from "./annotation-geometry.js";
import { inkPath } from "./annotation-ink.js";
import { boxOf, LEADING, MARGIN, measure, wrap } from "./annotation-text.js";
import { word } from "./annotation-words.js";

const SVG = "http://www.w3.org/2000/svg";
export const STAMPS = { agree: "#13704a", disagree: "#b3202e", opinion: "#8a5200" };
export const NOTE_SIZE = 22;
const [STAMP_SIZE, NAME_SIZE] = [15, 8];
const THIN = 1 / 14;

export function element(name, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const key of Object.keys(attributes)) made.setAttribute(key, attributes[key]);
  made.append(...children);
  return made;
}

/** Marked through like with a marker: these lie in the sheet that is multiplied onto the page. */
export const isMarker = ({ kind, style }) => kind === "highlight" || (kind === "ink" && (style.opacity ?? 1) < 1);

export const quadPath = (quads) =>
  quads.map(([ax, ay, bx, by, cx, cy, dx, dy]) => `M${ax} ${ay}L${bx} ${by}L${dx} ${dy}L${cx} ${cy}Z`).join("");

/** One line beneath each quad, in proportion to the height of the words. */
function underlines({ quads, style }) {
  return quads.map(([ax, ay, , , cx, cy, dx, dy]) => {
    const high = Math.hypot(ax - cx, ay - cy) || 1;
    const wide = Math.max(high * THIN, 0.5);
    const [x, y] = [((ax - cx) / high) * wide, ((ay - cy) / high) * wide];
    return element("path", { d: `M${cx + x} ${cy + y}L${dx + x} ${dy + y}`, stroke: style.color, "stroke-width": wide });
  });
}

function written(record, rotate, draw) {
  const { matrix, width, height } = upright(record.rect, rotate);
  return element("g", { transform: `matrix(${matrix.join(" ")})` }, ...draw(width, height));
}

/** A leaf with three lines of writing, and how many replies it has. */
const note = (record, replies) => (width, height) => [
  element("rect", { x: 0.5, y: 0.5, width: width - 1, height: height - 1, rx: 2.5, fill: record.style.color,
    stroke: "#403819" }),
  element("path", { stroke: "#403819", "stroke-linecap": "round",
    d: [[0.28, 0.75], [0.5, 0.75], [0.72, 0.55]].map(([y, x]) => `M${0.25 * width} ${y * height}H${x * width}`).join("") }),
  ...(replies ? [
    element("circle", { cx: width, cy: 1, r: 6.5, fill: "#0f5aa6", stroke: "#fff" }),
    element("text", { x: width, y: 4, "text-anchor": "middle", "font-size": 9, "font-weight": 700, fill: "#fff" },
      String(replies)),
  ] : []),
];

const text = (record) => (width) => {
  const { size = 12, color } = record.style;
  return [element("text", { "font-size": size, fill: color },
    ...wrap(record.text, size, width).map((line, at) =>
      element("tspan", { x: MARGIN, y: MARGIN + size + at * LEADING * size }, line || " ")))];
};

/** {width, height} of a stamp with its name beneath the word. */
export function stampBox(stamp, name) {
  const width = Math.max(measure(word(stamp), STAMP_SIZE, 700), measure(name, NAME_SIZE));
  return { width: Math.max(width + 20, 84), height: 38 };
}

const stamped = (record) => (width, height) => {
  const color = STAMPS[record.stamp];
  return [
    element("rect", { x: 1, y: 1, width: width - 2, height: height - 2, rx: 5, fill: "#fff", "fill-opacity": 0.8,
      stroke: color, "stroke-width": 2 }),
    element("text", { x: width / 2, y: height * 0.5, "text-anchor": "middle", "font-size": STAMP_SIZE,
      "font-weight": 700, fill: color }, word(record.stamp)),
    element("text", { x: width / 2, y: height * 0.82, "text-anchor": "middle", "font-size": NAME_SIZE, fill: color },
      record.author_name ?? ""),
  ];
};

/** The size of a free text's box for its words: {width, height}; `room` is what is left of the page. */
export const textBox = (words, size, room) => boxOf(words, size, room);

/** The drawing of a record; `rotate`: its page's own /Rotate; `replies`: how many are in a note's thread. */
export function shape(record, rotate, replies = 0) {
  const { kind, style } = record;
  const opacity = style.opacity ?? 1;
  const plain = { "data-id": record.id };
  if (kind === "ink") return element("path", { ...plain, d: inkPath(record), fill: style.color, "fill-opacity": opacity });
  if (kind === "highlight") {
    return element("path", { ...plain, d: quadPath(record.quads), fill: style.color, "fill-opacity": opacity });
  }
  if (kind === "underline") return element("g", plain, ...underlines(record));
  const draw = { note: note(record, replies), text: text(record), stamp: stamped(record) }[kind];
  const drawn = written(record, rotate, draw);
  drawn.setAttribute("data-id", record.id);
  return drawn;
}
