// The outline of the paper: its headings as a tree, each a jump.
import { icon } from "./feedback.js";

const MOST = 3000;

function branch(items, left, words, go) {
  const list = document.createElement("ul");
  for (const item of items) {
    if (left.count-- <= 0) break;
    const line = document.createElement("li");
    const heading = document.createElement("button");
    heading.type = "button";
    heading.dataset.outlineGoto = "";
    heading.textContent = item.title.trim() || "…";
    heading.addEventListener("click", () => go(item));
    line.append(heading);
    if (item.items?.length) {
      const below = branch(item.items, left, words, go);
      const fold = document.createElement("button");
      const open = (shown) => {
        below.hidden = !shown;
        fold.setAttribute("aria-expanded", String(shown));
      };
      fold.type = "button";
      fold.dataset.outlineFold = "";
      fold.setAttribute("aria-label", words("below", item.title.trim()));
      fold.append(icon("right"));
      fold.addEventListener("click", () => open(below.hidden));
      line.prepend(fold);
      line.append(below);
      open(items.length < 8);
    }
    list.append(line);
  }
  return list;
}

/** Returns what fills the panel when it is first looked at. */
export function wireOutline(reader) {
  const { root, words, linkService } = reader;
  let filled = false;

  return async () => {
    if (filled || !reader.pdf) return;
    filled = true;
    const outline = await reader.pdf.getOutline();
    root.querySelector("[data-outline-empty]").hidden = Boolean(outline?.length);
    if (!outline?.length) return;
    const go = (item) => {
      if (item.dest) linkService.goToDestination(item.dest);
      else if (item.url) window.open(item.url, "_blank", "noopener");
      // Over the pages the drawer has done its service; beside them it stays.
      if (window.innerWidth < 1000) reader.side.hide();
    };
    const tree = branch(outline, { count: MOST }, words, go);
    tree.className = "reader-outline";
    root.querySelector("[data-outline]").replaceChildren(tree);
  };
}
