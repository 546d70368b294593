// The reader of templates/library/reader.html: pdf.js' viewer with page box, zoom, find, and the page remembered
// per version. The file is fetched by ranges, so that a big paper opens at its page without being loaded whole.
import { announce } from "./feedback.js";
import { folding, highlightQuery } from "./reader-find.js";
import { wireSide } from "./reader-side.js";
import { wireZoom } from "./reader-zoom.js";

const VENDOR = new URL("../vendor/pdfjs/", import.meta.url).href;
const CHUNK = 64 * 1024;
const MOST_PIXELS = 4e6;
const WIDE = 1250;

const root = document.querySelector("[data-reader]");
const part = (selector) => root.querySelector(selector);
const say = (name, ...values) => root.dataset[name].replace(/\{(\d)\}/g, (_, index) => values[index] ?? "");

/** In the place of pdf.js' English catalogue: no text of it is shown, and the pages are labelled by us. */
const wording = {
  getLanguage: () => document.documentElement.lang,
  getDirection: () => "ltr",
  get: async (_ids, _args, fallback) => fallback ?? "",
  pause() {},
  resume() {},
  async translate() {},
  async translateOnce() {},
  async destroy() {},
};

async function start() {
  const pdfjs = await import(`${VENDOR}pdf.min.mjs`);
  // The viewer takes the library from here.
  globalThis.pdfjsLib = pdfjs;
  const { EventBus, LinkTarget, PDFFindController, PDFLinkService, PDFViewer } = await import(`${VENDOR}pdf_viewer.mjs`);
  pdfjs.GlobalWorkerOptions.workerSrc = `${VENDOR}pdf.worker.min.mjs`;
  const eventBus = new EventBus();
  const linkService = new PDFLinkService({ eventBus, externalLinkTarget: LinkTarget.BLANK });
  const findController = new (folding(PDFFindController))({ linkService, eventBus });
  const container = part("#reader-container");
  const viewer = new PDFViewer({
    container, eventBus, linkService, findController, l10n: wording,
    annotationMode: pdfjs.AnnotationMode.ENABLE,
    annotationEditorMode: pdfjs.AnnotationEditorType.DISABLE,
    imageResourcesPath: `${VENDOR}images/`,
    maxCanvasPixels: MOST_PIXELS,
  });
  linkService.setViewer(viewer);
  const reader = new Reader(viewer, eventBus, container);
  const task = pdfjs.getDocument({
    url: root.dataset.url,
    rangeChunkSize: CHUNK,
    disableAutoFetch: true,
    disableStream: true,
    cMapUrl: `${VENDOR}cmaps/`,
    standardFontDataUrl: `${VENDOR}standard_fonts/`,
    wasmUrl: `${VENDOR}wasm/`,
    // WebAssembly would need 'wasm-unsafe-eval' in the policy; the decoders have JavaScript versions.
    useWasm: false,
    isEvalSupported: false,
  });
  task.onProgress = ({ loaded, total }) => reader.showProgress(loaded, total);
  // Without this the promise would wait for a password for ever.
  task.onPassword = () => task.destroy().then(() => reader.fail("password"));
  const paper = await task.promise;
  linkService.setDocument(paper);
  viewer.setDocument(paper);
  // Notes, drawing and following the chair build on these.
  globalThis.ecabinetReader = { viewer, eventBus, pdf: paper, version: Number(root.dataset.version), root };
  document.dispatchEvent(new CustomEvent("ecabinet:reader", { detail: globalThis.ecabinetReader }));
}

class Reader {
  constructor(viewer, eventBus, container) {
    Object.assign(this, { viewer, eventBus, container, fitted: true });
    eventBus.on("pagesinit", () => this.open());
    eventBus.on("pagerendered", () => part(".reader-progress").setAttribute("hidden", ""));
    eventBus.on("pagechanging", ({ pageNumber }) => this.showPage(pageNumber));
    eventBus.on("updatefindmatchescount", ({ matchesCount }) => this.showMatches(matchesCount));
    eventBus.on("updatefindcontrolstate", ({ state, matchesCount }) => this.showMatches(matchesCount, state));
    wireZoom(container, viewer, () => {
      this.fitted = false;
    });
    this.side = wireSide(root, {});
    this.wireTools();
    this.wireFind();
    this.wireKeys();
    new ResizeObserver(() => this.fitted && this.fit()).observe(container);
  }

  open() {
    this.fit();
    for (const page of this.container.querySelectorAll(".page")) {
      page.setAttribute("aria-label", say("pageLabel", page.dataset.pageNumber));
    }
    const { page, query } = root.dataset;
    const asked = Number(page);
    const start = asked > 1 || query ? asked : (recall() ?? asked);
    // After the scale: the position of a page depends on it.
    this.viewer.currentPageNumber = Math.min(Math.max(start, 1), this.viewer.pagesCount);
    part("[data-page-count]").textContent = String(this.viewer.pagesCount);
    part("[data-page-box]").value = String(this.viewer.currentPageNumber);
    part(".reader-tools").hidden = false;
    if (query) this.find(highlightQuery(query), "");
  }

  fit() {
    this.fitted = true;
    // On a wide screen a page as wide as the window would be too large to read.
    this.viewer.currentScaleValue = this.container.clientWidth > WIDE ? "auto" : "page-width";
  }

  showPage(number) {
    const box = part("[data-page-box]");
    if (document.activeElement !== box) box.value = String(number);
    remember(number);
  }

  showProgress(loaded, total) {
    if (total) part(".reader-progress").value = Math.min(100, (100 * loaded) / total);
  }

  wireTools() {
    const { viewer } = this;
    const press = (selector, act) => part(selector).addEventListener("click", act);
    press("[data-page-previous]", () => viewer.previousPage());
    press("[data-page-next]", () => viewer.nextPage());
    press("[data-zoom-fit]", () => this.fit());
    press("[data-zoom-in]", () => this.zoom(1));
    press("[data-zoom-out]", () => this.zoom(-1));
    const box = part("[data-page-box]");
    box.addEventListener("focus", () => box.select());
    box.addEventListener("change", () => {
      const number = Number.parseInt(box.value, 10);
      if (number >= 1 && number <= viewer.pagesCount) viewer.currentPageNumber = number;
      box.value = String(viewer.currentPageNumber);
    });
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter") box.blur();
    });
  }

  zoom(steps) {
    this.fitted = false;
    this.viewer.updateScale({ steps, drawingDelay: 200 });
  }

  wireFind() {
    const form = part("#reader-find");
    const box = form.querySelector("input");
    const opener = document.querySelector("[data-reader-find]");
    this.toggleFind = (shown) => {
      form.hidden = !shown;
      opener.setAttribute("aria-expanded", String(shown));
      if (shown) box.select();
      else {
        this.eventBus.dispatch("findbarclose", { source: this });
        this.container.focus({ preventScroll: true });
      }
      if (shown) box.focus();
    };
    const again = (previous) => {
      const query = box.value.trim();
      this.find(query, query && query === this.lastQuery ? "again" : "", previous);
    };
    opener.addEventListener("click", () => this.toggleFind(form.hidden));
    form.querySelector("[data-find-close]").addEventListener("click", () => this.toggleFind(false));
    form.querySelector("[data-find-previous]").addEventListener("click", () => again(true));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      again(false);
    });
    box.addEventListener("input", () => this.find(box.value.trim(), ""));
  }

  find(query, type, findPrevious = false) {
    this.lastQuery = query;
    this.eventBus.dispatch("find", { source: this, type, query, findPrevious, highlightAll: true, caseSensitive: false,
      entireWord: false, matchDiacritics: false });
  }

  showMatches({ current, total }, state) {
    const out = part(".reader-matches");
    const { FOUND, PENDING } = { FOUND: 0, PENDING: 3 };
    if (!this.lastQuery?.length) out.textContent = "";
    else if (total) out.textContent = say("matches", current, total);
    else if (state === PENDING) out.textContent = say("searching");
    else if (state !== undefined && state !== FOUND) out.textContent = say("noMatch");
  }

  wireKeys() {
    document.addEventListener("keydown", (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key === "f") {
        event.preventDefault();
        this.toggleFind(true);
      } else if (event.key === "Escape") {
        if (!part("#reader-find").hidden) this.toggleFind(false);
      } else if (!event.ctrlKey && !event.metaKey && !event.altKey && !event.target.matches("input, textarea")) {
        this.onKey(event);
      }
    });
  }

  onKey(event) {
    const { viewer } = this;
    if (event.key === " " && event.target.matches("button, a")) return;
    const wide = this.container.scrollWidth > this.container.clientWidth;
    const keys = {
      "+": () => this.zoom(1),
      "=": () => this.zoom(1),
      "-": () => this.zoom(-1),
      0: () => this.fit(),
      // The pages scroll without having been focused first.
      ...(this.container.contains(event.target) ? {} : this.scrollKeys()),
      Home: () => { viewer.currentPageNumber = 1; },
      End: () => { viewer.currentPageNumber = viewer.pagesCount; },
      n: () => viewer.nextPage(),
      p: () => viewer.previousPage(),
      // A page wider than the window is moved by the arrows instead.
      ...(wide ? {} : { ArrowRight: () => viewer.nextPage(), ArrowLeft: () => viewer.previousPage() }),
    };
    if (!Object.hasOwn(keys, event.key) || !viewer.pagesCount) return;
    event.preventDefault();
    keys[event.key]();
  }

  scrollKeys() {
    const by = (share) => () => this.container.scrollBy({ top: share * this.container.clientHeight });
    return { ArrowDown: by(0.1), ArrowUp: by(-0.1), PageDown: by(0.9), PageUp: by(-0.9), " ": by(0.9) };
  }

  fail(kind) {
    fail(kind);
  }
}

function fail(kind) {
  const words = say({ password: "faultPassword", invalid: "faultInvalid", missing: "faultMissing" }[kind] ?? "faultNetwork");
  part("[data-fault-text]").textContent = words;
  part(".reader-fault").hidden = false;
  part(".reader-progress").setAttribute("hidden", "");
  part(".reader-tools").hidden = true;
  announce(words);
}

function kindOf(error) {
  if (error?.name === "PasswordException") return "password";
  if (error?.name === "InvalidPDFException" || error?.name === "FormatError") return "invalid";
  if ([401, 403, 404, 410].includes(error?.status)) return "missing";
  return "network";
}

const key = `ecabinet.page.${root.dataset.version}`;

function remember(number) {
  try {
    localStorage.setItem(key, String(number));
  } catch {
    // Storage may be forbidden: the paper opens at its first page next time.
  }
}

function recall() {
  try {
    return Number(localStorage.getItem(key)) || null;
  } catch {
    return null;
  }
}

start().catch((error) => {
  if (part(".reader-fault").hidden) {
    console.error(error);
    fail(kindOf(error));
  }
});
