// The list of attendance: shows those of one name, standing or unit; what is chosen survives every push.
const plain = (words) => words.normalize("NFD").replace(/\p{Diacritic}/gu, "").replace(/đ/gi, "d").toLowerCase();

function apply() {
  const list = document.querySelector("[data-people]");
  const filter = list?.querySelector("[data-people-filter]");
  if (!filter) return;
  filter.hidden = false;
  const name = plain(filter.querySelector("[data-filter-name]").value.trim());
  const standing = filter.querySelector("[data-filter-standing]").value;
  const unit = filter.querySelector("[data-filter-unit]").value;
  let shown = 0;
  for (const person of list.querySelectorAll(".person[data-standing]")) {
    const fits =
      (!standing || person.dataset.standing === standing) &&
      (!unit || person.dataset.unit === unit) &&
      (!name || plain(person.dataset.name).includes(name));
    person.hidden = !fits;
    if (fits) shown += 1;
  }
  list.querySelector("[data-filter-none]").hidden = shown > 0;
}

document.addEventListener("input", (event) => {
  if (event.target.closest?.("[data-people-filter]")) apply();
});
document.addEventListener("ecabinet:blocks", apply);
if (!document.querySelector("main.console")) document.querySelector("[data-people-filter]")?.setAttribute("open", "");
apply();
