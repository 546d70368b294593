// The bar at the thumb: pages, scale, and a menu with how the pages are shown.
import { night } from "./reader-memory.js";

const ONE = 0;
const TWO = 1;

/** Wire .reader-tools; returns {show, update, toggleSpread, toggleNight, toggleFull}. */
export function wireTools(reader) {
  const { root, viewer, eventBus } = reader;
  const bar = root.querySelector(".reader-tools");
  const box = bar.querySelector("[data-page-box]");
  const menu = bar.querySelector("details");
  const pressed = (selector, on) => bar.querySelector(selector)?.setAttribute("aria-pressed", String(on));

  const tools = {
    show() {
      box.value = String(viewer.currentPageNumber);
      bar.hidden = false;
      tools.update();
    },
    update() {
      const scale = viewer.currentScaleValue;
      pressed("[data-fit='page-width']", scale === "page-width");
      pressed("[data-fit='page-fit']", scale === "page-fit");
      pressed("[data-spread]", viewer.spreadMode === TWO);
      pressed("[data-night]", root.classList.contains("is-night"));
      pressed("[data-full]", Boolean(document.fullscreenElement));
    },
    toggleSpread() {
      viewer.spreadMode = viewer.spreadMode === TWO ? ONE : TWO;
      tools.update();
    },
    toggleNight() {
      night.on = !night.on;
      dress();
    },
    async toggleFull() {
      if (!document.fullscreenEnabled) return;
      if (document.fullscreenElement) await document.exitFullscreen();
      else await document.documentElement.requestFullscreen();
    },
  };

  function dress() {
    root.classList.toggle("is-night", night.on);
    tools.update();
  }

  const press = (selector, act) => bar.querySelector(selector).addEventListener("click", act);
  press("[data-page-previous]", () => viewer.previousPage());
  press("[data-page-next]", () => viewer.nextPage());
  press("[data-zoom-in]", () => reader.zoom(1));
  press("[data-zoom-out]", () => reader.zoom(-1));
  press("[data-rotate]", () => reader.rotate(90));
  press("[data-spread]", tools.toggleSpread);
  press("[data-night]", tools.toggleNight);
  press("[data-full]", tools.toggleFull);
  for (const button of bar.querySelectorAll("[data-fit]")) {
    button.addEventListener("click", () => reader.fit(button.dataset.fit));
  }
  bar.querySelector("[data-full]").hidden = !document.fullscreenEnabled;
  menu.addEventListener("toggle", tools.update);

  box.addEventListener("focus", () => box.select());
  box.addEventListener("change", () => {
    reader.jump(Number.parseInt(box.value, 10));
    box.value = String(viewer.currentPageNumber);
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter") box.blur();
    if (event.key !== "Escape") return;
    box.value = String(viewer.currentPageNumber);
    reader.container.focus({ preventScroll: true });
  });
  eventBus.on("pagechanging", ({ pageNumber }) => {
    if (document.activeElement !== box) box.value = String(pageNumber);
  });
  eventBus.on("scalechanging", tools.update);
  document.addEventListener("fullscreenchange", () => {
    document.body.classList.toggle("is-full", Boolean(document.fullscreenElement));
    tools.update();
  });
  dress();
  return tools;
}
