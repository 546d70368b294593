// The words of templates/reading/tools.html and what the page knows about its reader, both in data-* attributes.
const root = document.querySelector("[data-annotations]");

/** The words under data-word-<name>; {0} is replaced by a value. */
export function word(name, ...values) {
  const key = `word${name[0].toUpperCase()}${name.slice(1)}`;
  return (root?.dataset[key] ?? name).replace(/\{(\d)\}/g, (_, index) => String(values[index] ?? ""));
}

/** {me, name, meeting, url, layerUrl, mayHide, people: [{id, name}], document, version}, or null without annotations. */
export function facts() {
  return root ? JSON.parse(root.dataset.facts) : null;
}

const when = new Intl.DateTimeFormat("vi-VN", {
  timeZone: "Asia/Ho_Chi_Minh", day: "2-digit", month: "2-digit", year: "numeric", hour: "2-digit", minute: "2-digit",
});

/** An instant as people read it: 22/11/2026 09:05. */
export function moment(iso) {
  const parts = Object.fromEntries(when.formatToParts(new Date(iso)).map(({ type, value }) => [type, value]));
  return `${parts.day}/${parts.month}/${parts.year} ${parts.hour}:${parts.minute}`;
}
