// The outline of a stroke of ink; made once for each list of paths, as a page with thousands is drawn again and again.
import { getStroke } from "../vendor/perfect-freehand/index.mjs";
import { INK, round, simplified } from "./annotation-geometry.js";

const outlines = new WeakMap();
/** Corners of an outline that are nearer to it than this, in widths of the pen, are not seen and cost time. */
const UNSEEN = 0.04;
/** Half as wide without pressure, half wider again with all of it: width × (0.5 + pressure). */
const MANNER = { thinning: 0.5, smoothing: 0.5, streamline: 0.35, simulatePressure: false };

/** The path data of one stroke (flat x, y, pressure …), `width` points wide at a pressure of one half. */
export function outline(flat, width) {
  const points = [];
  for (let at = 0; at < flat.length; at += INK) points.push([flat[at], flat[at + 1], flat[at + 2]]);
  const around = simplified(getStroke(points, { ...MANNER, size: width }), UNSEEN * width);
  if (!around.length) return "";
  return `M${around.map(([x, y]) => `${round(x)} ${round(y)}`).join("L")}Z`;
}

/** The path data of all strokes of an ink record. */
export function inkPath({ paths, style }) {
  const kept = outlines.get(paths);
  if (kept?.width === style.width) return kept.data;
  const data = paths.map((flat) => outline(flat, style.width)).join("");
  outlines.set(paths, { width: style.width, data });
  return data;
}
