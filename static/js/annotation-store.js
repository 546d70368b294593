// The annotations of the version on the screen, by id: what is shown now. Changes are told as "changed" events with
// the records concerned; a person's own change is told as "made" as well, for the history and for sending.
import { makeToken } from "./outbox.js";

const now = () => new Date().toISOString();

export class Store extends EventTarget {
  /** `facts`: who reads (annotation-words.js). */
  constructor(facts) {
    super();
    this.facts = facts;
    this.records = new Map();
    /** id → {error, message, current}: own changes that the server did not take. */
    this.refused = new Map();
    /** Whether the chair hides what is shared. */
    this.hidden = false;
  }

  get(id) {
    return this.records.get(id);
  }

  isMine(record) {
    return record.author === this.facts.me;
  }

  /** Whether a record is there for this reader, on its page or without a place. */
  isThere(record) {
    return !record.deleted && !record.parent && (!this.hidden || this.isMine(record));
  }

  /** Whether it stands on its page. */
  isShown(record) {
    return this.isThere(record) && record.placed !== false;
  }

  /** All that are there, in the order of the paper: by page, from top to bottom. */
  list() {
    return [...this.records.values()]
      .filter((one) => this.isThere(one))
      .sort((a, b) => a.page - b.page || b.rect[3] - a.rect[3] || a.created.localeCompare(b.created));
  }

  onPage(page) {
    return [...this.records.values()].filter((one) => one.page === page && this.isShown(one));
  }

  /** The replies in the thread of a note, oldest first. */
  replies(id) {
    return [...this.records.values()]
      .filter((one) => one.parent === id && !one.deleted)
      .sort((a, b) => a.created.localeCompare(b.created));
  }

  /** A new record of mine, not yet kept: `extra` has kind, page, rect, style and what belongs to the kind. */
  draft(extra, audience) {
    const { me, name, meeting } = this.facts;
    return {
      v: 1, id: makeToken(), author: me, author_name: name, meeting, ...audience, rev: 1, created: now(),
      modified: now(), deleted: false, text: "", quote: "", parent: null, placed: true, ...extra,
    };
  }

  /** Keep my change. `records` are whole records as they are to be; revisions are counted here. */
  make(records) {
    const pairs = records.map((record) => {
      const before = this.records.get(record.id) ?? null;
      const after = { ...record, rev: (before?.rev ?? 0) + 1, modified: now() };
      this.records.set(after.id, after);
      return { before, after };
    });
    this.tell(pairs.map(({ after }) => after));
    this.dispatchEvent(new CustomEvent("made", { detail: pairs }));
    return pairs;
  }

  /** Change some fields of one of mine. */
  change(id, fields) {
    const record = this.records.get(id);
    return record && this.isMine(record) ? this.make([{ ...record, ...fields }]) : [];
  }

  remove(ids) {
    const mine = ids.map((id) => this.records.get(id)).filter((one) => one && !one.deleted && this.isMine(one));
    return mine.length ? this.make(mine.map((one) => ({ ...one, deleted: true }))) : [];
  }

  /** Show these as they are, without telling anybody else: from the server or from the device. */
  show(records) {
    for (const record of records) this.records.set(record.id, record);
    this.tell(records);
  }

  forget(ids) {
    const gone = ids.map((id) => this.records.get(id)).filter(Boolean);
    for (const { id } of gone) {
      this.records.delete(id);
      this.refused.delete(id);
    }
    this.tell(gone);
  }

  refuse(id, reason) {
    this.refused.set(id, reason);
    this.tell([this.records.get(id)].filter(Boolean));
  }

  settle(id) {
    if (this.refused.delete(id)) this.tell([this.records.get(id)].filter(Boolean));
  }

  hide(hidden) {
    if (this.hidden === hidden) return;
    this.hidden = hidden;
    this.tell([...this.records.values()], true);
  }

  tell(records, whole = false) {
    if (records.length || whole) this.dispatchEvent(new CustomEvent("changed", { detail: { records, whole } }));
  }
}
