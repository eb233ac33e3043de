// Warns before a session ends without activity, and lets its person stay: by Enter, Escape or a click.
(function () {
  "use strict";
  var KEY = "session-ends-at";

  document.addEventListener("DOMContentLoaded", function () {
    var dialog = document.querySelector("[data-idle-left]");
    if (!dialog || typeof dialog.showModal !== "function") return;
    // Whoever is warned in time need not be told on every page.
    document.querySelectorAll("[data-idle-words]").forEach(function (words) { words.hidden = true; });
    var form = dialog.querySelector("[data-idle-stay]");
    var clock = dialog.querySelector("[data-idle-clock]");
    var warning = Number(dialog.dataset.idleWarning) * 1000;
    var endsAt = 0;
    var asking = false;

    // What one does in another tab keeps this one signed in as well.
    function shared() {
      try { return Number(window.localStorage.getItem(KEY)) || 0; } catch (refused) { return 0; }
    }
    function lasts(seconds) {
      endsAt = Date.now() + seconds * 1000;
      try { window.localStorage.setItem(KEY, String(endsAt)); } catch (refused) { /* this tab alone, then */ }
    }
    function again() { window.location.assign(window.location.pathname + window.location.search); }

    function stay() {
      if (asking) return;
      asking = true;
      window.fetch(form.action, {
        method: "POST", body: new FormData(form), headers: { Accept: "application/json" }, redirect: "manual"
      }).then(function (answer) {
        if (!answer.ok) throw new Error("over");
        return answer.json();
      }).then(function (said) {
        lasts(said.seconds);
        if (dialog.open) dialog.close();
      }).catch(again).finally(function () { asking = false; });
    }

    function look() {
      var left = Math.max(endsAt, shared()) - Date.now();
      if (left <= 0) {
        again();
        return;
      }
      if (left > warning) {
        if (dialog.open) dialog.close();
      } else if (!dialog.open) {
        dialog.showModal();
        form.querySelector("button").focus();
      }
      var seconds = Math.ceil(left / 1000);
      clock.textContent = Math.floor(seconds / 60) + ":" + String(seconds % 60).padStart(2, "0");
      window.setTimeout(look, dialog.open ? 1000 : Math.min(left - warning, 15000) + 50);
    }

    form.addEventListener("submit", function (event) {
      event.preventDefault();
      delete form.dataset.sent;
      stay();
    });
    dialog.addEventListener("cancel", function (event) {
      event.preventDefault();
      stay();
    });
    // A computer that slept, a page from the back button: look at once.
    document.addEventListener("visibilitychange", function () { if (!document.hidden && dialog.open) look(); });
    lasts(Number(dialog.dataset.idleLeft));
    look();
  });
})();
