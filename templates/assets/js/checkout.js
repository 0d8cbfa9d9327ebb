/* Keeps the checkout's choices and sums in step with the address. Without it the "find" button does the same. */
(() => {
  "use strict";

  const form = document.querySelector("[data-checkout]");
  if (!form) return;
  let asked = null;

  async function refresh() {
    asked?.abort();
    asked = new AbortController();
    try {
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form), signal: asked.signal });
      if (!answer.ok && answer.status !== 422) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of form.querySelectorAll("[data-refresh]")) {
        const fresh = page.getElementById(part.id);
        if (!fresh) continue;
        const held = part.contains(document.activeElement) ? document.activeElement : null;
        part.replaceChildren(...fresh.childNodes);
        if (held) focusAgain(part, held);
      }
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    }
  }

  /* Whoever moves through the choices by keyboard stays where they were. */
  function focusAgain(part, held) {
    const same = [...part.querySelectorAll("input")].find((one) => one.name === held.name && one.value === held.value);
    (same || part.querySelector("input:not([type=hidden])"))?.focus();
  }

  form.addEventListener("change", (event) => {
    if (["region_code", "region_choice", "shipping_method", "area"].includes(event.target.name)) refresh();
  });
})();
