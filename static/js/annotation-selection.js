// Words selected as one selects words anywhere: a small bar beside them marks them, underlines them, or takes a note.
import { selected } from "./annotation-quotes.js";
import { around } from "./annotation-tools.js";
import { NOTE_SIZE } from "./annotation-shapes.js";

const PAUSE = 250;
const GAP = 10;

export function wireSelection(root, desk, container) {
  const bar = root.querySelector("[data-annotation-selection]");
  let timer = null;
  let pressed = false;

  function show() {
    const parts = desk.draws() || pressed ? [] : selected(desk.layer, container);
    bar.hidden = !parts.length;
    if (!parts.length) return;
    const range = document.getSelection().getRangeAt(0);
    const last = [...range.getClientRects()].at(-1) ?? range.getBoundingClientRect();
    const stage = container.getBoundingClientRect();
    const { width, height } = bar.getBoundingClientRect();
    const below = last.bottom + GAP + height < stage.bottom ? last.bottom + GAP : last.top - GAP - height;
    const left = Math.min(last.right - width / 2, stage.right - width - GAP);
    bar.style.left = `${Math.round(Math.max(stage.left + GAP, left))}px`;
    bar.style.top = `${Math.round(Math.max(stage.top + GAP, below))}px`;
  }

  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(show, PAUSE);
  };
  document.addEventListener("selectionchange", soon);
  container.addEventListener("pointerdown", () => {
    pressed = true;
    bar.hidden = true;
  });
  for (const name of ["pointerup", "pointercancel"]) {
    window.addEventListener(name, () => {
      pressed = false;
      soon();
    });
  }
  container.addEventListener("scroll", () => bar.hidden || soon(), { passive: true });
  // Pressing the bar is not to take the selection away.
  bar.addEventListener("pointerdown", (event) => event.preventDefault());
  bar.addEventListener("click", (event) => {
    const kind = event.target.closest("button")?.dataset.mark;
    const parts = kind ? selected(desk.layer, container) : [];
    if (!parts.length) return;
    if (kind === "note") noteAt(desk, parts.at(-1));
    else desk.mark(kind, parts);
    document.getSelection().removeAllRanges();
    bar.hidden = true;
  });
}

/** A note at the end of the words, which it quotes. */
function noteAt(desk, { page, quads, quote }) {
  const [, , x, y] = quads.at(-1);
  const rect = around(desk, { page, x, y }, NOTE_SIZE, NOTE_SIZE);
  desk.open({ kind: "note", page, quote, style: desk.bar.style("note"), rect });
}
