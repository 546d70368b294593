// Choosing an annotation on its page, moving one's own by its frame or by the arrow keys, and deleting it.
import { hits, moved } from "./annotation-geometry.js";

const REACH = 8;
const [STEP, STRIDE] = [2, 12];
const PAUSE = 500;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

const area = ({ rect: [x0, y0, x1, y1] }) => (x1 - x0) * (y1 - y0);

export function wireChoosing(desk, container) {
  wireTaps(desk, container);
  wireFrame(desk, container);
  wireKeys(desk);
}

function wireTaps(desk, container) {
  container.addEventListener("click", (event) => {
    const page = event.target.closest?.(".page");
    if (!page || desk.draws() || event.target.closest("a, button, .annotation-frame")) return;
    if (!document.getSelection().isCollapsed) return;
    const number = Number(page.dataset.pageNumber) - 1;
    const point = desk.layer.toPdf(number, event.clientX, event.clientY);
    const slack = desk.layer.points(number, REACH);
    const under = desk.store.onPage(number).filter((one) => hits(one, point, slack));
    // Of several the smallest: a larger one can be reached beside it.
    const found = under.sort((one, other) => area(one) - area(other))[0];
    if (found || desk.chosen) desk.choose(found?.id ?? null);
  });
}

function wireFrame(desk, container) {
  let held = null;
  container.addEventListener("pointerdown", (event) => {
    const frame = event.target.closest?.(".annotation-frame[data-own]");
    if (!frame || !desk.chosen) return;
    event.preventDefault();
    const record = desk.chosen;
    frame.setPointerCapture(event.pointerId);
    const start = desk.layer.toPdf(record.page, event.clientX, event.clientY);
    held = { id: event.pointerId, record, start, by: [0, 0] };
  });
  container.addEventListener("pointermove", (event) => {
    if (held?.id !== event.pointerId) return;
    const { record, start } = held;
    const [x, y] = desk.layer.toPdf(record.page, event.clientX, event.clientY);
    held.by = [x - start[0], y - start[1]];
    const moving = `[data-id="${CSS.escape(record.id)}"], .annotation-frame`;
    for (const node of desk.layer.view(record.page).div.querySelectorAll(moving)) {
      node.dataset.still ??= node.getAttribute("transform") ?? "";
      node.setAttribute("transform", `translate(${held.by.join(" ")}) ${node.dataset.still}`);
    }
  });
  for (const name of ["pointerup", "pointercancel"]) {
    container.addEventListener(name, (event) => {
      if (held?.id !== event.pointerId) return;
      const { record, by } = held;
      held = null;
      const far = name === "pointerup" && Math.hypot(...by) > desk.layer.points(record.page, 3);
      if (far) desk.store.change(record.id, moved(record, ...by, desk.layer.box(record.page)));
      else desk.store.tell([record]);
      desk.choose(record.id);
    });
  }
}

function wireKeys(desk) {
  let by = [0, 0];
  let timer = null;

  function settle() {
    clearTimeout(timer);
    timer = null;
    const record = desk.chosen;
    if (record && Math.hypot(...by)) desk.store.change(record.id, moved(record, ...by, desk.layer.box(record.page)));
    by = [0, 0];
  }

  // Before the reader, whose arrows turn the pages.
  document.addEventListener("keydown", (event) => {
    const record = desk.chosen;
    if (!record || !desk.store.isMine(record) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.("input, textarea, select, [role='toolbar'], [role='tablist'], dialog")) return;
    const arrow = ARROWS[event.key];
    if (arrow && event.target.closest?.("button, a") === null) {
      const step = event.shiftKey ? STRIDE : STEP;
      by = by.map((value, axis) => value + arrow[axis] * step);
      clearTimeout(timer);
      timer = setTimeout(settle, PAUSE);
      nudge(desk, record, by);
    } else if (event.key === "Delete" || event.key === "Backspace") desk.remove(record.id);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
  desk.addEventListener("chosen", () => {
    by = [0, 0];
    clearTimeout(timer);
  });
}

/** Several presses of a key are one change; meanwhile the frame shows where it goes. */
function nudge(desk, record, by) {
  const page = desk.layer.view(record.page).div;
  const frame = page.querySelector(".annotation-frame");
  frame?.setAttribute("transform", `translate(${by.join(" ")})`);
}
