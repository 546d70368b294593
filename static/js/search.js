// The search box as a combobox: suggestions that htmx fetches while one types, chosen with the arrows or by a tap.
// Without this script it is an ordinary search field.
import { announce } from "./feedback.js";

const form = document.querySelector("[data-search]");
const box = form.querySelector("input[type='search']");
const list = form.querySelector("[role='listbox']");
let typed = box.value;

const options = () => [...list.children];
const chosen = () => list.querySelector("[aria-selected='true']");

function show(open) {
  list.hidden = !open;
  box.setAttribute("aria-expanded", String(open));
  if (!open) point(null);
}

/** Point at an option, or at none. */
function point(option) {
  chosen()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option) box.setAttribute("aria-activedescendant", option.id);
  else box.removeAttribute("aria-activedescendant");
}

function take(option) {
  box.value = option.textContent;
  show(false);
  form.requestSubmit();
}

/** One step through the options and the words typed, round and round. */
function step(by) {
  const ring = [null, ...options()];
  const next = ring[(ring.indexOf(chosen()) + by + ring.length) % ring.length];
  point(next);
  box.value = next ? next.textContent : typed;
}

box.setAttribute("role", "combobox");
box.setAttribute("aria-autocomplete", "list");
box.setAttribute("aria-controls", list.id);
box.setAttribute("aria-expanded", "false");

box.addEventListener("input", () => {
  typed = box.value;
  if (!typed) show(false);
});
box.addEventListener("keydown", (event) => {
  const open = !list.hidden;
  if (event.key === "Escape" && open) {
    event.preventDefault();
    box.value = typed;
    show(false);
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    if (!options().length) return;
    event.preventDefault();
    if (!open) show(true);
    step(event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Enter") {
    show(false); // what stands in the box is asked
  }
});
// Before the box loses the focus, and with it the list.
list.addEventListener("pointerdown", (event) => event.preventDefault());
list.addEventListener("click", (event) => {
  const option = event.target.closest("[role='option']");
  if (option) take(option);
});
box.addEventListener("blur", () => show(false));
list.addEventListener("htmx:afterSwap", () => {
  const some = options().length;
  show(some > 0 && document.activeElement === box && box.value !== "");
  announce((some ? list.dataset.some : list.dataset.none).replace("{0}", some));
});
document.documentElement.dataset.searchReady = "";
