// The pages small. Only those in sight are drawn, one after the other, and only the last ones are kept.
const WIDTH = 132;
const KEPT = 60;

/** Returns what fills the panel when it comes into sight. */
export function wireThumbnails(reader) {
  const { root, viewer, eventBus, words } = reader;
  const list = root.querySelector("[data-thumbnails]");
  const drawn = new Map();
  const wanted = new Set();
  let drawing = false;
  let watcher = null;

  async function draw(place, number) {
    const page = await reader.pdf.getPage(number);
    const rotation = (page.rotate + viewer.pagesRotation) % 360;
    const whole = page.getViewport({ scale: 1, rotation });
    const viewport = page.getViewport({ scale: (WIDTH * Math.min(devicePixelRatio, 2)) / whole.width, rotation });
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(viewport.width);
    canvas.height = Math.round(viewport.height);
    await page.render({ canvas, viewport, annotationMode: 0 }).promise;
    place.firstElementChild.replaceChildren(canvas);
    shape(place, whole);
    drawn.delete(place);
    drawn.set(place, rotation);
    for (const old of drawn.keys()) {
      if (drawn.size <= KEPT) break;
      if (!wanted.has(old)) forget(old);
    }
  }

  function forget(place) {
    const canvas = place.querySelector("canvas");
    // An empty canvas gives its memory back at once.
    if (canvas) canvas.width = canvas.height = 0;
    place.firstElementChild.replaceChildren();
    drawn.delete(place);
  }

  async function drawAll() {
    if (drawing) return;
    drawing = true;
    for (;;) {
      const place = [...wanted].find((one) => !drawn.has(one));
      if (!place || !reader.side.shown()) break;
      try {
        await draw(place, Number(place.dataset.page));
      } catch (error) {
        console.error(error);
        drawn.set(place, null);
      }
    }
    drawing = false;
  }

  function shape(place, { width, height }) {
    place.firstElementChild.style.aspectRatio = `${width} / ${height}`;
  }

  function mark() {
    list.querySelector("[aria-current]")?.removeAttribute("aria-current");
    const place = list.children[viewer.currentPageNumber - 1]?.firstElementChild;
    place?.setAttribute("aria-current", "page");
    if (reader.side.shown() === "thumbnails") place?.scrollIntoView({ block: "nearest" });
  }

  function make() {
    const { width, height } = viewer.getPageView(0).viewport;
    for (let number = 1; number <= viewer.pagesCount; number += 1) {
      const place = document.createElement("button");
      place.type = "button";
      place.dataset.page = String(number);
      place.setAttribute("aria-label", words("pageLabel", number));
      const picture = document.createElement("span");
      picture.className = "reader-thumbnail";
      place.append(picture, String(number));
      shape(place, { width, height });
      const line = document.createElement("li");
      line.append(place);
      list.append(line);
    }
    watcher = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting) wanted.add(target);
        else wanted.delete(target);
      }
      drawAll();
    }, { root: list.parentElement, rootMargin: "200px" });
    for (const place of list.querySelectorAll("button")) watcher.observe(place);
  }

  list.addEventListener("click", (event) => {
    const place = event.target.closest("button");
    if (!place) return;
    reader.jump(Number(place.dataset.page));
    if (window.innerWidth < 1000) reader.side.hide();
  });
  eventBus.on("pagechanging", mark);
  eventBus.on("rotationchanging", () => {
    for (const place of [...drawn.keys()]) forget(place);
    drawAll();
  });
  return () => {
    if (!viewer.pagesCount) return;
    if (!watcher) make();
    mark();
    drawAll();
  };
}
