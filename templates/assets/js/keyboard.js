/* The keyboard: / to search, j k to move, x to tick, Enter to open, g and a letter to go, Ctrl-K for the palette,
   ? for the list of all this. */
(() => {
  "use strict";

  const TYPING = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], dialog[open]";
  const typing = (target) => target.closest(TYPING) !== null;
  const GO_WAIT = 1200;
  let goUntil = 0;

  /* Rows */
  const rows = () => [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent !== null);

  function moveCursor(step) {
    const list = rows();
    if (!list.length) return;
    const at = list.findIndex((row) => row.classList.contains("is-cursor"));
    const next = list[Math.min(list.length - 1, Math.max(0, at < 0 ? 0 : at + step))];
    list[at]?.classList.remove("is-cursor");
    next.classList.add("is-cursor");
    (next.querySelector("[data-row-link]") || next).focus?.({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  }

  function tickCursor() {
    document.querySelector("[data-row].is-cursor [data-select-row]")?.click();
  }

  /* g then a letter: the first menu entry whose key starts with it. */
  function go(letter) {
    const link = document.querySelector(`[data-go="${CSS.escape(letter)}"]`);
    if (link) location.assign(link.href);
  }

  function focusSearch() {
    const field = document.querySelector("[data-list-search]");
    if (field) field.focus();
    else openPalette();
  }

  /* Palette: the arrows move the focus over what was found, typing goes back to the field. */
  const palette = document.getElementById("palette");
  const field = palette?.querySelector("input");

  function openPalette() {
    if (!palette || palette.open) return;
    palette.showModal();
    field.select();
    field.dispatchEvent(new Event("palette:open"));
  }

  function moveHit(step) {
    const stops = [field, ...palette.querySelectorAll(".palette__hit")];
    const at = Math.max(0, stops.indexOf(document.activeElement));
    const next = stops[(at + step + stops.length) % stops.length];
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }

  palette?.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      moveHit(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Escape") {
      event.preventDefault();
      palette.close();
    } else if (event.key === "Enter" && event.target === field) {
      const hit = palette.querySelector(".palette__hit");
      if (hit && palette.dataset.asked === field.value) {
        event.preventDefault();
        location.assign(hit.href);
      }
    } else if (event.target !== field && (event.key.length === 1 || event.key === "Backspace")) {
      field.focus();
    }
  });

  /* Enter opens the first hit only when the hits belong to the words in the field. */
  palette?.addEventListener("htmx:beforeRequest", () => {
    delete palette.dataset.asked;
    palette.dataset.asking = field.value;
  });
  palette?.addEventListener("htmx:afterSwap", () => {
    palette.dataset.asked = palette.dataset.asking;
  });

  /* The sheet of keys. A letter belongs to the first entry that has it. */
  const help = document.getElementById("keyboard-help");

  function openHelp() {
    if (!help || help.open) return;
    const seen = new Set();
    for (const row of help.querySelectorAll("[data-go-row]")) {
      row.hidden = seen.has(row.dataset.goRow);
      seen.add(row.dataset.goRow);
    }
    help.showModal();
  }

  const KEYS = {
    "/": focusSearch,
    j: () => moveCursor(1),
    k: () => moveCursor(-1),
    x: tickCursor,
    "?": openHelp,
    g: () => {
      goUntil = Date.now() + GO_WAIT;
    },
  };

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      openPalette();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (Date.now() < goUntil) {
      goUntil = 0;
      go(event.key.toLowerCase());
      return;
    }
    const act = KEYS[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  });

  document.addEventListener("click", (event) => {
    if (!palette || !event.target.closest("[data-palette-open]")) return;
    event.preventDefault();
    openPalette();
  });
})();
