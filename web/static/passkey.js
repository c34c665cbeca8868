// Passkeys: asks the server what to ask, the device for its answer, and sends that as a form.
"use strict";

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const named = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

const make = async (told) => {
  const options = { ...told, challenge: bytes(told.challenge), excludeCredentials: named(told.excludeCredentials) };
  options.user = { ...told.user, id: bytes(told.user.id) };
  return navigator.credentials.create({ publicKey: options });
};

const use = async (told) => {
  const options = { ...told, challenge: bytes(told.challenge), allowCredentials: named(told.allowCredentials) };
  return navigator.credentials.get({ publicKey: options });
};

const written = (credential) => {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response });
};

const passkey = (form) => {
  const told = form.querySelector("[data-told]"), button = form.querySelector("button");
  button.disabled = false;
  form.addEventListener("submit", async (event) => {
    if (form.elements.answer.value) return;
    event.preventDefault();
    told.hidden = true;
    button.disabled = true;
    try {
      const asked = await fetch(form.dataset.question, {
        method: "POST",
        headers: { "X-CSRFToken": form.elements.csrf_token.value },
      });
      if (!asked.ok) throw new Error("not asked");
      const credential = await (form.dataset.passkey === "create" ? make : use)(await asked.json());
      form.elements.answer.value = written(credential);
      form.requestSubmit();
    } catch {
      told.textContent = form.dataset.failed;
      told.hidden = false;
      button.disabled = false;
    }
  });
};

if (window.PublicKeyCredential) document.querySelectorAll("[data-passkey]").forEach(passkey);
