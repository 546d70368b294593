// The reader of templates/library/reader.html: pdf.js' viewer and what stands around it, a subject a file. The file is
// fetched by ranges, so that a big paper opens at its page without being loaded whole.
import { announce } from "./feedback.js";
import { folding, highlightQuery } from "./reader-find.js";
import { wireFinding } from "./reader-finding.js";
import { Jumps } from "./reader-jumps.js";
import { wireKeys } from "./reader-keys.js";
import { Memory } from "./reader-memory.js";
import { wireOutline } from "./reader-outline.js";
import { wireSide } from "./reader-side.js";
import { wireThumbnails } from "./reader-thumbnails.js";
import { wireTools } from "./reader-tools.js";
import { wireZoom } from "./reader-zoom.js";

const VENDOR = new URL("../vendor/pdfjs/", import.meta.url).href;
const CHUNK = 64 * 1024;
const MOST_PIXELS = 4e6;
const WIDE = 1250;

const root = document.querySelector("[data-reader]");
const part = (selector) => root.querySelector(selector);
const words = (name, ...values) => root.dataset[name].replace(/\{(\d)\}/g, (_, index) => values[index] ?? "");

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

/** The paper on its way: its first bytes and pdf.js' worker travel while the viewer is still being fetched. */
function fetchPaper(pdfjs) {
  pdfjs.GlobalWorkerOptions.workerSrc = `${VENDOR}pdf.worker.min.mjs`;
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
  // Without this the promise would wait for a password for ever.
  task.onPassword = () => task.destroy().then(() => fail("password"));
  // Whoever waits for it hears of a fault, if only when the viewer is there.
  task.promise.catch(() => {});
  return task;
}

async function start() {
  const pdfjs = await import(`${VENDOR}pdf.min.mjs`);
  // The viewer takes the library from here.
  globalThis.pdfjsLib = pdfjs;
  const task = fetchPaper(pdfjs);
  const { EventBus, LinkTarget, PDFFindController, PDFLinkService, PDFViewer } = await import(`${VENDOR}pdf_viewer.mjs`);
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
  const reader = new Reader(viewer, eventBus, linkService);
  task.onProgress = ({ loaded, total }) => reader.showProgress(loaded, total);
  const pdf = await task.promise;
  linkService.setDocument(pdf);
  viewer.setDocument(pdf);
  reader.pdf = pdf;
  // Notes, drawing and following the chair build on these.
  globalThis.ecabinetReader = reader;
  document.dispatchEvent(new CustomEvent("ecabinet:reader", { detail: reader }));
}

/** What others hear of with the event `ecabinet:reader`: the open paper and how it is shown. */
class Reader {
  constructor(viewer, eventBus, linkService) {
    Object.assign(this, { viewer, eventBus, linkService, root, container: viewer.container, words });
    this.version = Number(root.dataset.version);
    this.pdf = null;
    this.memory = new Memory(this.version);
    this.jumps = new Jumps(this, part("[data-jump-back]"));
    eventBus.on("pagesinit", () => this.open());
    eventBus.on("pagerendered", () => {
      part(".reader-progress").setAttribute("hidden", "");
      document.dispatchEvent(new CustomEvent("ecabinet:shown"));
    });
    this.find = wireFinding(this);
    this.side = wireSide(root, { thumbnails: wireThumbnails(this), outline: wireOutline(this) });
    this.tools = wireTools(this);
    wireZoom(this.container, viewer, () => this.freeScale());
    wireKeys(this);
    // What fits goes on fitting when the tablet is turned or a drawer opens.
    new ResizeObserver(() => {
      if (Number.isNaN(Number(viewer.currentScaleValue))) viewer.currentScaleValue = viewer.currentScaleValue;
    }).observe(this.container);
  }

  /** The pages are known: show them as they were, at the page asked for or where reading stopped. */
  open() {
    const { viewer } = this;
    for (const page of this.container.querySelectorAll(".page")) {
      page.setAttribute("aria-label", words("pageLabel", page.dataset.pageNumber));
    }
    const left = this.memory.recall();
    const { page, query } = root.dataset;
    // Turned and scaled first: the position of a page depends on both.
    viewer.pagesRotation = left.rotation;
    viewer.spreadMode = left.spread;
    // On a wide screen a page as wide as the window would be too large to read.
    viewer.currentScaleValue = left.scale ?? (this.container.clientWidth > WIDE ? "auto" : "page-width");
    const within = (number) => Math.min(Math.max(number, 1), viewer.pagesCount);
    if (page) viewer.currentPageNumber = within(Number(page));
    else if (left.page) viewer.scrollPageIntoView({ pageNumber: within(left.page), destArray: left.place });
    part("[data-page-count]").textContent = String(viewer.pagesCount);
    this.tools.show();
    this.eventBus.on("updateviewarea", ({ location }) => this.memory.remember(location, viewer.spreadMode));
    if (query) this.find.show(highlightQuery(query));
  }

  /** Go to a page (counted from 1); where I was is kept for the way back. */
  jump(page) {
    if (!(page >= 1 && page <= this.viewer.pagesCount)) return;
    this.jumps.leave();
    this.viewer.currentPageNumber = page;
  }

  fit(value) {
    this.viewer.currentScaleValue = value;
    this.tools.update();
  }

  zoom(steps) {
    this.freeScale();
    this.viewer.updateScale({ steps, drawingDelay: 200 });
  }

  /** The scale is chosen by hand from now on. */
  freeScale() {
    const { viewer } = this;
    if (Number.isNaN(Number(viewer.currentScaleValue))) viewer.currentScaleValue = viewer.currentScale;
  }

  rotate(by) {
    this.viewer.pagesRotation += by;
  }

  showProgress(loaded, total) {
    if (total) part(".reader-progress").value = Math.min(100, (100 * loaded) / total);
  }
}

function fail(kind) {
  const said = words({ password: "faultPassword", invalid: "faultInvalid", missing: "faultMissing" }[kind] ?? "faultNetwork");
  part("[data-fault-text]").textContent = said;
  part(".reader-fault").hidden = false;
  part(".reader-progress").setAttribute("hidden", "");
  part(".reader-tools").hidden = true;
  announce(said);
}

function kindOf(error) {
  if (error?.name === "PasswordException") return "password";
  if (error?.name === "InvalidPDFException" || error?.name === "FormatError") return "invalid";
  if ([401, 403, 404, 410].includes(error?.status)) return "missing";
  return "network";
}

start().catch((error) => {
  if (part(".reader-fault").hidden) {
    console.error(error);
    fail(kindOf(error));
  }
});
