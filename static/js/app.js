// Every page: requests, toasts, questions, menus, drawers, clocks, lists, uploads.
import { wireClocks } from "./clock.js";
import { wireDay } from "./day.js";
import { ask, expire, showLeftToast } from "./feedback.js";
import { wireParts } from "./parts.js";
import { wireOutlineForms, wireOutlines } from "./outline.js";
import { wireOffline } from "./offline.js";
import { wireLists } from "./reorder.js";
import { csrfToken, wireHtmx } from "./requests.js";
import { wireUploads } from "./upload.js";

const DOUBLE_PRESS = 3000;

/** data-confirm on a form, its submit button, or a link: asked once, then the same thing goes on. */
function wireConfirms() {
  const agreed = new WeakSet();
  const options = (element) => ({ yes: element.dataset.confirmYes, danger: element.hasAttribute("data-danger") });

  async function hold(event, element, goOn) {
    if (agreed.delete(element)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!(await ask(element.dataset.confirm, options(element)))) return;
    agreed.add(element);
    goOn();
  }

  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      const element = event.submitter?.dataset.confirm ? event.submitter : form;
      if (element.dataset.confirm) hold(event, element, () => form.requestSubmit(event.submitter));
    },
    true,
  );
  document.addEventListener(
    "click",
    (event) => {
      const element = event.target.closest?.("a[data-confirm], button[type='button'][data-confirm]");
      if (element) hold(event, element, () => element.click());
    },
    true,
  );
}

/** A plain form pressed twice in a hurry is sent once. */
function wireDoublePress() {
  const sent = new WeakMap();
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    const last = sent.get(form);
    if (last && Date.now() - last < DOUBLE_PRESS) event.preventDefault();
    else sent.set(form, Date.now());
  });
}

/** data-print: shown where there is a script, prints the page. */
function wirePrint() {
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
}

function wireMenus() {
  const close = (but) => {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) if (menu !== but) menu.open = false;
  };
  document.addEventListener("click", (event) => close(event.target.closest?.("details[data-menu]")));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details[data-menu][open]");
    close();
    menu?.querySelector("summary").focus();
  });
}

/** [data-drawer-open] links to the id of a [data-drawer]; without this script :target shows it. */
function wireDrawers() {
  let opener = null;

  function shut() {
    const shown = document.querySelector("[data-drawer-shown]");
    if (!shown) return;
    shown.removeAttribute("data-drawer-shown");
    document.querySelector(".drawer-veil")?.remove();
    opener?.focus();
  }

  function show(link) {
    const drawer = document.querySelector(link.hash);
    if (!drawer) return;
    opener = link;
    drawer.parentElement.dataset.drawerShown = drawer.id;
    const veil = document.createElement("div");
    veil.className = "drawer-veil";
    veil.dataset.drawerClose = "";
    drawer.after(veil);
    drawer.querySelector("[data-drawer-close]")?.focus();
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-drawer-open]");
    if (link) {
      event.preventDefault();
      show(link);
    } else if (event.target.closest?.("[data-drawer-close], [data-drawer] a[href]")) {
      if (event.target.closest("[data-drawer-close]")) event.preventDefault();
      shut();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") shut();
  });
}

function wireTheme() {
  const choice = document.querySelector("[data-theme-choice]");
  if (!choice) return;
  const root = document.documentElement;
  choice.hidden = false;
  const present = choice.querySelector(`input[value="${root.dataset.theme ?? "auto"}"]`);
  if (present) present.checked = true;
  choice.addEventListener("change", (event) => {
    const theme = event.target.value;
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
    try {
      localStorage.setItem("ecabinet.theme", theme);
    } catch {
      // Storage may be forbidden: the choice holds for this page.
    }
  });
}

function wireToasts() {
  const region = document.getElementById("toasts");
  if (!region) return;
  for (const box of region.children) expire(box);
  showLeftToast();
  region.addEventListener("click", (event) => {
    if (event.target.closest("[data-toast-close]")) event.target.closest(".toast").remove();
  });
}

/** Forms pushed to a whole room carry nobody's token; each page fills in its own. */
function wireTokens() {
  document.addEventListener("submit", (event) => {
    const field = event.target.querySelector("input[name='csrf_token']");
    if (field && !field.value) field.value = csrfToken();
  }, true);
}

/** data-autosubmit: a choice that is its own submit button. */
function wireAutosubmit() {
  document.addEventListener("change", (event) => {
    if (event.target.matches?.("[data-autosubmit]")) event.target.form.requestSubmit();
  });
  // What was chosen before this file had loaded on a slow tablet.
  for (const select of document.querySelectorAll("select[data-autosubmit]")) {
    const given = [...select.options].find((option) => option.defaultSelected);
    if (given && !given.selected) select.form.requestSubmit();
  }
}

/** On a phone the tabs are one line: the present one is in sight. */
function wireTabs() {
  for (const tab of document.querySelectorAll(".tabs [aria-current]")) {
    const row = tab.parentElement;
    row.scrollLeft = tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
  }
}

wireConfirms();
wireTabs();
wireOutlineForms();
wireTokens();
wireAutosubmit();
wireHtmx();
wireUploads();
wireOffline();
wireParts();
wireDoublePress();
wireMenus();
wirePrint();
wireDrawers();
wireTheme();
wireToasts();
wireClocks();
wireLists();
wireOutlines();
wireDay();
for (const name of ["htmx:afterSettle", "ecabinet:blocks"]) {
  document.addEventListener(name, () => {
    wireLists();
    wireOutlines();
  });
}
// All scripts of the page have run: from here on presses and choices are heard; tests wait for it.
document.addEventListener("DOMContentLoaded", () => {
  document.documentElement.dataset.appReady = "";
});
