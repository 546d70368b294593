// The list of annotations in the reader's drawer: by author and page, in the order of the paper; what was refused comes
// first, what found no place in this version stands apart.
import { audienceSign } from "./annotation-audience.js";
import { summary } from "./annotation-card.js";
import { word } from "./annotation-words.js";
import { icon } from "./feedback.js";

const ICONS = { ink: "pen", highlight: "highlight", underline: "underline", note: "note", text: "letter", stamp: "stamp" };

export class List {
  constructor(root, desk) {
    Object.assign(this, { root, desk, store: desk.store, frame: null });
    this.author = root.querySelector("[data-list-author]");
    this.page = root.querySelector("[data-list-page]");
    for (const select of [this.author, this.page]) select.addEventListener("change", () => this.show());
    this.store.addEventListener("changed", () => this.soon());
    desk.addEventListener("chosen", ({ detail }) => this.mark(detail.id));
    this.show();
  }

  /** Many may come at once: drawn once a frame, and only while it is in sight. */
  soon() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.show();
    });
  }

  show() {
    if (!this.root.offsetParent) return;
    const all = this.store.list();
    this.fill(this.author, this.authors(all));
    this.fill(this.page, [...new Set(all.map(({ page }) => page))].map((page) => [String(page), word("page", page + 1)]));
    const fits = (select, value) => !select.value || select.value === String(value);
    const asked = all.filter((one) => fits(this.author, one.author) && fits(this.page, one.page));
    const refused = asked.filter(({ id }) => this.store.refused.has(id));
    const apart = asked.filter((one) => one.placed === false && !refused.includes(one));
    const rest = asked.filter((one) => !refused.includes(one) && !apart.includes(one));
    this.part("refused", refused);
    this.part("rest", rest);
    this.part("apart", apart);
    this.root.querySelector("[data-list-none]").hidden = asked.length > 0;
    this.root.querySelector("[data-list-filters]").hidden = !all.length;
    this.mark(this.desk.layer.selected);
  }

  authors(all) {
    const names = new Map(all.map((one) => [String(one.author), this.store.isMine(one) ? word("mine") : one.author_name]));
    return [...names].sort(([, one], [, other]) => one.localeCompare(other, "vi"));
  }

  /** The choices of a filter; the first stands for all. What was chosen stays chosen while it is there. */
  fill(select, choices) {
    const chosen = select.value;
    select.replaceChildren(select.options[0], ...choices.map(([value, words]) => new Option(words, value)));
    select.value = choices.some(([value]) => value === chosen) ? chosen : "";
  }

  part(name, records) {
    const section = this.root.querySelector(`[data-list-part='${name}']`);
    section.hidden = !records.length;
    section.querySelector("ol").replaceChildren(...records.map((record) => this.row(record)));
  }

  row(record) {
    const [item, button, words, meta] = ["li", "button", "span", "span"].map((tag) => document.createElement(tag));
    button.type = "button";
    button.dataset.annotation = record.id;
    button.addEventListener("click", () => this.desk.goTo(record.id));
    words.className = "annotation-words";
    words.textContent = summary(record);
    meta.className = "annotation-meta";
    const replies = this.store.replies(record.id).length;
    meta.append([this.store.isMine(record) ? word("mine") : record.author_name, word("page", record.page + 1),
      ...(replies ? [word("replies", replies)] : [])].join(" · "), audienceSign(record));
    const sign = icon(ICONS[record.kind]);
    sign.dataset.kind = record.kind;
    sign.setAttribute("color", record.style.color);
    button.append(sign, words, meta);
    const reason = this.store.refused.get(record.id);
    if (reason) {
      const fault = document.createElement("span");
      fault.className = "fault";
      fault.textContent = `${word("refused")} ${reason.message ?? ""}`;
      button.append(fault);
    }
    item.append(button);
    return item;
  }

  mark(id) {
    for (const button of this.root.querySelectorAll("[data-annotation]")) {
      if (button.dataset.annotation === id) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
  }
}
