// A page that shows how far long work is looks again by itself, for as long as the work goes on.
(function () {
  "use strict";
  var EVERY = 2000;
  var left = 150; // then by hand: a page that nobody looks at must not keep a session alive for ever

  function look() {
    var shown = document.getElementById("progress");
    if (!shown || !shown.hasAttribute("data-running") || !left--) return;
    if (document.hidden) { window.setTimeout(look, EVERY); return; }
    fetch(window.location.href, { credentials: "same-origin", headers: { Accept: "text/html" } })
      .then(function (response) { return response.ok && !response.redirected ? response.text() : ""; })
      .then(function (text) {
        var page = text && new DOMParser().parseFromString(text, "text/html");
        var now = page && page.getElementById("progress");
        // A link that somebody has just reached with the keyboard is not taken away under the fingers.
        if (now && !(now.hasAttribute("data-running") && shown.contains(document.activeElement))) {
          shown.replaceWith(document.importNode(now, true));
          var heading = document.querySelector("h1"), said = page.querySelector("h1");
          if (heading && said && heading.textContent !== said.textContent) {
            heading.textContent = said.textContent;
            document.title = page.title;
          }
        }
      })
      .catch(function () {})
      .finally(function () { window.setTimeout(look, EVERY); });
  }

  window.setTimeout(look, EVERY);
})();
