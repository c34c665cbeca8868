// Asks a device for a passkey, where the browser can: signing in, or adding one.
"use strict";

const bytesOf = (text) => Uint8Array.from(
  atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const textOf = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)))
  .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const named = (some) => (some ?? []).map((one) => ({ ...one, id: bytesOf(one.id) }));

const ask = {
  get: (told) => navigator.credentials.get({ publicKey: {
    ...told, challenge: bytesOf(told.challenge), allowCredentials: named(told.allowCredentials),
  } }),
  create: (told) => navigator.credentials.create({ publicKey: {
    ...told, challenge: bytesOf(told.challenge),
    user: { ...told.user, id: bytesOf(told.user.id) },
    excludeCredentials: named(told.excludeCredentials),
  } }),
};

const answerOf = (device) => {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (device.response[name]) response[name] = textOf(device.response[name]);
  }
  return JSON.stringify({ id: device.id, rawId: textOf(device.rawId), type: device.type, response });
};

const passkeyForm = (form) => {
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    if (form.elements.answer.value) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const failed = form.querySelector("[data-failed]");
    failed.hidden = true;
    try {
      const answer = await fetch(form.dataset.question, {
        method: "POST", headers: { "X-CSRFToken": form.elements.csrf_token.value },
      });
      if (!answer.ok) throw new Error(answer.status);
      form.elements.answer.value = answerOf(await ask[form.dataset.passkey](await answer.json()));
      form.requestSubmit();
    } catch {  // nobody there, no such device, or turned away: all can be tried again
      failed.hidden = false;
    }
  }, { capture: true });
};

if (window.PublicKeyCredential) document.querySelectorAll("form[data-passkey]").forEach(passkeyForm);
