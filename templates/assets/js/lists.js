/* Lists: ticking rows, the bulk bar, and putting things into order by dragging or with buttons. */
(() => {
  "use strict";

  const scope = (element) => element.closest("form") || document;
  const boxes = (root) => [...root.querySelectorAll("[data-select-row]")];
  let lastTicked = null;

  function showBulk(root) {
    const ticked = boxes(root).filter((box) => box.checked);
    for (const box of boxes(root)) box.closest("[data-row]")?.classList.toggle("is-selected", box.checked);
    const all = root.querySelector("[data-select-all]");
    if (all) {
      all.checked = ticked.length > 0 && ticked.length === boxes(root).length;
      all.indeterminate = ticked.length > 0 && !all.checked;
    }
    const bar = root.querySelector("[data-bulk-bar]");
    if (!bar) return;
    bar.hidden = ticked.length === 0;
    const counter = bar.querySelector("[data-bulk-count]");
    if (counter) counter.textContent = ticked.length;
  }

  /* Shift ticks everything between this box and the last one. */
  function tickRange(box, root) {
    const list = boxes(root);
    const [from, to] = [list.indexOf(lastTicked), list.indexOf(box)].sort((a, b) => a - b);
    if (from < 0) return;
    for (const between of list.slice(from, to + 1)) between.checked = box.checked;
  }

  document.addEventListener("click", (event) => {
    const box = event.target.closest("[data-select-row]");
    if (box) {
      const root = scope(box);
      if (event.shiftKey && lastTicked) tickRange(box, root);
      lastTicked = box;
      showBulk(root);
    }
    const all = event.target.closest("[data-select-all]");
    if (all) {
      for (const one of boxes(scope(all))) one.checked = all.checked;
      showBulk(scope(all));
    }
    const clear = event.target.closest("[data-bulk-clear]");
    if (clear) {
      for (const one of boxes(scope(clear))) one.checked = false;
      showBulk(scope(clear));
    }
    const step = event.target.closest("[data-move]");
    if (step) moveByButton(step);
  });

  /* Order: [data-sortable] holds [data-sort-id] children. After a move the container's `reordered` event fires, which
     htmx may listen to (hx-trigger="reordered"), with the new order in hidden fields named by data-sort-name. */
  function writeOrder(container) {
    const name = container.dataset.sortName || "order";
    for (const old of container.querySelectorAll(":scope > input[data-order]")) old.remove();
    for (const child of container.querySelectorAll(":scope > [data-sort-id]")) {
      const field = document.createElement("input");
      field.type = "hidden";
      field.name = name;
      field.value = child.dataset.sortId;
      field.dataset.order = "";
      container.append(field);
    }
    container.dispatchEvent(new CustomEvent("reordered", { bubbles: true }));
  }

  function moveByButton(step) {
    const child = step.closest("[data-sort-id]");
    const back = step.dataset.move === "up";
    const other = back ? child?.previousElementSibling : child?.nextElementSibling;
    if (!other?.matches("[data-sort-id]")) return;
    if (back) other.before(child);
    else other.after(child);
    step.focus();
    writeOrder(child.parentElement);
  }

  function script(src) {
    return new Promise((loaded, failed) => {
      const tag = document.createElement("script");
      tag.src = src;
      tag.nonce = document.querySelector("script[nonce]")?.nonce || "";
      tag.addEventListener("load", loaded);
      tag.addEventListener("error", failed);
      document.head.append(tag);
    });
  }

  async function makeSortable(root) {
    const containers = [...root.querySelectorAll("[data-sortable]:not([data-sortable-ready])")];
    if (!containers.length) return;
    for (const container of containers) container.dataset.sortableReady = "yes";
    if (!window.Sortable) await script(document.querySelector("[data-sortable-src]").dataset.sortableSrc);
    for (const container of containers) {
      window.Sortable.create(container, {
        draggable: "[data-sort-id]",
        handle: container.querySelector(".drag-grip") ? ".drag-grip" : undefined,
        animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 150,
        delay: 120,
        delayOnTouchOnly: true,
        onEnd: () => writeOrder(container),
      });
    }
  }

  function prepare(root) {
    for (const bar of root.querySelectorAll("[data-bulk-bar]")) showBulk(scope(bar));
    makeSortable(root);
  }

  prepare(document);
  document.addEventListener("htmx:load", (event) => prepare(event.target.parentElement || document));
})();
