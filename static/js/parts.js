// Parts of a form that belong to a choice: data-shown-when="field:value" is shown while that field has that value.
// Without JavaScript all parts stand there, and what does not belong to the choice is not read.

function show(form) {
  for (const part of form.querySelectorAll("[data-shown-when]")) {
    const [name, value] = part.dataset.shownWhen.split(":");
    part.hidden = form.elements.namedItem(name)?.value !== value;
  }
}

export function wireParts() {
  const forms = new Set([...document.querySelectorAll("[data-shown-when]")].map((part) => part.closest("form")));
  for (const form of forms) {
    show(form);
    form.addEventListener("change", () => show(form));
  }
}
