// Words inside a box of the page: measured and broken into lines as they are drawn, nothing of it as HTML.
const FAMILY = '"Be Vietnam Pro", sans-serif';
/** Line height in relation to the size of the letters, and the margin inside the box in points. */
export const LEADING = 1.25;
export const MARGIN = 2;
const WIDEST = 360;

let context = null;

export function measure(words, size, weight = 400) {
  context ??= document.createElement("canvas").getContext("2d");
  context.font = `${weight} ${size}px ${FAMILY}`;
  return context.measureText(words).width;
}

/** The lines of `text` in a box `width` points wide; a word that is too long for a line is broken. */
export function wrap(text, size, width) {
  const most = Math.max(width - 2 * MARGIN, size);
  const fits = (words) => measure(words, size) <= most + 0.5;
  return text.split("\n").flatMap((paragraph) => {
    const found = [""];
    for (const piece of (paragraph.match(/\S*\s*/g) ?? [])) {
      if (fits((found.at(-1) + piece).trimEnd())) {
        found[found.length - 1] += piece;
        continue;
      }
      if (found.at(-1)) found.push("");
      for (const letter of piece) {
        if (!fits((found.at(-1) + letter).trimEnd())) found.push("");
        found[found.length - 1] += letter;
      }
    }
    return found.map((line) => line.trimEnd());
  });
}

/** {width, height} of the box for `text`, no wider than `room` points. */
export function boxOf(text, size, room = WIDEST) {
  const longest = Math.max(...text.split("\n").map((line) => measure(line, size)));
  const width = Math.max(Math.min(longest + 2 * MARGIN + 1, room, WIDEST), 3 * size);
  return { width, height: wrap(text, size, width).length * LEADING * size + 2 * MARGIN };
}
