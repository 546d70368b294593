// The way back: whoever jumps to a page, a heading or a link comes back by one tap to where they were.
const MOST = 30;

export class Jumps {
  /** `button` shows the page that it leads back to. */
  constructor(reader, button) {
    this.reader = reader;
    this.button = button;
    this.places = [];
    this.at = null;
    reader.eventBus.on("updateviewarea", ({ location }) => {
      this.at = location;
    });
    button.addEventListener("click", () => this.back());
    this.watchLinks();
  }

  /** Links inside the paper are jumps as well. */
  watchLinks() {
    const { linkService } = this.reader;
    const go = linkService.goToDestination.bind(linkService);
    linkService.goToDestination = (destination) => {
      this.leave();
      return go(destination);
    };
  }

  /** Keep the present place before going elsewhere. */
  leave() {
    const { currentPageNumber, pagesCount } = this.reader.viewer;
    if (!pagesCount) return;
    // The place is told a moment after a page was turned; until then it is the top of the page.
    const told = this.at?.pageNumber === currentPageNumber;
    const { pageNumber, left, top } = told ? this.at : { pageNumber: currentPageNumber, left: null, top: null };
    if (this.places.at(-1)?.page === pageNumber) this.places.pop();
    this.places.push({ page: pageNumber, place: [null, { name: "XYZ" }, left, top, null] });
    if (this.places.length > MOST) this.places.shift();
    this.show();
  }

  back() {
    const last = this.places.pop();
    if (!last) return;
    this.reader.viewer.scrollPageIntoView({ pageNumber: last.page, destArray: last.place });
    this.show();
  }

  show() {
    const last = this.places.at(-1);
    this.button.hidden = !last;
    if (!last) return;
    this.button.querySelector("[data-jump-page]").textContent = String(last.page);
    this.button.setAttribute("aria-label", this.reader.words("backTo", last.page));
    this.button.title = this.reader.words("backTo", last.page);
  }
}
