// The texts of templates/client.html: text("moved", 2, 5) fills {0} and {1}.
export function text(name, ...values) {
  const source = document.getElementById("texts")?.dataset[name] ?? name;
  return source.replace(/\{(\d)\}/g, (_, index) => String(values[index] ?? ""));
}
