// Whoever changes the language keeps what was typed: it waits in this tab until the page is there in the other one.
(function () {
  "use strict";
  var KEY = "typed-before-language";

  // Neither a secret, also while it is shown, nor a number that names a taxpayer or proves a right.
  var SECRET = /^(id_number|value|code|digits)$/;

  function fields() {
    // Which language somebody has chosen is what just changed.
    return Array.prototype.filter.call(document.querySelectorAll("main form[method=post] [name]"), function (field) {
      return field.name !== "csrfmiddlewaretoken" && field.name !== "language" &&
        !/^(password|file|submit|button)$/.test(field.type) && !SECRET.test(field.name) &&
        !/password|one-time-code/.test(field.autocomplete || "");
    });
  }
  function ticked(field) { return field.type === "checkbox" || field.type === "radio"; }

  document.addEventListener("submit", function (event) {
    if (!event.target.classList.contains("language-switch")) return;
    var typed = fields().map(function (field) {
      return [field.name, field.value, ticked(field) ? field.checked : true, field.type === "hidden"];
    });
    try {
      window.sessionStorage.setItem(KEY, JSON.stringify({ path: window.location.pathname, typed: typed }));
    } catch (refused) { /* then it is lost, as without this script */ }
  });

  document.addEventListener("DOMContentLoaded", function () {
    var kept = null;
    try {
      kept = JSON.parse(window.sessionStorage.getItem(KEY));
      window.sessionStorage.removeItem(KEY);
    } catch (refused) { return; }
    if (!kept || kept.path !== window.location.pathname) return;
    var changed = null;
    fields().forEach(function (field) {
      // What a page carries along, such as a token or what was seen, is this page's own.
      if (field.type === "hidden") return;
      kept.typed.forEach(function (one) {
        if (one[0] !== field.name || (ticked(field) && !one[3] && one[1] !== field.value)) return;
        if (ticked(field)) {
          field.checked = one[3] ? field.checked || one[1] === field.value : one[2];
        } else {
          field.value = one[1];
        }
        changed = field;
      });
    });
    // What is shown for a choice is shown again.
    if (changed) changed.dispatchEvent(new Event("change", { bubbles: true }));
  });
})();
