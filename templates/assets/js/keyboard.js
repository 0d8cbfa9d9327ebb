/* The keyboard: / to search, j k to move, x to tick, Enter to open, g and a letter to go, Ctrl-K for the palette. */
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

  /* Palette */
  const palette = document.getElementById("palette");
  const field = palette?.querySelector("input");

  function openPalette() {
    if (!palette || palette.open) return;
    palette.showModal();
    field.select();
  }

  function moveHit(step) {
    const hits = [...palette.querySelectorAll(".palette__hit")];
    if (!hits.length) return;
    const at = hits.findIndex((hit) => hit.classList.contains("is-cursor"));
    const next = hits[(at + step + hits.length) % hits.length] || hits[0];
    hits[at]?.classList.remove("is-cursor");
    next.classList.add("is-cursor");
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
      const hit = palette.querySelector(".palette__hit.is-cursor") || palette.querySelector(".palette__hit");
      if (hit) {
        event.preventDefault();
        location.assign(hit.href);
      }
    }
  });

  const KEYS = {
    "/": focusSearch,
    j: () => moveCursor(1),
    k: () => moveCursor(-1),
    x: tickCursor,
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
