/* The settings page: a place that is chosen from the list fills the fields above it. */
(() => {
  "use strict";

  const form = document.querySelector("[data-region-form]");
  if (!form) return;
  const code = form.querySelector("[data-region-code]");
  const search = form.querySelector("[data-region-search]");
  const results = form.querySelector("#region-results");

  form.addEventListener("click", (event) => {
    const choice = event.target.closest("[data-region]");
    if (!choice) return;
    event.preventDefault();
    code.value = choice.value;
    code.dispatchEvent(new Event("input", { bubbles: true }));
    search.value = choice.dataset.region;
    search.removeAttribute("aria-invalid");
    if (choice.dataset.postcode) form.elements.postcode.value = choice.dataset.postcode;
    results.replaceChildren();
    search.focus();
  });

  /* What was chosen before no longer fits the words. */
  search.addEventListener("input", () => {
    code.value = "";
  });
})();
