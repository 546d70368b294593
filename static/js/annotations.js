// Annotations in the reader: puts their parts together once the paper is open.
import { Audience } from "./annotation-audience.js";
import { Bar } from "./annotation-bar.js";
import { Card } from "./annotation-card.js";
import { wireChoosing } from "./annotation-choosing.js";
import { Desk } from "./annotation-desk.js";
import { History } from "./annotation-history.js";
import { Layer } from "./annotation-layer.js";
import { List } from "./annotation-list.js";
import { Pointers } from "./annotation-pointers.js";
import { wireSelection } from "./annotation-selection.js";
import { Store } from "./annotation-store.js";
import { Sync } from "./annotation-sync.js";
import { facts, word } from "./annotation-words.js";
import { announce, toast } from "./feedback.js";

async function start(reader) {
  const root = reader.root.querySelector("[data-annotations]");
  const container = document.getElementById("reader-container");
  // Words are measured to break them into lines.
  await document.fonts?.load('12px "Be Vietnam Pro"');
  const store = new Store(facts());
  const history = new History(store);
  const sync = new Sync(store);
  const layer = new Layer(reader, store);
  const desk = new Desk(reader, store, layer, history);
  desk.pointers = new Pointers(container, layer, desk);
  const chooser = new Audience(root.querySelector("[data-bar-audience]"), sync.url, store.facts.meeting);
  desk.bar = new Bar(root, desk, chooser);
  new Card(root.querySelector("[data-annotation-card]"), desk, sync);
  const list = new List(reader.root.querySelector("[data-annotation-list]"), desk);
  document.getElementById("tab-notes").addEventListener("click", () => list.soon());
  wireChoosing(desk, container);
  wireSelection(root, desk, container);
  wireMiddle(desk);
  wireState(root, store, sync);
  globalThis.ecabinetAnnotations = { store, desk, layer, sync };
  await sync.open();
  root.dataset.ready = "";
}

/** By the keyboard alone what is placed comes into the middle of what is seen, and is moved from there by the arrows. */
function wireMiddle(desk) {
  desk.addEventListener("middle", () => {
    if (!desk.taps()) return;
    desk.begin(desk.middle(), {});
    desk.end();
  });
}

/** What the page tells without being asked: the shared layer is hidden, something was refused. */
function wireState(root, store, sync) {
  const line = root.querySelector("[data-layer-hidden]");
  const switches = root.querySelectorAll("[data-layer-switch]");
  const show = () => {
    line.hidden = !store.hidden;
    for (const button of switches) {
      button.hidden = !store.facts.mayHide || (button.dataset.layerSwitch === "hide") === store.hidden;
    }
  };
  let hidden = store.hidden;
  store.addEventListener("changed", () => {
    show();
    if (hidden !== store.hidden) announce(word(store.hidden ? "layerHidden" : "layerShown"));
    hidden = store.hidden;
  });
  sync.addEventListener("loaded", show);
  for (const button of switches) {
    button.addEventListener("click", async () => {
      const done = await sync.hide(button.dataset.layerSwitch === "hide").catch(() => false);
      if (!done) toast(word("notNow"), "error");
    });
  }
  let refused = 0;
  sync.addEventListener("waiting", ({ detail }) => {
    if (detail.refused > refused) toast(word("someRefused"), "warning");
    refused = detail.refused;
  });
  show();
}

const begin = (reader) => start(reader).catch((error) => {
  console.error(error);
  toast(word("broken"), "error");
});
if (document.querySelector("[data-annotations]")) {
  if (globalThis.ecabinetReader?.root) begin(globalThis.ecabinetReader);
  else document.addEventListener("ecabinet:reader", ({ detail }) => begin(detail), { once: true });
}
