// The drawer of the reader: tabs (pages small, outline, notes), each filled when it is first looked at.

/**
 * Wire the drawer of `root`. `fill` maps a tab's name to what is called each time it comes into sight.
 * Returns {show(name), hide(), toggle(), shown()}; `shown` is the name of the tab in sight, or null.
 */
export function wireSide(root, fill) {
  const side = root.querySelector(".reader-side");
  const opener = document.querySelector("[data-side-toggle]");
  const tabs = [...side.querySelectorAll("[role='tab']")];
  const chosen = () => tabs.find((tab) => tab.getAttribute("aria-selected") === "true");

  function choose(tab) {
    for (const one of tabs) {
      const present = one === tab;
      one.setAttribute("aria-selected", String(present));
      one.tabIndex = present ? 0 : -1;
      document.getElementById(one.getAttribute("aria-controls")).hidden = !present;
    }
    fill[tab.dataset.tab]?.();
  }

  const drawer = {
    shown: () => (side.hidden ? null : chosen().dataset.tab),
    show(name) {
      side.hidden = false;
      opener.setAttribute("aria-expanded", "true");
      choose(tabs.find((tab) => tab.dataset.tab === name) ?? chosen());
    },
    hide() {
      const held = side.contains(document.activeElement);
      side.hidden = true;
      opener.setAttribute("aria-expanded", "false");
      if (held) opener.focus();
    },
    toggle: () => (side.hidden ? drawer.show() : drawer.hide()),
  };
  opener.addEventListener("click", drawer.toggle);
  side.querySelector("[role='tablist']").addEventListener("click", (event) => {
    const tab = event.target.closest("[role='tab']");
    if (tab) choose(tab);
  });
  side.querySelector("[role='tablist']").addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const tab = tabs[(tabs.indexOf(chosen()) + step + tabs.length) % tabs.length];
    choose(tab);
    tab.focus();
  });
  return drawer;
}
