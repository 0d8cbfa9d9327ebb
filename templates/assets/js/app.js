/* Every page of the dashboard, the platform and the console: theme, dialogs, menus, toasts, guarded forms, copying.
   Nothing here is needed to read a page or to send a form. */
(() => {
  "use strict";

  const YEAR = 365 * 24 * 3600;
  const text = (name) => document.body.dataset[`text${name}`] || "";

  /* Theme: a cookie, so the server writes it into the page and nothing flashes. */
  function chooseTheme(choice) {
    const root = document.documentElement;
    if (choice === "auto") {
      document.cookie = "theme=; path=/; max-age=0; samesite=lax";
      delete root.dataset.theme;
    } else {
      document.cookie = `theme=${choice}; path=/; max-age=${YEAR}; samesite=lax`;
      root.dataset.theme = choice === "dark" ? "smartseller-dark" : "smartseller";
    }
    document.dispatchEvent(new CustomEvent("theme:changed"));
  }

  /* Dialogs */
  function openDialog(id) {
    const dialog = document.getElementById(id);
    if (dialog && typeof dialog.showModal === "function" && !dialog.open) dialog.showModal();
  }

  function closeOutside(event) {
    const dialog = event.target;
    if (!(dialog instanceof HTMLDialogElement)) return;
    const box = dialog.getBoundingClientRect();
    const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside && event.clientX + event.clientY > 0) dialog.close();
  }

  /* Menus on <details> */
  function closeMenus(except) {
    for (const menu of document.querySelectorAll("details.menu-drop[open], details.explain[open]")) {
      if (!except || !menu.contains(except)) menu.open = false;
    }
  }

  /* Toasts */
  function button(label, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = label;
    made.addEventListener("click", act);
    return made;
  }

  function toast({ text: words, tone, undo }) {
    const note = document.createElement("div");
    note.className = `toast-note${tone === "error" ? " toast-note--error" : ""}`;
    const said = document.createElement("span");
    said.textContent = words;
    note.append(said);
    if (undo) {
      const back = button(text("Undo"), () => takeBack(undo, note));
      back.dataset.undoLatest = "";
      note.append(back);
    }
    note.append(button("✕", () => note.remove()));
    note.lastChild.setAttribute("aria-label", text("Close"));
    document.getElementById("toasts")?.append(note);
    fade(note, undo || tone === "error" ? 12000 : 5000);
  }

  function fade(note, after) {
    let timer = setTimeout(() => note.remove(), after);
    const stay = () => clearTimeout(timer);
    note.addEventListener("pointerenter", stay);
    note.addEventListener("focusin", stay);
    note.addEventListener("pointerleave", () => {
      timer = setTimeout(() => note.remove(), 3000);
    });
  }

  async function takeBack(url, note) {
    note.remove();
    try {
      const answer = await fetch(url, { method: "POST", headers: { ...requestHeaders(), "HX-Request": "true" } });
      if (!answer.ok) throw new Error(String(answer.status));
      location.reload();
    } catch {
      toast({ text: text("Failed"), tone: "error" });
    }
  }

  function requestHeaders() {
    return JSON.parse(document.body.getAttribute("hx-headers") || "{}");
  }

  /* Forms with data-guard: a bar appears when something changed, and leaving asks first. */
  const dirty = new Set();

  function markDirty(form) {
    dirty.add(form);
    form.querySelector("[data-save-bar]")?.removeAttribute("hidden");
  }

  function settle(form) {
    dirty.delete(form);
    form.querySelector("[data-save-bar]")?.setAttribute("hidden", "");
  }

  function guardForms(root) {
    for (const form of root.querySelectorAll("form[data-guard]")) {
      if (form.dataset.guarded) continue;
      form.dataset.guarded = "yes";
      if (form.querySelector("[aria-invalid='true']")) markDirty(form);
      else form.querySelector("[data-save-bar]")?.setAttribute("hidden", "");
      form.addEventListener("input", () => markDirty(form));
      form.addEventListener("submit", () => dirty.delete(form));
      form.addEventListener("htmx:afterRequest", (event) => event.detail.successful && settle(form));
    }
    root.querySelector("[data-error-summary]")?.focus();
  }

  window.addEventListener("beforeunload", (event) => {
    for (const form of dirty) if (!form.isConnected) dirty.delete(form);
    if (dirty.size) event.preventDefault();
  });

  /* A form is sent once: a second click while it is under way does nothing. */
  function sendOnce(event) {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented || form.closest("[hx-post], [hx-put]")) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 8000);
  }

  /* The browser checks in its own language; the page's reader has chosen another one, perhaps. */
  function complain(event) {
    const field = event.target;
    const { valueMissing, customError } = field.validity;
    if (!customError) field.setCustomValidity(text(valueMissing ? "FillIn" : "NotValid"));
  }

  async function copy(trigger) {
    await navigator.clipboard.writeText(trigger.dataset.copy);
    toast({ text: text("Copied") });
  }

  const CLICKS = [
    ["[data-theme-choice]", (hit) => chooseTheme(hit.dataset.themeChoice)],
    ["[data-dialog-open]", (hit) => openDialog(hit.dataset.dialogOpen)],
    ["[data-dialog-close]", (hit) => hit.closest("dialog")?.close()],
    ["[data-copy]", copy],
    ["[data-undo]", (hit) => takeBack(hit.dataset.undo, hit.closest("[data-toast]") || hit)],
    ["[data-toast-close]", (hit) => hit.closest("[data-toast]")?.remove()],
    ["[data-discard]", () => dirty.clear()],
  ];

  document.addEventListener("click", (event) => {
    closeMenus(event.target);
    closeOutside(event);
    for (const [selector, act] of CLICKS) {
      const hit = event.target.closest(selector);
      if (hit) act(hit);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector("details.menu-drop[open], details.explain[open]");
    if (open) {
      open.open = false;
      open.querySelector("summary")?.focus();
    }
  });
  document.addEventListener("submit", sendOnce);
  document.addEventListener("invalid", complain, true);
  for (const typed of ["input", "change"]) {
    document.addEventListener(typed, (event) => event.target.setCustomValidity?.(""), true);
  }

  /* htmx: answers may ask for a toast (HX-Trigger: {"toast": {...}}); refusals without a page say so. */
  document.addEventListener("toast", (event) => toast(event.detail));
  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.getResponseHeader("HX-Trigger")) return;
    toast({ text: event.detail.xhr.status < 500 ? text("Refused") : text("Failed"), tone: "error" });
  });
  for (const lost of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(lost, () => toast({ text: text("Failed"), tone: "error" }));
  }
  document.addEventListener("htmx:load", (event) => guardForms(event.target.parentElement || document));

  guardForms(document);
  window.smartseller = { toast, openDialog, requestHeaders, text };
})();
