// Between the screen and the points of a page: what is seen of it, where somebody points, and back.

/** What is seen of a page (counted from 1): [x0, y0, x1, y1] in its points; null when nothing of it is in sight. */
export function regionOf({ viewer, container }, page) {
  const view = viewer.getPageView(page - 1);
  const [paper, window] = [inside(view), container.getBoundingClientRect()];
  const [left, right] = [Math.max(paper.left, window.left), Math.min(paper.right, window.right)];
  const [top, bottom] = [Math.max(paper.top, window.top), Math.min(paper.bottom, window.bottom)];
  if (left >= right || top >= bottom) return null;
  const corners = [view.getPagePoint(left - paper.left, top - paper.top), view.getPagePoint(right - paper.left, bottom - paper.top)];
  const [x, y] = [0, 1].map((axis) => corners.map((corner) => Math.round(corner[axis] * 100) / 100).sort((a, b) => a - b));
  return x[0] < x[1] && y[0] < y[1] ? [x[0], y[0], x[1], y[1]] : null;
}

/** The page under a point of the window, and where on it in its points; null beside the pages. */
export function pointOn({ viewer }, clientX, clientY) {
  for (const view of viewer.getCachedPageViews()) {
    const paper = inside(view);
    if (clientX < paper.left || clientX > paper.right || clientY < paper.top || clientY > paper.bottom) continue;
    const at = view.getPagePoint(clientX - paper.left, clientY - paper.top).map((value) => Math.round(value * 10) / 10);
    return { page: view.id, at };
  }
  return null;
}

/** Bring a region of a page (counted from 1) into sight, as large as there is room for; null: the page as it is. */
export function showRegion({ viewer }, page, region) {
  const destArray = region ? [null, { name: "FitR" }, ...region] : null;
  viewer.scrollPageIntoView({ pageNumber: page, destArray });
}

/** Where a point of a page stands inside the page's element, in shares of its width and height. */
export function shareOf({ viewer }, page, [x, y]) {
  const { viewport } = viewer.getPageView(page - 1);
  const [left, top] = viewport.convertToViewportPoint(x, y);
  return [left / viewport.width, top / viewport.height];
}

function inside(view) {
  return view.div.getBoundingClientRect();
}
