// Advice on a new password while it is typed. What is typed never leaves the page.
(function () {
  "use strict";

  // Guessing is quick where characters repeat or follow each other: those count as less than one.
  function weight(text) {
    var sum = 0, seen = {}, before = 0;
    Array.from(text.normalize("NFKC")).forEach(function (character) {
      var code = character.codePointAt(0);
      var step = Math.abs(code - before);
      sum += step <= 1 ? 0.2 : seen[character] ? 0.7 : 1;
      seen[character] = true;
      before = code;
    });
    return sum;
  }

  document.querySelectorAll("[data-strength-of]").forEach(function (advice) {
    var input = document.getElementById(advice.dataset.strengthOf);
    if (!input) return;
    var shortest = Number(advice.dataset.shortest), waiting;
    input.addEventListener("input", function () {
      window.clearTimeout(waiting);
      // A pause first, so that a screen reader is not told at every key.
      waiting = window.setTimeout(function () {
        var length = Array.from(input.value).length, heavy = weight(input.value);
        var say = length < shortest ? "wordsShort" : heavy < shortest * 0.6 ? "wordsWeak" : heavy < 14 ? "wordsFair" : "wordsGood";
        advice.hidden = length === 0;
        advice.textContent = length === 0 ? "" : advice.dataset[say];
      }, 300);
    });
  });
})();
