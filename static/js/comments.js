// Comments beside a paper: the page being read is offered with a new comment, and the page of a comment opens in place.
const viewer = () => globalThis.ecabinetReader?.viewer;

document.addEventListener("focusin", (event) => {
  if (!event.target.matches?.("[data-comment-text]") || !viewer()) return;
  const page = event.target.form.querySelector("[data-comment-page]");
  if (!page.value) page.value = String(viewer().currentPageNumber);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-goto-page]");
  if (!link || !viewer()) return;
  event.preventDefault();
  viewer().currentPageNumber = Number(link.dataset.gotoPage);
});

/** The button tells how many there are now. */
document.addEventListener("htmx:afterSettle", () => {
  const button = document.querySelector(".reader-comments > summary");
  const number = document.querySelectorAll("#comments :is(.comment, .comment-reply) > .comment-text").length;
  if (!button || !document.querySelector("#comments.comments")) return;
  let count = button.querySelector(".comment-count");
  if (!count) {
    count = document.createElement("span");
    count.className = "comment-count";
    button.append(count);
  }
  count.textContent = String(number);
  count.hidden = !number;
});
