// What makes pages nicer. Everything works without it.
(function () {
  "use strict";

  function enhance(part) {
    part.querySelectorAll("[data-show-password]").forEach(function (button) {
      var input = document.getElementById(button.dataset.showPassword);
      if (!input || !button.hidden) return;
      button.hidden = false;
      button.addEventListener("click", function () {
        var shown = input.type === "text";
        input.type = shown ? "password" : "text";
        var word = button.querySelector("[data-word-show]");
        word.textContent = shown ? word.dataset.wordShow : word.dataset.wordHide;
        input.focus();
      });
      // A shown password must not end up in the browser's memory of typed texts.
      if (input.form) input.form.addEventListener("submit", function () { input.type = "password"; });
    });
    part.querySelectorAll("[data-print]").forEach(function (button) {
      button.hidden = false;
      button.addEventListener("click", function () { window.print(); });
    });
    var wants = part.querySelector("[data-focus]");
    if (wants) wants.focus();
  }

  // A form is sent once, until the page is shown again (back button) or ten seconds have passed.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    window.setTimeout(function () { delete form.dataset.sent; }, 10000);
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) { delete form.dataset.sent; });
  });

  // An error summary's link puts the cursor into the field, not only the page beside it.
  document.addEventListener("click", function (event) {
    var link = event.target.closest && event.target.closest(".error-summary a[href^='#']");
    var field = link && document.getElementById(link.getAttribute("href").slice(1));
    if (!field) return;
    event.preventDefault();
    field.focus({ preventScroll: true });
    (field.closest(".usa-form-group") || field).scrollIntoView({ block: "start" });
  });

  // What was ticked before the scripts were there, or what the browser filled in again, counts as just chosen.
  document.addEventListener("htmx:load", function (event) {
    if (event.target !== document.body) return;
    document.querySelectorAll("form[hx-trigger=change]").forEach(function (form) {
      var chosen = Array.prototype.some.call(form.elements, function (field) {
        if (field.type === "hidden") return false;
        if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
        return field.defaultValue !== undefined && field.value !== field.defaultValue;
      });
      if (chosen) form.dispatchEvent(new Event("change", { bubbles: true }));
    });
  });

  document.addEventListener("DOMContentLoaded", function () { enhance(document); });
  document.addEventListener("htmx:afterSwap", function (event) { enhance(event.detail.elt); });
})();
