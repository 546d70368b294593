// The seat map as the secretary draws it: [data-seat-editor data-url] holds buttons of people ([data-participant]) and of
// seats ([data-seat="row-number"], with data-participant when somebody sits there). A person is dragged to a seat, or
// pressed and then the seat is pressed: the same with mouse, finger, pen and keyboard. Escape lets go. What the server
// answers is a new page, of which the editor is put in.
import { announce, toast } from "./feedback.js";
import { post, problemText } from "./requests.js";

const FAR = 8;
const root = () => document.querySelector("[data-seat-editor]");

let chosen = null;
let dragged = null;

function letGo() {
  for (const one of document.querySelectorAll("[data-seat-editor] [data-chosen]")) one.removeAttribute("data-chosen");
  chosen = null;
}

function choose(button) {
  letGo();
  chosen = button.dataset.participant;
  button.setAttribute("data-chosen", "");
}

const nameOf = (button) => button.querySelector("b")?.textContent ?? button.title ?? "";

async function put(participant, seat) {
  const editor = root();
  letGo();
  try {
    const answer = await post(editor.dataset.url, new URLSearchParams({ participant, seat }));
    if (!answer.ok) {
      const words = problemText(answer.status, await answer.text(), answer.headers.get("Content-Type") ?? "");
      toast(words, "error");
    }
    await refresh(seat);
  } catch {
    toast(document.body.dataset.networkWords ?? problemText(503), "error");
  }
}

/** The editor as the server has it now; the focus stays where it was. */
async function refresh(seat) {
  const answer = await fetch(location.href, { credentials: "same-origin" });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-seat-editor]");
  if (!fresh) return;
  const scrolled = root().querySelector(".seat-map")?.scrollLeft ?? 0;
  root().replaceWith(document.adoptNode(fresh));
  const map = root().querySelector(".seat-map");
  if (map) map.scrollLeft = scrolled;
  const there = seat ? root().querySelector(`[data-seat="${CSS.escape(seat)}"]`) : null;
  there?.focus({ preventScroll: true });
  if (there) announce(there.textContent.trim());
}

function press(button) {
  const { seat, participant } = button.dataset;
  if (chosen && seat && participant !== chosen) put(chosen, seat);
  else if (participant && participant !== chosen) choose(button);
  else letGo();
}

class Drag {
  constructor(button, event) {
    Object.assign(this, { button, x: event.clientX, y: event.clientY, pointer: event.pointerId, ghost: null });
  }

  move(event) {
    if (event.pointerId !== this.pointer) return;
    if (!this.ghost && Math.hypot(event.clientX - this.x, event.clientY - this.y) < FAR) return;
    if (!this.ghost) {
      letGo();
      this.ghost = document.createElement("div");
      this.ghost.className = "seat-ghost";
      this.ghost.textContent = nameOf(this.button);
      document.body.append(this.ghost);
    }
    event.preventDefault();
    this.ghost.style.transform = `translate(${event.clientX + 12}px, ${event.clientY + 12}px)`;
    this.mark(this.target(event));
  }

  target(event) {
    const under = document.elementFromPoint(event.clientX, event.clientY);
    return under?.closest("[data-seat], [data-unseated]") ?? null;
  }

  mark(target) {
    for (const one of document.querySelectorAll(".seat[data-target]")) one.removeAttribute("data-target");
    target?.closest(".seat")?.setAttribute("data-target", "");
  }

  end(event) {
    this.mark(null);
    this.ghost?.remove();
    if (!this.ghost || event.type === "pointercancel") return;
    const target = this.target(event);
    if (!target) return;
    const seat = target.dataset.seat ?? "";
    if (seat !== (this.button.dataset.seat ?? "")) put(this.button.dataset.participant, seat);
  }
}

document.addEventListener("pointerdown", (event) => {
  const button = event.target.closest?.("[data-seat-editor] [data-participant]");
  if (button && event.button === 0) dragged = new Drag(button, event);
});
document.addEventListener("pointermove", (event) => dragged?.move(event), { passive: false });
for (const kind of ["pointerup", "pointercancel"]) {
  document.addEventListener(kind, (event) => {
    const last = dragged;
    dragged = null;
    last?.end(event);
    // The click that follows a drag is none.
    if (last?.ghost) document.addEventListener("click", (click) => click.stopPropagation(), { capture: true, once: true });
  });
}
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-seat-editor] :is([data-seat], [data-participant])");
  if (button) press(button);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") letGo();
});
