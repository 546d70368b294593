// Pinching on the pages and Ctrl + wheel change the scale about the point between the fingers.
const DELAY = 350;

/** Wire `container` (the scrolling element) to `viewer` (PDFViewer). `onZoom` is called when the scale was changed by hand. */
export function wireZoom(container, viewer, onZoom) {
  let apart = 0;
  const distance = ([first, second]) => Math.hypot(first.clientX - second.clientX, first.clientY - second.clientY);
  const middle = ([first, second]) => [(first.clientX + second.clientX) / 2, (first.clientY + second.clientY) / 2];

  function zoom(factor, origin) {
    onZoom();
    viewer.updateScale({ drawingDelay: DELAY, scaleFactor: factor, origin });
  }

  container.addEventListener("touchstart", (event) => {
    apart = event.touches.length === 2 ? distance(event.touches) : 0;
  }, { passive: true });
  container.addEventListener("touchmove", (event) => {
    if (event.touches.length !== 2 || !apart) return;
    event.preventDefault();
    const now = distance(event.touches);
    const factor = now / apart;
    // The viewer rounds scales to hundredths: smaller steps would be lost one by one.
    if (Math.abs(factor - 1) < 0.02) return;
    zoom(factor, middle(event.touches));
    apart = now;
  }, { passive: false });
  container.addEventListener("touchend", () => {
    apart = 0;
  }, { passive: true });
  container.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoom(Math.exp(-event.deltaY / 300), [event.clientX, event.clientY]);
  }, { passive: false });
}
