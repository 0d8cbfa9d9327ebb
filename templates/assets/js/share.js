/* "Other apps": the phone's own sheet for sharing, where the browser has one. */
(() => {
  "use strict";

  const button = document.querySelector("[data-share]");
  if (!button || typeof navigator.share !== "function") return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const { shareTitle: title, shareText: text, shareUrl: url } = button.dataset;
    try {
      await navigator.share({ title, text, url });
    } catch {
      /* Put away without sharing. */
    }
  });
})();
