// The replies to a note, oldest first, and a field for one more.
import { moment, word } from "./annotation-words.js";
import { icon } from "./feedback.js";

export class Thread {
  constructor(root, desk) {
    Object.assign(this, { root, desk, note: null });
    this.list = root.querySelector("ol");
    this.field = root.querySelector("textarea");
    root.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.send();
    });
  }

  send() {
    const text = this.field.value.trim();
    if (!text) return;
    this.field.value = "";
    this.desk.reply(this.note, text);
  }

  show(note) {
    this.root.hidden = !note;
    if (!note) return;
    if (note.id !== this.note?.id) this.field.value = "";
    this.note = note;
    this.list.replaceChildren(...this.desk.store.replies(note.id).map((reply) => this.row(reply)));
  }

  row(reply) {
    const { store } = this.desk;
    const [item, head, words] = ["li", "p", "p"].map((tag) => document.createElement(tag));
    const name = document.createElement("b");
    name.textContent = store.isMine(reply) ? word("mine") : reply.author_name;
    head.append(name, ` ${moment(reply.created)}`);
    head.className = "annotation-by";
    words.className = "annotation-words";
    words.textContent = reply.text;
    item.append(head, words);
    const reason = store.refused.get(reply.id);
    if (reason) item.append(this.refused(reason));
    if (store.isMine(reply)) item.append(this.remover(reply));
    return item;
  }

  refused({ message }) {
    const line = document.createElement("p");
    line.className = "fault";
    line.textContent = `${word("refused")} ${message ?? ""}`;
    return line;
  }

  remover(reply) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-icon button-quiet";
    button.setAttribute("aria-label", word("removeReply"));
    button.append(icon("trash"));
    button.addEventListener("click", () => this.desk.store.remove([reply.id]));
    return button;
  }
}
