/* Stock: counts corrected in place, and lines of a transfer that can be taken out again. */
(() => {
  "use strict";

  const clamp = (field, value) => {
    const [least, most] = [field.min === "" ? -Infinity : Number(field.min), field.max === "" ? Infinity : Number(field.max)];
    return Math.min(most, Math.max(least, value));
  };

  function step(button) {
    const field = button.closest(".stepper")?.querySelector("input");
    if (!field) return;
    field.value = clamp(field, (Number(field.value) || 0) + Number(button.dataset.step));
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /* A row shows why and Save once its number differs from the one that is there. */
  function follow(form) {
    const before = Number(form.dataset.recount);
    const field = form.elements.counted;
    const changed = field.value !== "" && Number(field.value) !== before;
    form.classList.toggle("is-open", changed || field.value === "");
    const note = form.querySelector("[data-recount-change]");
    if (!note) return;
    const by = Number(field.value) - before;
    note.textContent = changed ? `${before} → ${field.value} (${by > 0 ? "+" : "−"}${Math.abs(by)})` : "";
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-step]");
    if (button) step(button);
    const out = event.target.closest("[data-line-out]");
    if (out) {
      const next = out.closest("[data-line]").nextElementSibling;
      out.closest("[data-line]").remove();
      next?.querySelector("input")?.focus();
    }
  });
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-recount]");
    if (form && event.target.name === "counted") follow(form);
  });
  document.addEventListener("reset", (event) => {
    const form = event.target.closest("form[data-recount]");
    if (!form) return;
    event.preventDefault();
    form.elements.counted.value = form.dataset.recount;
    form.elements.counted.removeAttribute("aria-invalid");
    form.querySelector(".errorlist")?.remove();
    follow(form);
  });
  document.addEventListener("focusin", (event) => {
    if (event.target.matches("form[data-recount] input[name='counted']")) event.target.select();
  });

  /* Enter in a search inside a form, as a barcode scanner sends it, picks the first hit and sends nothing. */
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("form[method='post'] input[type='search']")) return;
    event.preventDefault();
    event.target.closest("div, fieldset").parentElement.querySelector(".found-list > button")?.click();
  });

  /* A hit that was picked has become a line: the hits go, and the cursor stands where one goes on. */
  document.addEventListener("htmx:afterSwap", (event) => {
    const hit = event.detail.requestConfig?.elt;
    if (!hit?.matches?.(".found-list > button")) return;
    const search = hit.closest(".found-list").parentElement.querySelector("input[type='search']");
    hit.parentElement.replaceChildren();
    const next = event.detail.target.id === "rates" ? event.detail.target.querySelector("input.control") : search;
    next?.focus();
    if (next === search) search.select();
  });

  /* After a row came back with the new count, the cursor stays in it. */
  document.addEventListener("htmx:afterSwap", (event) => {
    const row = event.detail.requestConfig?.elt?.closest?.("form[data-recount]") && document.getElementById(event.detail.target.id);
    row?.querySelector("[aria-invalid='true'], input[name='counted']")?.focus({ preventScroll: true });
  });
})();
