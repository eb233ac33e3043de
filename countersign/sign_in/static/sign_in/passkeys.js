// Passkeys: a form with data-passkey asks the browser for one and sends what it answers as the field "credential".
(function () {
  "use strict";

  function bytes(text) {
    var padded = text.replace(/-/g, "+").replace(/_/g, "/");
    return Uint8Array.from(atob(padded + "===".slice((padded.length + 3) % 4)), function (c) { return c.charCodeAt(0); });
  }

  function text(buffer) {
    var made = "";
    new Uint8Array(buffer).forEach(function (one) { made += String.fromCharCode(one); });
    return btoa(made).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  function withBytes(list) {
    return (list || []).map(function (one) { return Object.assign({}, one, { id: bytes(one.id) }); });
  }

  function written(credential) {
    var given = credential.response;
    var response = { clientDataJSON: text(given.clientDataJSON) };
    if (given.attestationObject) response.attestationObject = text(given.attestationObject);
    if (given.authenticatorData) response.authenticatorData = text(given.authenticatorData);
    if (given.signature) response.signature = text(given.signature);
    if (given.userHandle) response.userHandle = text(given.userHandle);
    return JSON.stringify({
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      response: response,
      clientExtensionResults: {}
    });
  }

  function ask(form) {
    var body = new URLSearchParams({ purpose: form.dataset.passkey });
    var token = form.querySelector("[name=csrfmiddlewaretoken]").value;
    return fetch(form.dataset.options, {
      method: "POST", body: body, credentials: "same-origin", headers: { "X-CSRFToken": token }
    }).then(function (answer) {
      if (!answer.ok) throw new Error("no options");
      return answer.json();
    }).then(function (options) {
      var asked = options.publicKey;
      asked.challenge = bytes(asked.challenge);
      if (asked.allowCredentials) asked.allowCredentials = withBytes(asked.allowCredentials);
      if (asked.excludeCredentials) asked.excludeCredentials = withBytes(asked.excludeCredentials);
      if (asked.user) asked.user.id = bytes(asked.user.id);
      return asked;
    });
  }

  function show(form, selector, shown) {
    var part = form.querySelector(selector);
    if (part) part.hidden = !shown;
  }

  function send(form, credential) {
    form.elements.credential.value = written(credential);
    form.submit();
  }

  var waiting = null;
  var busy = false;

  function autofill(form) {
    var can = PublicKeyCredential.isConditionalMediationAvailable;
    if (!can || busy) return;
    can.call(PublicKeyCredential).then(function (available) {
      if (!available) return null;
      return ask(form).then(function (asked) {
        waiting = new AbortController();
        // A challenge is good for five minutes; the page may stay open for longer.
        window.setTimeout(function () { waiting.abort(); autofill(form); }, 240000);
        return navigator.credentials.get({ publicKey: asked, mediation: "conditional", signal: waiting.signal });
      }).then(function (credential) { if (credential) send(form, credential); });
    }).catch(function () { /* Nobody chose one: the page is as it was. */ });
  }

  function start(form) {
    show(form, "[data-passkey-without]", false);
    if (!window.PublicKeyCredential || !navigator.credentials) {
      show(form, "[data-passkey-unable]", true);
      return;
    }
    show(form, "[data-passkey-ready]", true);
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      show(form, "[data-passkey-failed]", false);
      busy = true;
      if (waiting) waiting.abort();
      ask(form).then(function (asked) {
        return form.dataset.passkey === "add"
          ? navigator.credentials.create({ publicKey: asked })
          : navigator.credentials.get({ publicKey: asked });
      }).then(function (credential) { send(form, credential); }).catch(function () {
        delete form.dataset.sent;
        show(form, "[data-passkey-failed]", true);
      });
    });
    if (form.dataset.autofill) autofill(form);
  }

  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll("form[data-passkey]").forEach(start);
  });
})();
