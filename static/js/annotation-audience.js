// Who sees an annotation: its author alone, the whole meeting, or chosen members. A fieldset [data-audience] of
// templates/reading/tools.html; "change" is told when the choice is whole.
import { word } from "./annotation-words.js";
import { icon } from "./feedback.js";

const PAUSE = 250;

export class Audience extends EventTarget {
  /** `url`: the address of the paper's annotations; `meeting`: an id, or null outside meetings. */
  constructor(root, url, meeting) {
    super();
    Object.assign(this, { root, url, meeting, members: [], names: new Map() });
    this.people = root.querySelector("[data-people]");
    this.search = root.querySelector("[data-people-search]");
    root.querySelector("[value='meeting']").disabled = !meeting;
    root.addEventListener("change", (event) => {
      if (event.target.type === "radio") this.onKind();
      else if (event.target.type === "checkbox") this.onPerson(event.target);
    });
    this.search.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.find(), PAUSE);
    });
  }

  get visibility() {
    return this.root.querySelector("input[type=radio]:checked")?.value ?? "private";
  }

  /** {visibility, members} of a record. */
  get value() {
    const { visibility, members } = this;
    return visibility === "members" && !members.length
      ? { visibility: "private", members: [] }
      : { visibility, members: visibility === "members" ? members : [] };
  }

  set({ visibility, members }) {
    this.members = [...(members ?? [])];
    const wanted = this.root.querySelector(`input[value='${visibility}']`);
    if (wanted) wanted.checked = true;
    this.show();
  }

  onKind() {
    this.show();
    // "Chosen members" is a choice when the first of them is chosen.
    if (this.visibility !== "members" || this.members.length) this.tell();
    else this.search.focus();
  }

  onPerson(box) {
    const id = Number(box.value);
    this.members = box.checked ? [...this.members, id] : this.members.filter((one) => one !== id);
    this.tell();
  }

  tell() {
    this.dispatchEvent(new Event("change"));
  }

  show() {
    const chosen = this.visibility === "members";
    this.root.querySelector("[data-audience-people]").hidden = !chosen;
    if (chosen) this.find();
  }

  /** Those who can be chosen; the chosen ones stay on the list whatever is searched for. */
  async find() {
    const name = this.search.value.trim();
    const query = new URLSearchParams({ name, ...(this.meeting ? { meeting: this.meeting } : {}) });
    try {
      const answer = await fetch(`${this.url}/people?${query}`, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const { people } = await answer.json();
      if (name === this.search.value.trim()) this.list(people);
    } catch {
      this.list([], word("peopleOffline"));
    }
  }

  list(people, note = "") {
    for (const { id, name, unit } of people) this.names.set(id, { id, name, unit });
    const found = new Set(people.map(({ id }) => id));
    const kept = this.members.filter((id) => !found.has(id)).map((id) => this.names.get(id) ?? { id, name: `#${id}` });
    const rows = [...kept, ...people].map((person) => this.row(person));
    if (!rows.length) {
      const empty = document.createElement("li");
      empty.className = "muted";
      empty.textContent = note || word(this.meeting ? "peopleNone" : "peopleType");
      rows.push(empty);
    }
    this.people.replaceChildren(...rows);
  }

  row({ id, name, unit }) {
    const [item, label, box, words] = ["li", "label", "input", "span"].map((tag) => document.createElement(tag));
    box.type = "checkbox";
    box.value = String(id);
    box.checked = this.members.includes(id);
    words.textContent = name;
    if (unit) {
      const place = document.createElement("small");
      place.textContent = unit;
      words.append(place);
    }
    label.append(box, words);
    item.append(label);
    return item;
  }
}

/** The sign of who sees a record, with its words for those who hear. */
export function audienceSign({ visibility, members }) {
  const sign = document.createElement("span");
  sign.className = "annotation-sign";
  sign.dataset.visibility = visibility;
  sign.append(icon({ private: "lock", meeting: "people", members: "person" }[visibility]));
  sign.append(word(`sees${visibility[0].toUpperCase()}${visibility.slice(1)}`, members?.length ?? 0));
  return sign;
}
