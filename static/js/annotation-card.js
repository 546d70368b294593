// The card of the annotation that is looked at: whose it is, its words, who sees it, its thread; one's own is changed
// and deleted here. All words of people are text, never HTML.
import { Audience, audienceSign } from "./annotation-audience.js";
import { Thread } from "./annotation-thread.js";
import { moment, word } from "./annotation-words.js";

const WRITTEN = new Set(["note", "text"]);
const COLOURED = { ink: "ink", underline: "ink", text: "ink", highlight: "tint", note: "tint" };
const [GAP, WIDE] = [12, 700];

export class Card {
  constructor(root, desk, sync) {
    Object.assign(this, { root, desk, sync, store: desk.store, record: null, draft: null });
    this.part = (name) => root.querySelector(`[data-card-${name}]`);
    this.audience = new Audience(this.part("audience"), sync.url, this.store.facts.meeting);
    this.thread = new Thread(this.part("thread"), desk);
    this.wire();
    desk.addEventListener("chosen", ({ detail }) => this.open(this.store.get(detail.id) ?? null, detail.focus));
    desk.addEventListener("compose", ({ detail }) => this.compose(detail));
    this.store.addEventListener("changed", ({ detail }) => this.onChanged(detail));
    const again = () => this.record && this.put();
    for (const element of [root, document.documentElement]) new ResizeObserver(again).observe(element);
    desk.layer.viewer.container.addEventListener("scroll", again, { passive: true });
  }

  wire() {
    const { root } = this;
    this.part("close").addEventListener("click", () => this.close());
    this.part("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.save();
    });
    this.part("text").addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.save();
    });
    this.part("text").addEventListener("input", () => this.showSave());
    this.part("delete").addEventListener("click", () => this.desk.remove(this.record.id));
    this.part("place").addEventListener("click", () => this.desk.placeHere(this.record.id));
    this.part("retry").addEventListener("click", () => this.sync.retry(this.record.id));
    this.part("drop").addEventListener("click", () => this.sync.giveUp(this.record.id));
    this.audience.addEventListener("change", () => {
      if (!this.draft) this.store.change(this.record.id, this.audience.value);
    });
    root.addEventListener("change", ({ target }) => {
      if (target.name !== "card-color") return;
      this.store.change(this.record.id, { style: { ...this.record.style, color: target.value } });
    });
    root.addEventListener("keydown", (event) => {
      // The reader's keys are not meant while one writes or chooses here.
      event.stopPropagation();
      if (event.key === "Escape") this.close();
    });
  }

  compose(draft) {
    this.draft = draft;
    this.show(draft);
    this.part("text").focus();
  }

  open(record, focus) {
    this.draft = null;
    if (!record) this.hide();
    else {
      this.show(record);
      if (focus) this.root.focus({ preventScroll: true });
    }
  }

  close() {
    const held = this.root.contains(document.activeElement);
    this.desk.choose(null);
    this.hide();
    if (held) document.getElementById("reader-container").focus({ preventScroll: true });
  }

  hide() {
    this.record = this.draft = null;
    this.root.hidden = true;
  }

  save() {
    const text = this.part("text").value.trim();
    if (!text && WRITTEN.has(this.record.kind)) return;
    const audience = this.audience.value;
    this.desk.write(this.draft ? { ...this.record, ...audience } : this.record, text);
    this.close();
  }

  /** What is looked at has changed, here or elsewhere; words that are being written stay. */
  onChanged({ records, whole }) {
    if (!this.record || this.draft) return;
    const { id } = this.record;
    if (!whole && !records.some((one) => one.id === id || one.parent === id)) return;
    const now = this.store.get(id);
    if (now && this.store.isThere(now)) this.show(now);
    else this.desk.choose(null);
  }

  show(record) {
    const same = this.record?.id === record.id && !this.root.hidden;
    this.record = record;
    const own = this.store.isMine(record);
    this.part("kind").textContent = record.kind === "stamp" ? word(record.stamp) : word(record.kind);
    this.part("author").textContent = own ? word("mine") : record.author_name;
    this.part("time").textContent = `${word("page", record.page + 1)} · ${moment(record.modified)}`;
    this.part("sign").replaceChildren(audienceSign(record));
    this.part("quote").textContent = record.quote;
    this.part("quote").hidden = !record.quote;
    this.part("unplaced").hidden = record.placed !== false;
    // What marked words cannot be laid on others.
    this.part("place").hidden = record.placed !== false || !own || Boolean(record.quads?.length);
    this.showText(record, own, same);
    this.showColours(record, own);
    this.showAudience(record, own, same);
    this.showRefused(record);
    this.part("delete").hidden = !own || Boolean(this.draft);
    this.thread.show(this.isThread(record) ? record : null);
    this.root.hidden = false;
    this.put();
  }

  /** Where others read there may be replies. */
  isThread(record) {
    const read = record.visibility !== "private" || this.store.replies(record.id).length > 0;
    return record.kind === "note" && read && !this.draft;
  }

  showText(record, own, same) {
    const form = this.part("form");
    const writes = own && record.kind !== "ink" && record.kind !== "stamp";
    form.hidden = !writes;
    this.part("said").hidden = own || !record.text;
    this.part("said").textContent = record.text;
    const box = this.part("text");
    if (same && box.value !== this.filled) return;
    box.value = this.filled = record.text ?? "";
    box.placeholder = word(WRITTEN.has(record.kind) ? "write" : "remark");
    this.showSave();
  }

  /** There is something to keep only where the words are others than before. */
  showSave() {
    const text = this.part("text").value.trim();
    this.part("save").hidden = !this.draft && text === (this.record.text ?? "");
    this.part("save").disabled = !text && WRITTEN.has(this.record.kind);
  }

  showColours(record, own) {
    for (const set of this.root.querySelectorAll("[data-card-colors]")) {
      set.hidden = !own || Boolean(this.draft) || set.dataset.cardColors !== COLOURED[record.kind];
      for (const input of set.querySelectorAll("input")) input.checked = input.value === record.style.color;
    }
  }

  showAudience(record, own, same) {
    const fold = this.part("sharing");
    fold.hidden = !own;
    if (!same) fold.open = false;
    const answered = this.store.replies(record.id).some((one) => !this.store.isMine(one));
    // Those who answered wrote for those who could read it then.
    this.part("answered").hidden = !answered;
    this.part("audience").disabled = answered;
    this.audience.set(record);
  }

  showRefused(record) {
    const reason = this.store.refused.get(record.id);
    this.part("refused").hidden = !reason;
    this.part("reason").textContent = reason?.message ?? "";
  }

  /** Beside what it tells of, inside the reader; on a narrow screen the style sheet puts it at the bottom. */
  put() {
    const { style } = this.root;
    const beside = window.innerWidth >= WIDE;
    this.root.toggleAttribute("data-beside", beside);
    if (!beside) {
      style.left = style.top = "";
      return;
    }
    const stage = this.desk.layer.viewer.container.getBoundingClientRect();
    const { record } = this;
    const at = (record.placed !== false && this.desk.layer.onScreen(record.page, record.rect)) ||
      { left: stage.left, right: stage.left, top: stage.top };
    const { width, height } = this.root.getBoundingClientRect();
    const right = at.right + GAP + width <= stage.right ? at.right + GAP : at.left - GAP - width;
    const left = right >= stage.left ? right : stage.right - width - GAP;
    const [x, y] = [Math.max(stage.left + GAP, Math.min(left, stage.right - width - GAP)),
      Math.max(stage.top + GAP, Math.min(at.top, stage.bottom - height - GAP))];
    style.left = `${Math.round(x)}px`;
    style.top = `${Math.round(y)}px`;
  }
}

/** What a record is about in one line, for the list and for those who hear. */
export function summary(record) {
  if (record.kind === "stamp") return word(record.stamp);
  return record.text || record.quote || word(record.kind);
}

