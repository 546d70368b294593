// Undo and redo of my own changes, one step for each thing I did (a sweep of the eraser is one).
const MOST = 200;

export class History extends EventTarget {
  constructor(store) {
    super();
    this.store = store;
    this.done = [];
    this.undone = [];
    this.replaying = false;
    store.addEventListener("made", ({ detail }) => {
      if (this.replaying) return;
      this.done.push(detail);
      if (this.done.length > MOST) this.done.shift();
      this.undone = [];
      this.tell();
    });
  }

  undo() {
    this.turn(this.done, this.undone, ({ before, after }) => before ?? { ...after, deleted: true });
  }

  redo() {
    this.turn(this.undone, this.done, ({ after }) => after);
  }

  turn(from, to, wanted) {
    const step = from.pop();
    if (!step) return;
    this.replaying = true;
    // A refused one that was given up is not there any more: nothing of it is to be brought back.
    const records = step.filter(({ after }) => this.store.get(after.id)).map(wanted);
    if (records.length) this.store.make(records);
    this.replaying = false;
    to.push(step);
    this.tell();
  }

  tell() {
    this.dispatchEvent(new Event("changed"));
  }
}
