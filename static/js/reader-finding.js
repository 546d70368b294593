// The form for finding words in the paper; how they are matched stands in reader-find.js.
const FOUND = 0;
const PENDING = 3;

/** Wire #reader-find of the reader; returns {show(words), toggle(shown), shown()}. */
export function wireFinding({ root, eventBus, container, words }) {
  const form = root.querySelector("#reader-find");
  const box = form.querySelector("input");
  const out = form.querySelector(".reader-matches");
  const opener = document.querySelector("[data-reader-find]");
  let last = "";

  function find(query, type, findPrevious = false) {
    last = query;
    eventBus.dispatch("find", { source: form, type, query, findPrevious, highlightAll: true, caseSensitive: false,
      entireWord: false, matchDiacritics: false });
  }

  function again(previous) {
    const query = box.value.trim();
    find(query, query && query === last ? "again" : "", previous);
  }

  function tell({ current, total }, state) {
    if (!last?.length) out.textContent = "";
    else if (total) out.textContent = words("matches", current, total);
    else if (state === PENDING) out.textContent = words("searching");
    else if (state !== undefined && state !== FOUND) out.textContent = words("noMatch");
  }

  function toggle(shown) {
    form.hidden = !shown;
    opener.setAttribute("aria-expanded", String(shown));
    if (shown) {
      box.select();
      box.focus();
    } else {
      eventBus.dispatch("findbarclose", { source: form });
      container.focus({ preventScroll: true });
    }
  }

  eventBus.on("updatefindmatchescount", ({ matchesCount }) => tell(matchesCount));
  eventBus.on("updatefindcontrolstate", ({ state, matchesCount }) => tell(matchesCount, state));
  opener.addEventListener("click", () => toggle(form.hidden));
  form.querySelector("[data-find-close]").addEventListener("click", () => toggle(false));
  form.querySelector("[data-find-previous]").addEventListener("click", () => again(true));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    again(false);
  });
  box.addEventListener("input", () => find(box.value.trim(), ""));
  return { show: (query) => find(query, ""), toggle, shown: () => !form.hidden };
}
