// Annotations are kept in PDF user space (points, origin bottom left, page counted from 0). Pure arithmetic on it.

/** Numbers that a point of ink takes in its flat array: x, y, pressure. */
export const INK = 3;
const QUAD = 8;

export const round = (value) => Math.round(value * 100) / 100;

/** The box [x0, y0, x1, y1] around flat arrays whose points take `step` numbers, with a margin of `pad`. */
export function bounds(arrays, step, pad = 0) {
  let [left, bottom, right, top] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const flat of arrays) {
    for (let at = 0; at < flat.length; at += step) {
      left = Math.min(left, flat[at]);
      right = Math.max(right, flat[at]);
      bottom = Math.min(bottom, flat[at + 1]);
      top = Math.max(top, flat[at + 1]);
    }
  }
  return [left - pad, bottom - pad, right + pad, top + pad].map(round);
}

export const quadBounds = (quads) => bounds(quads, 2);

/** One rectangle {left, top, right, bottom} for each line of text, of the many that a range has. */
export function lines(rectangles) {
  const found = [];
  for (const { left, top, right, bottom } of rectangles) {
    const height = bottom - top;
    if (right - left < 1 || height < 2) continue;
    const line = found.find((one) => Math.abs((one.top + one.bottom) / 2 - (top + bottom) / 2) < height / 2);
    if (!line) found.push({ left, top, right, bottom });
    else {
      line.left = Math.min(line.left, left);
      line.right = Math.max(line.right, right);
      line.top = Math.min(line.top, top);
      line.bottom = Math.max(line.bottom, bottom);
    }
  }
  return found;
}

/** The quads of lines: top left, top right, bottom left, bottom right as seen; `toPdf(x, y)` gives user space. */
export function quads(found, toPdf) {
  return found.map(({ left, top, right, bottom }) =>
    [[left, top], [right, top], [left, bottom], [right, bottom]].flatMap(([x, y]) => toPdf(x, y).map(round)));
}

const inside = ([x0, y0, x1, y1], [x, y], slack) =>
  x >= x0 - slack && x <= x1 + slack && y >= y0 - slack && y <= y1 + slack;

function distance([x, y], ax, ay, bx, by) {
  const [dx, dy] = [bx - ax, by - ay];
  const share = dx || dy ? Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy))) : 0;
  return Math.hypot(x - ax - share * dx, y - ay - share * dy);
}

function strokeHit(flat, point, reach) {
  for (let at = 0; at < flat.length; at += INK) {
    const next = at + INK < flat.length ? at + INK : at;
    if (distance(point, flat[at], flat[at + 1], flat[next], flat[next + 1]) <= reach) return true;
  }
  return false;
}

/** Whether `point` of the page is on the annotation, or no further from it than `slack` points. */
export function hits(record, point, slack) {
  if (!inside(record.rect, point, slack)) return false;
  if (record.kind === "ink") {
    const reach = (record.style.width ?? 1) / 2 + slack;
    return record.paths.some((flat) => strokeHit(flat, point, reach));
  }
  if (record.quads?.length) return record.quads.some((quad) => inside(quadBounds([quad]), point, slack));
  return true;
}

/** What moving a record changes of it, kept inside the page box [x0, y0, x1, y1]. */
export function moved(record, dx, dy, page) {
  const [x0, y0, x1, y1] = record.rect;
  const within = (by, low, high, least, most) => Math.max(least - low, Math.min(most - high, by));
  const [x, y] = [within(dx, x0, x1, page[0], page[2]), within(dy, y0, y1, page[1], page[3])];
  const shift = (flat, step) =>
    flat.map((value, at) => round(at % step === 0 ? value + x : at % step === 1 ? value + y : value));
  return {
    rect: shift(record.rect, 2),
    ...(record.paths?.length ? { paths: record.paths.map((flat) => shift(flat, INK)) } : {}),
    ...(record.quads?.length ? { quads: record.quads.map((quad) => shift(quad, 2).slice(0, QUAD)) } : {}),
  };
}

// What is written stands upright as its page is shown: the directions of "right" and "down" in user space by /Rotate.
const AXES = { 0: [[1, 0], [0, -1]], 90: [[0, 1], [1, 0]], 180: [[-1, 0], [0, 1]], 270: [[0, -1], [-1, 0]] };

/** How to write upright in a rectangle: {matrix, width, height} with the origin at its top left as seen. */
export function upright([x0, y0, x1, y1], rotate) {
  const [right, down] = AXES[rotate] ?? AXES[0];
  const corner = [right[0] + down[0] > 0 ? x0 : x1, right[1] + down[1] > 0 ? y0 : y1];
  const [wide, high] = [x1 - x0, y1 - y0];
  const turned = rotate % 180 !== 0;
  return { matrix: [...right, ...down, ...corner], width: turned ? high : wide, height: turned ? wide : high };
}

/** The rectangle of something as wide and high as it is seen, whose top left is at `point`, kept inside the page. */
export function place(point, width, height, rotate, page) {
  const [right, down] = AXES[rotate] ?? AXES[0];
  const far = [0, 1].map((axis) => point[axis] + width * right[axis] + height * down[axis]);
  const rect = bounds([point, far], 2);
  return moved({ rect }, 0, 0, page).rect;
}

/** The corners [[x, y], …] of a line that matter: without those no further than `most` from the line without them. */
export function simplified(corners, most) {
  const kept = new Uint8Array(corners.length);
  const spans = [[0, corners.length - 1]];
  while (spans.length) {
    const [from, to] = spans.pop();
    kept[from] = kept[to] = 1;
    let [far, at] = [most, 0];
    for (let one = from + 1; one < to; one += 1) {
      const away = distance(corners[one], ...corners[from], ...corners[to]);
      if (away > far) [far, at] = [away, one];
    }
    if (at) spans.push([from, at], [at, to]);
  }
  return corners.filter((_, at) => kept[at]);
}
