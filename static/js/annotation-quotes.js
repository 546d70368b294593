// Words of the page as annotations mark them: from a place to a place, or what is selected.
import { lines, quads } from "./annotation-geometry.js";

const LONGEST_QUOTE = 2000;

/** The place in the words under a client position: [node, offset], or null where there are none. */
export function caret(sheet, x, y) {
  sheet.classList.add("is-through");
  try {
    if (!document.elementFromPoint(x, y)?.closest(".textLayer span")) return null;
    // Safari of older tablets knows the second only.
    const found = document.caretPositionFromPoint?.(x, y) ?? document.caretRangeFromPoint?.(x, y);
    const [node, offset] = [found?.offsetNode ?? found?.startContainer, found?.offset ?? found?.startOffset];
    return node?.nodeType === Node.TEXT_NODE ? [node, offset] : null;
  } finally {
    sheet.classList.remove("is-through");
  }
}

/** The range between two such places, whichever comes first; null when nothing lies between. */
export function between(from, to) {
  const range = document.createRange();
  range.setStart(...from);
  range.setEnd(...to);
  if (range.collapsed) {
    range.setStart(...to);
    range.setEnd(...from);
  }
  return range.collapsed ? null : range;
}

/** The words of a range; lines end in a <br>, which has no words of its own. */
function wordsOf(range) {
  const words = range.cloneContents();
  for (const end of words.querySelectorAll("br")) end.replaceWith(" ");
  return words.textContent.replace(/\s+/g, " ").trim();
}

/** A range of one text layer; `quads` and `quote` of what it marks on that page, or null. */
export function marked(layer, page, range) {
  const found = quads(lines(range.getClientRects()), (x, y) => layer.toPdf(page, x, y));
  const quote = wordsOf(range).slice(0, LONGEST_QUOTE);
  return found.length && quote ? { page, quads: found, quote } : null;
}

/** What is selected in the words of the paper, one part {page, quads, quote} for each page. */
export function selected(layer, container) {
  const selection = document.getSelection();
  if (!selection?.rangeCount || selection.isCollapsed) return [];
  const whole = selection.getRangeAt(0);
  if (!container.contains(whole.commonAncestorContainer)) return [];
  const parts = [];
  for (const text of container.querySelectorAll(".page .textLayer")) {
    if (!whole.intersectsNode(text)) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const { startContainer, startOffset, endContainer, endOffset } = whole;
    if (range.compareBoundaryPoints(Range.START_TO_START, whole) < 0) range.setStart(startContainer, startOffset);
    if (range.compareBoundaryPoints(Range.END_TO_END, whole) > 0) range.setEnd(endContainer, endOffset);
    const part = marked(layer, Number(text.closest(".page").dataset.pageNumber) - 1, range);
    if (part) parts.push(part);
  }
  return parts;
}
