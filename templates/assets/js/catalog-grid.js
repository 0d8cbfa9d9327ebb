/* The variant sheet on the screen: only the rows in view are drawn, one cell is active, keys work as in a spreadsheet.
   Esc and then Tab leaves it. Without a script the page is a plain form. */
(async () => {
  "use strict";

  const root = document.querySelector("[data-grid]");
  if (!root) return;
  const ROW = 40;
  const SPARE = 8;
  const { toast, requestHeaders } = window.smartseller;
  const say = (name, number) => (root.dataset[`text${name}`] || "").replace("%s", number ?? "");

  let told;
  try {
    const answer = await fetch(root.dataset.valuesUrl, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    told = await answer.json();
  } catch {
    return;
  }
  const sheet = new window.catalogSheet.Sheet(told);
  for (const column of sheet.columns) column.complaint = say({ money: "Money", number: "Number", switch: "Switch" }[column.kind]);
  const box = root.querySelector("[data-grid-box]");
  const bar = root.querySelector("[data-grid-bar]");
  const errorLine = root.querySelector("[data-grid-error]");
  const last = sheet.columns.length - 1;
  let active = [0, 0];
  let anchor = [0, 0];
  let editor = null;
  let leaving = false;
  let dragging = "";
  let fillTo = null;

  /* Frame */
  const make = (className, role) => {
    const made = document.createElement("div");
    made.className = className;
    if (role) made.setAttribute("role", role);
    return made;
  };
  const grid = make("cells", "grid");
  grid.tabIndex = 0;
  grid.setAttribute("aria-label", say("Label"));
  grid.setAttribute("aria-colcount", sheet.columns.length + 1);
  grid.setAttribute("aria-multiselectable", "true");
  const widths = { text: "var(--text-width)", money: "var(--money-width)", number: "6.5rem", switch: "6rem" };
  grid.style.setProperty("--columns", `var(--title-width) ${sheet.columns.map((column) => widths[column.kind]).join(" ")}`);
  const head = make("cells__row cells__row--head", "row");
  head.setAttribute("aria-rowindex", 1);
  head.append(
    ...[{ label: say("Variant"), unit: "" }, ...sheet.columns].map((column) => {
      const cell = make(`cells__head cells__cell--${column.kind || "title"}`, "columnheader");
      cell.title = column.label;
      cell.textContent = column.unit ? `${column.label} (${column.unit})` : column.label;
      return cell;
    }),
  );
  const body = make("cells__body", "rowgroup");
  grid.append(head, body);
  box.append(grid);
  root.hidden = false;
  document.querySelector("[data-grid-plain]").remove();

  /* Selection */
  const area = () => [Math.min(active[0], anchor[0]), Math.min(active[1], anchor[1]), Math.max(active[0], anchor[0]), Math.max(active[1], anchor[1])];
  const inside = ([top, left, bottom, right], r, c) => r >= top && r <= bottom && c >= left && c <= right;
  const clampRow = (r) => Math.max(0, Math.min(sheet.shown.length - 1, r));
  const clampColumn = (c) => Math.max(0, Math.min(last, c));

  function go(r, c, extend = false) {
    active = [clampRow(r), clampColumn(c)];
    if (!extend) anchor = [...active];
    const top = active[0] * ROW;
    const headHeight = head.offsetHeight;
    if (top < box.scrollTop) box.scrollTop = top;
    else if (top + ROW + headHeight > box.scrollTop + box.clientHeight) box.scrollTop = top + ROW + headHeight - box.clientHeight;
    draw();
    const cell = cellAt(active[0], active[1]);
    const title = head.firstChild.offsetWidth;
    if (cell && cell.offsetLeft - title < box.scrollLeft) box.scrollLeft = cell.offsetLeft - title;
    else if (cell && cell.offsetLeft + cell.offsetWidth > box.scrollLeft + box.clientWidth) box.scrollLeft = cell.offsetLeft + cell.offsetWidth - box.clientWidth;
  }

  const cellAt = (r, c) => document.getElementById(`cell-${r}-${c}`);

  /* Drawing */
  function drawCell(r, c, chosen) {
    const column = sheet.columns[c];
    const error = sheet.error(r, c);
    const cell = make(`cells__cell cells__cell--${column.kind}`, "gridcell");
    cell.id = `cell-${r}-${c}`;
    cell.dataset.r = r;
    cell.dataset.c = c;
    cell.setAttribute("aria-colindex", c + 2);
    cell.setAttribute("aria-selected", inside(chosen, r, c));
    if (error) {
      cell.setAttribute("aria-invalid", "true");
      cell.title = error;
    }
    cell.classList.toggle("is-changed", sheet.isChanged(r, c));
    cell.classList.toggle("is-active", r === active[0] && c === active[1]);
    cell.classList.toggle("is-filled", fillTo !== null && r > chosen[2] && r <= fillTo && c >= chosen[1] && c <= chosen[3]);
    const text = sheet.text(r, c);
    cell.textContent = column.kind === "switch" ? (text ? say("On") : say("Off")) : text;
    if (column.kind === "switch") cell.classList.toggle("is-off", !text);
    if (sheet.editable && r === chosen[2] && c === chosen[3]) cell.append(make("cells__handle"));
    return cell;
  }

  function drawRow(r, chosen) {
    const line = make("cells__row", "row");
    line.setAttribute("aria-rowindex", r + 2);
    line.style.transform = `translateY(${r * ROW}px)`;
    const title = make("cells__title", "rowheader");
    title.textContent = sheet.shown[r].title;
    title.title = sheet.shown[r].title;
    line.append(title, ...sheet.columns.map((_column, c) => drawCell(r, c, chosen)));
    return line;
  }

  function draw() {
    if (editor) return;
    const from = Math.max(0, Math.floor(box.scrollTop / ROW) - SPARE);
    const to = Math.min(sheet.shown.length - 1, Math.ceil((box.scrollTop + box.clientHeight) / ROW) + SPARE);
    const chosen = area();
    const lines = [];
    for (let r = from; r <= to; r += 1) lines.push(drawRow(r, chosen));
    body.style.height = `${sheet.shown.length * ROW}px`;
    body.replaceChildren(...lines);
    grid.setAttribute("aria-rowcount", sheet.shown.length + 1);
    if (sheet.shown.length) grid.setAttribute("aria-activedescendant", `cell-${active[0]}-${active[1]}`);
    tell();
  }

  function tell() {
    const changes = sheet.count();
    const mistakes = sheet.mistakes();
    bar.hidden = !changes;
    root.querySelector("[data-grid-state]").textContent = mistakes ? say("Wrong", mistakes) : say("Changed", changes);
    const error = sheet.error(active[0], active[1]);
    errorLine.hidden = !error;
    if (errorLine.textContent !== error) errorLine.textContent = error;
    for (const act of ["undo", "redo"]) root.querySelector(`[data-grid-act=${act}]`).disabled = !sheet[act === "undo" ? "done" : "undone"].length;
  }

  let waiting = 0;
  box.addEventListener("scroll", () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(draw);
  });

  /* Editing */
  function edit(start) {
    if (!sheet.editable || editor || !sheet.shown.length) return;
    const [r, c] = active;
    const column = sheet.columns[c];
    if (column.kind === "switch") {
      write([[r, c, sheet.text(r, c) ? "" : "1"]]);
      return;
    }
    const cell = cellAt(r, c);
    editor = document.createElement("input");
    editor.className = "cells__editor";
    editor.value = start ?? sheet.text(r, c);
    editor.autocomplete = "off";
    if (column.kind !== "text") editor.inputMode = "numeric";
    editor.setAttribute("aria-label", `${column.label}, ${sheet.shown[r].title}`);
    cell.replaceChildren(editor);
    editor.focus();
    if (start === undefined) editor.select();
    editor.addEventListener("blur", () => finish(true, false));
  }

  function finish(keep, refocus = true) {
    if (!editor) return;
    const text = editor.value;
    editor = null;
    if (keep) sheet.write([[active[0], active[1], text]]);
    draw();
    if (refocus) grid.focus({ preventScroll: true });
  }

  function write(cells) {
    const changed = sheet.write(cells);
    draw();
    return changed;
  }

  function clear() {
    const [top, left, bottom, right] = area();
    const cells = [];
    for (let r = top; r <= bottom; r += 1) for (let c = left; c <= right; c += 1) cells.push([r, c, ""]);
    write(cells);
  }

  /* Keys */
  const page = () => Math.max(1, Math.floor(box.clientHeight / ROW) - 2);
  const MOVES = {
    ArrowUp: ([r, c], far) => [far ? 0 : r - 1, c],
    ArrowDown: ([r, c], far) => [far ? sheet.shown.length - 1 : r + 1, c],
    ArrowLeft: ([r, c], far) => [r, far ? 0 : c - 1],
    ArrowRight: ([r, c], far) => [r, far ? last : c + 1],
    Home: ([r], far) => [far ? 0 : r, 0],
    End: ([r], far) => [far ? sheet.shown.length - 1 : r, last],
    PageUp: ([r, c]) => [r - page(), c],
    PageDown: ([r, c]) => [r + page(), c],
  };

  function step(back) {
    const [r, c] = active;
    const at = r * (last + 1) + c + (back ? -1 : 1);
    if (at < 0 || at >= sheet.shown.length * (last + 1)) return false;
    go(Math.floor(at / (last + 1)), at % (last + 1));
    return true;
  }

  const COMMANDS = {
    z: (event) => act(event.shiftKey ? "redo" : "undo"),
    y: () => act("redo"),
    d: () => act("fill"),
    s: () => act("save"),
    a: () => {
      anchor = [0, 0];
      go(sheet.shown.length - 1, last, true);
    },
  };

  /* Returns whether the key was ours. */
  function pressed(event) {
    const command = event.ctrlKey || event.metaKey;
    if (event.key === "Tab") return !leaving && step(event.shiftKey);
    if (MOVES[event.key]) go(...MOVES[event.key](active, command), event.shiftKey);
    else if (command && COMMANDS[event.key.toLowerCase()]) COMMANDS[event.key.toLowerCase()](event);
    else if (command || event.altKey) return false;
    else if (event.key === "Enter") edit();
    else if (event.key === "F2") edit();
    else if (event.key === " " && sheet.columns[active[1]].kind === "switch") edit();
    else if (event.key === "Delete" || event.key === "Backspace") clear();
    else if (event.key.length === 1) edit(event.key);
    else return false;
    return true;
  }

  function pressedInEditor(event) {
    if (event.isComposing) return false;
    if (event.key === "Escape") finish(false);
    else if (event.key === "Enter") {
      finish(true);
      go(active[0] + (event.shiftKey ? -1 : 1), active[1]);
    } else if (event.key === "Tab") {
      finish(true);
      step(event.shiftKey);
    } else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
      finish(true);
      act("save");
    } else return false;
    return true;
  }

  grid.addEventListener("keydown", (event) => {
    if (editor ? pressedInEditor(event) : pressed(event)) event.preventDefault();
    leaving = !editor && event.key === "Escape";
    // Letters typed here are not the page's shortcuts.
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k") event.stopPropagation();
  });

  /* Clipboard */
  grid.addEventListener("copy", (event) => {
    if (editor) return;
    event.preventDefault();
    event.clipboardData.setData("text/plain", sheet.copy(area()));
  });
  grid.addEventListener("cut", (event) => {
    if (editor || !sheet.editable) return;
    event.preventDefault();
    event.clipboardData.setData("text/plain", sheet.copy(area()));
    clear();
  });
  grid.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text/plain");
    if (!sheet.editable || !text || (editor && !/[\t\n]/.test(text.trim()))) return;
    event.preventDefault();
    finish(false);
    const pasted = sheet.paste(text, area());
    anchor = area().slice(0, 2);
    go(pasted.bottom, pasted.right, true);
    toast({ text: say("Pasted", pasted.changed) });
  });

  /* Pointer: drag selects, the square in the corner fills down. */
  const cellUnder = (event) => {
    const cell = document.elementFromPoint(event.clientX, event.clientY)?.closest?.(".cells__cell");
    return cell && [Number(cell.dataset.r), Number(cell.dataset.c)];
  };

  grid.addEventListener("pointerdown", (event) => {
    const at = cellUnder(event);
    if (!at || event.button || event.target === editor) return;
    finish(true, false);
    if (event.target.classList.contains("cells__handle")) dragging = "fill";
    else {
      const again = at[0] === active[0] && at[1] === active[1] && document.activeElement === grid;
      go(at[0], at[1], event.shiftKey);
      if (event.pointerType === "touch") return;
      dragging = "select";
      if (again && sheet.columns[at[1]].kind === "switch") edit();
    }
    event.preventDefault();
    grid.focus({ preventScroll: true });
    grid.setPointerCapture(event.pointerId);
  });
  grid.addEventListener("pointermove", (event) => {
    if (!dragging) return;
    const at = cellUnder(event);
    if (!at) return;
    if (dragging === "select") go(at[0], at[1], true);
    else {
      fillTo = Math.max(at[0], area()[2]);
      draw();
    }
  });
  grid.addEventListener("pointerup", () => {
    const [top, left, bottom, right] = area();
    if (dragging === "fill" && fillTo !== null && fillTo > bottom) {
      const cells = [];
      const height = bottom - top + 1;
      for (let r = bottom + 1; r <= fillTo; r += 1) for (let c = left; c <= right; c += 1) cells.push([r, c, sheet.text(top + ((r - bottom - 1) % height), c)]);
      const filled = sheet.write(cells);
      anchor = [top, left];
      active = [fillTo, right];
      toast({ text: say("Filled", filled) });
    }
    dragging = "";
    fillTo = null;
    draw();
  });
  grid.addEventListener("dblclick", () => edit());
  grid.addEventListener("click", (event) => event.target !== editor && matchMedia("(pointer: coarse)").matches && cellUnder(event) && edit());

  /* Buttons and saving */
  async function save() {
    finish(true);
    const rows = sheet.changes();
    if (!Object.keys(rows).length) return;
    try {
      const answer = await fetch(root.dataset.saveUrl, {
        method: "POST",
        headers: { ...requestHeaders(), "Content-Type": "application/json", "HX-Request": "true" },
        body: JSON.stringify({ rows }),
      });
      const isJson = (answer.headers.get("Content-Type") || "").includes("json");
      const body = isJson ? await answer.json() : {};
      if (answer.ok) {
        sheet.settle(body.rows);
        toast({ text: say("Saved") });
      } else if (body.errors) {
        sheet.refuse(body.errors);
        toast({ text: body.message, tone: "error" });
        const wrong = sheet.firstMistake();
        if (wrong) go(...wrong);
      } else toast({ text: say("Failed"), tone: "error" });
    } catch {
      toast({ text: say("Failed"), tone: "error" });
    }
    draw();
    grid.focus({ preventScroll: true });
  }

  function act(name) {
    finish(true);
    if (name === "save") save();
    else if (name === "undo") sheet.undo();
    else if (name === "redo") sheet.redo();
    else if (name === "discard") sheet.discard();
    else if (name === "fill") toast({ text: say("Filled", sheet.fillDown(area())) });
    draw();
    grid.focus({ preventScroll: true });
  }

  root.addEventListener("click", (event) => {
    const button = event.target.closest("[data-grid-act]");
    if (button) act(button.dataset.gridAct);
  });
  root.querySelector("[data-grid-filter]").addEventListener("input", (event) => {
    finish(true, false);
    sheet.filter(event.target.value);
    active = anchor = [0, 0];
    box.scrollTop = 0;
    draw();
  });
  window.addEventListener("beforeunload", (event) => sheet.count() && event.preventDefault());
  new ResizeObserver(draw).observe(box);
  draw();
})();
