// Requests that change something: CSRF for htmx and fetch, and one way to say what went wrong.
import { toast } from "./feedback.js";
import { text } from "./texts.js";

/** The value for the header X-CSRF-Token. */
export function csrfToken() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? "";
}

/** POST form fields to our own server, which answers with JSON; throws TypeError when the network is lost. */
export function post(url, fields) {
  return fetch(url, {
    method: "POST",
    body: fields,
    credentials: "same-origin",
    headers: { Accept: "application/json", "X-CSRF-Token": csrfToken() },
  });
}

/** The words for a refused answer. The server's own words win: JSON `message`, or the words of an error page. */
export function problemText(status, body = "", type = "") {
  if (type.includes("json")) {
    try {
      const { message } = JSON.parse(body);
      if (message) return message;
    } catch {
      // Not JSON after all: the general words below.
    }
  } else if (type.includes("html")) {
    const page = new DOMParser().parseFromString(body, "text/html");
    const said = page.querySelector("[data-problem], .empty-title")?.textContent.trim();
    if (said) return said;
  }
  const known = { 401: "signedOut", 403: "forbidden", 404: "missing", 409: "conflict", 413: "tooLarge", 429: "tooMany" };
  return known[status] ? text(known[status]) : text("server", status);
}

/** The toast that an answer carries in its HX-Trigger header, or null. */
export function toastOf(header) {
  try {
    return JSON.parse(header ?? "").toast ?? null;
  } catch {
    return null;
  }
}

/** Wire htmx: the token on every unsafe request, and a toast for every answer that is not swapped. */
export function wireHtmx() {
  const body = document.body;
  body.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.verb !== "get") event.detail.headers["X-CSRF-Token"] = csrfToken();
  });
  body.addEventListener("htmx:responseError", (event) => {
    const { xhr } = event.detail;
    // A toast that the server sends along says it better.
    if (toastOf(xhr.getResponseHeader("HX-Trigger"))) return;
    toast(problemText(xhr.status, xhr.responseText, xhr.getResponseHeader("Content-Type") ?? ""), "error");
  });
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    body.addEventListener(name, () => toast(text("network"), "error"));
  }
  body.addEventListener("toast", (event) => toast(event.detail?.message ?? event.detail?.value, event.detail?.tone));
}
