// The bar of tools: which tool, which colour and width, who sees what I make, undo and redo. Tools by the keys 1 to 8.
import { STAMPS } from "./annotation-shapes.js";
import { word } from "./annotation-words.js";
import { announce } from "./feedback.js";

const KEPT = "ecabinet.pens";
const TOOLS = ["select", "pen", "highlight", "underline", "note", "text", "stamp", "eraser"];
/** The three widths of a tool, in points: of ink, or of letters. */
const WIDTHS = { pen: [1, 2, 4], text: [10, 13, 18] };
const FIRST = {
  colors: { pen: "#1d4ed8", highlight: "#ffd43b", underline: "#c92a2a", note: "#ffd43b", text: "#1d4ed8" },
  widths: { pen: 1, text: 1 },
};

export class Bar {
  /** `root`: .annotations; `audience`: the chooser of the bar. */
  constructor(root, desk, audience) {
    Object.assign(this, { root, desk, chooser: audience, tool: "select", stamp: "agree", kept: recall() });
    this.bar = root.querySelector(".annotation-bar");
    this.toggle = root.querySelector("[data-annotation-toggle]");
    this.toggle.addEventListener("click", () => this.open(this.bar.hidden));
    this.bar.addEventListener("click", (event) => this.onClick(event));
    this.bar.addEventListener("keydown", (event) => this.onArrows(event));
    root.addEventListener("change", (event) => this.onChoice(event));
    root.addEventListener("click", ({ target, detail }) => {
      // Chosen by a finger: the page is free for the stamp. By the keyboard one goes on choosing.
      if (detail && target.closest(".annotation-stamps label")) this.panel(null);
    });
    document.addEventListener("keydown", (event) => this.onKey(event));
    document.addEventListener("pointerdown", (event) => {
      if (!event.target.closest?.(".annotation-panel, .annotation-bar")) this.panel(null);
    }, true);
    document.addEventListener("ecabinet:pen", () => this.showFinger());
    audience.addEventListener("change", () => this.show());
    desk.history.addEventListener("changed", () => this.show());
    this.showFinger();
    this.open(this.kept.open === true);
  }

  // -- what the desk asks --

  style(tool) {
    const color = tool === "stamp" ? STAMPS[this.stamp] : (this.kept.colors[tool] ?? FIRST.colors.pen);
    const wide = WIDTHS[tool]?.[this.kept.widths[tool] ?? 1];
    if (tool === "highlight") return { color, opacity: 0.5 };
    if (tool === "text") return { color, size: wide };
    return tool === "pen" ? { color, width: wide } : { color };
  }

  audience() {
    return this.chooser.value;
  }

  // -- what is pressed --

  open(shown) {
    this.bar.hidden = !shown;
    this.toggle.setAttribute("aria-expanded", String(shown));
    this.toggle.hidden = shown;
    this.root.closest("[data-reader]").toggleAttribute("data-annotating", shown);
    this.keep({ open: shown });
    if (!shown) this.choose("select");
    else this.show();
  }

  onClick(event) {
    const button = event.target.closest("button");
    if (!button) return;
    const { tool, panel, act } = button.dataset;
    if (tool) {
      this.choose(tool);
      if (panel) this.panel(panel, button);
    } else if (panel) this.panel(this.shownPanel === panel ? null : panel, button);
    else if (act === "undo") this.desk.history.undo();
    else if (act === "redo") this.desk.history.redo();
    else if (act === "close") {
      this.open(false);
      this.toggle.focus();
    }
  }

  choose(tool) {
    this.tool = tool;
    this.panel(null);
    this.root.closest("[data-reader]").dataset.annotationTool = tool;
    if (tool !== "select") this.desk.choose(null);
    this.show();
  }

  onChoice({ target }) {
    if (target.closest("[data-annotation-card]")) return;
    const { colors, widths } = this.kept;
    const { name, value } = target;
    if (name === "annotation-color") this.keep({ colors: { ...colors, [this.tool]: value } });
    else if (name.startsWith("annotation-width")) this.keep({ widths: { ...widths, [this.tool]: Number(value) } });
    else if (name === "annotation-stamp") this.stamp = value;
    else if (target.matches("[data-finger]")) this.desk.pointers.fingerDraws = target.checked;
    else return;
    this.show();
  }

  onArrows(event) {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    // Not to the reader, which turns pages by the arrows.
    event.preventDefault();
    event.stopPropagation();
    const buttons = [...this.bar.querySelectorAll("button:not(:disabled)")];
    const at = buttons.indexOf(document.activeElement);
    buttons[(at + step + buttons.length) % buttons.length].focus();
  }

  onKey(event) {
    if (event.key === "Escape" && this.shownPanel) return this.leavePanel();
    if (event.target.closest?.("input:not([type=radio], [type=checkbox]), textarea, select, dialog")) return undefined;
    const key = event.key.toLowerCase();
    if (event.ctrlKey || event.metaKey) {
      if (key === "z" && !event.shiftKey) this.desk.history.undo();
      else if (key === "y" || key === "z") this.desk.history.redo();
      else return undefined;
      event.preventDefault();
    } else if (event.key === "Escape") this.escape();
    else if (TOOLS[Number(key) - 1] && !event.altKey) {
      if (this.bar.hidden) this.open(true);
      this.choose(TOOLS[Number(key) - 1]);
      announce(word(this.tool));
    } else if (event.key === "Enter" && event.target.id === "reader-container") {
      this.desk.dispatchEvent(new Event("middle"));
    }
    return undefined;
  }

  leavePanel() {
    const opener = this.bar.querySelector(`[data-panel='${this.shownPanel}']`);
    this.panel(null);
    opener.focus();
  }

  escape() {
    if (this.desk.chosen) this.desk.choose(null);
    else if (this.tool !== "select") this.choose("select");
  }

  panel(name, opener = null) {
    if (name) this.desk.choose(null);
    for (const panel of this.root.querySelectorAll(".annotation-panel")) panel.hidden = panel.dataset.name !== name;
    for (const button of this.bar.querySelectorAll("[data-panel]:not([data-tool])")) {
      button.setAttribute("aria-expanded", String(button.dataset.panel === name));
    }
    this.shownPanel = name;
    if (name && opener?.matches(":focus-visible")) this.root.querySelector(`[data-name='${name}'] input:checked`)?.focus();
  }

  // -- what is shown --

  show() {
    const { history } = this.desk;
    const { color } = this.style(this.tool);
    const { visibility } = this.audience();
    const each = (selector, act) => this.root.querySelectorAll(selector).forEach(act);
    each("[data-tool]", (button) => button.setAttribute("aria-pressed", String(button.dataset.tool === this.tool)));
    each("[data-act='undo']", (button) => { button.disabled = !history.done.length; });
    each("[data-act='redo']", (button) => { button.disabled = !history.undone.length; });
    each("[data-panel='colors']", (button) => { button.disabled = !(this.tool in FIRST.colors); });
    each("[data-color-now]", (dot) => dot.setAttribute("fill", color));
    each("[data-for]", (set) => { set.hidden = !set.dataset.for.split(" ").includes(this.tool); });
    each("[name='annotation-color']", (input) => { input.checked = input.value === color; });
    each("[name^='annotation-width']", (input) => {
      const tool = input.name.split("-").at(-1);
      input.checked = Number(input.value) === (this.kept.widths[tool] ?? 1);
    });
    each("[data-sees]", (sign) => { sign.hidden = sign.dataset.sees !== visibility; });
  }

  /** After a pen was seen a finger moves the paper; who has put the pen away may draw with the finger again. */
  showFinger() {
    this.root.querySelector("[data-finger-choice]").hidden = !this.desk.pointers.penSeen;
  }

  keep(fields) {
    Object.assign(this.kept, fields);
    try {
      localStorage.setItem(KEPT, JSON.stringify(this.kept));
    } catch {
      // Storage may be forbidden: the choice holds for this page.
    }
  }
}

function recall() {
  try {
    const { open, colors, widths } = JSON.parse(localStorage.getItem(KEPT)) ?? {};
    return { open, colors: { ...FIRST.colors, ...colors }, widths: { ...FIRST.widths, ...widths } };
  } catch {
    return structuredClone(FIRST);
  }
}
