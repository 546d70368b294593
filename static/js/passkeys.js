// Passkeys: the server's question goes to the browser's authenticator, its answer back to the server.
import { post, problemText } from "./requests.js";
import { text } from "./texts.js";

const bytes = (value) =>
  Uint8Array.from(atob(value.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));

const base64url = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const keys = (list = []) => list.map((key) => ({ ...key, id: bytes(key.id) }));

/** Ask for a new passkey; the answer as the server reads it. */
async function create(options) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: keys(options.excludeCredentials),
    },
  });
  return answer(made, {
    attestationObject: base64url(made.response.attestationObject),
    transports: made.response.getTransports?.() ?? [],
  });
}

/** Ask any passkey of this site to sign the challenge. */
async function sign(options) {
  const signed = await navigator.credentials.get({
    publicKey: { ...options, challenge: bytes(options.challenge), allowCredentials: keys(options.allowCredentials) },
  });
  const { authenticatorData, signature, userHandle } = signed.response;
  return answer(signed, {
    authenticatorData: base64url(authenticatorData),
    signature: base64url(signature),
    userHandle: userHandle ? base64url(userHandle) : null,
  });
}

function answer(credential, response) {
  return {
    id: credential.id,
    rawId: base64url(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: { ...response, clientDataJSON: base64url(credential.response.clientDataJSON) },
  };
}

async function json(response) {
  if (response.ok) return response.json();
  const said = problemText(response.status, await response.text(), response.headers.get("Content-Type") ?? "");
  throw Object.assign(new Error(said), { said });
}

/** A form whose submit runs the exchange: first the question, then the answer with the form's own fields. */
function wire(form, ask) {
  const fault = form.querySelector("[data-passkey-fault]");
  const button = form.querySelector("button");
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    fault.hidden = true;
    button.disabled = true;
    try {
      const fields = new FormData(form);
      const credential = await ask(await json(await post(form.dataset.optionsUrl, fields)));
      fields.set("credential", JSON.stringify(credential));
      const { url } = await json(await post(form.action, fields));
      location.assign(url);
    } catch (error) {
      // The browser says little of why, on purpose; someone who only turned away knows it.
      fault.textContent = error.said ?? text(error instanceof DOMException ? "passkeyStopped" : "network");
      fault.hidden = false;
    } finally {
      button.disabled = false;
    }
  });
}

if (window.PublicKeyCredential && window.isSecureContext) {
  for (const form of document.querySelectorAll("[data-passkey-register]")) wire(form, create);
  for (const form of document.querySelectorAll("[data-passkey-sign-in]")) wire(form, sign);
  for (const note of document.querySelectorAll("[data-passkey-unsupported]")) note.hidden = true;
}
