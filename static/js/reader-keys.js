// The whole reader by keyboard. Letters work anywhere but where somebody writes.
export function wireKeys(reader) {
  const { viewer, container, root } = reader;
  const wide = () => container.scrollWidth > container.clientWidth;
  const by = (share) => () => container.scrollBy({ top: share * container.clientHeight });
  // The pages scroll without having been focused first.
  const scroll = { ArrowDown: by(0.1), ArrowUp: by(-0.1), PageDown: by(0.9), PageUp: by(-0.9), " ": by(0.9) };
  // A page wider than the window is moved by the arrows instead.
  const turn = { ArrowRight: () => viewer.nextPage(), ArrowLeft: () => viewer.previousPage() };
  const keys = {
    "+": () => reader.zoom(1),
    "=": () => reader.zoom(1),
    "-": () => reader.zoom(-1),
    0: () => reader.fit("page-width"),
    9: () => reader.fit("page-fit"),
    Home: () => reader.jump(1),
    End: () => reader.jump(viewer.pagesCount),
    n: () => viewer.nextPage(),
    p: () => viewer.previousPage(),
    g: () => root.querySelector("[data-page-box]").focus(),
    b: () => reader.jumps.back(),
    r: () => reader.rotate(90),
    R: () => reader.rotate(-90),
    d: () => reader.tools.toggleSpread(),
    m: () => reader.tools.toggleNight(),
    f: () => reader.tools.toggleFull(),
    t: () => reader.side.toggle(),
    "[": () => document.querySelector("[data-paper-previous]")?.click(),
    "]": () => document.querySelector("[data-paper-next]")?.click(),
  };

  function onKey(event) {
    if (event.key === " " && event.target.matches("button, a, summary")) return;
    const inside = container.contains(event.target);
    const scrollable = event.target.closest("[role='tablist'], .reader-panel, .reader-comments");
    const table = { ...keys, ...(inside || scrollable ? {} : scroll), ...(wide() || scrollable ? {} : turn) };
    if (!Object.hasOwn(table, event.key) || !viewer.pagesCount) return;
    event.preventDefault();
    table[event.key]();
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented) return;
    if ((event.ctrlKey || event.metaKey) && event.key === "f") {
      event.preventDefault();
      reader.find.toggle(true);
    } else if (event.key === "Escape") {
      if (reader.find.shown()) reader.find.toggle(false);
      else if (reader.side.shown() && root.querySelector(".reader-side").contains(event.target)) reader.side.hide();
    } else if (!event.ctrlKey && !event.metaKey && !event.altKey && !event.target.matches("input, textarea, select, [contenteditable]")) {
      onKey(event);
    }
  });
}
