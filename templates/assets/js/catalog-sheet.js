/* The cells of the variant sheet, apart from how they are drawn: texts, changes, mistakes, and the way back. */
window.catalogSheet = (() => {
  "use strict";

  const YES = /^(1|true|yes|ya|on|aktif|active|✓|x)$/i;
  const NO = /^(|0|false|no|tidak|off|nonaktif|inactive|-|–)$/i;
  const AMOUNT = /^(?:(\d+|\d{1,3}(?:\.\d{3})+)(?:,00?)?|(\d{1,3}(?:,\d{3})+)(?:\.00?)?)$/;
  const UNDO_STEPS = 200;

  const dotted = (digits) => digits.replace(/^0+(?=\d)/, "").replace(/\B(?=(\d{3})+$)/g, ".");

  /* A text as the sheet writes it; null when it cannot be read. */
  function tidy(kind, text) {
    const typed = text.trim();
    if (kind === "switch") {
      if (YES.test(typed)) return "1";
      return NO.test(typed) ? "" : null;
    }
    if (kind === "text" || !typed) return typed;
    if (kind === "number") return /^\d{1,9}$/.test(typed) ? String(Number(typed)) : null;
    const [, dots, commas] = typed.replace(/\s|rp\.?|idr/gi, "").match(AMOUNT) || [];
    const digits = (dots || commas || "").replace(/[.,]/g, "");
    return digits && digits.length <= 15 ? dotted(digits) : null;
  }

  /* Cells as spreadsheets copy them: tabs between cells, quotes around a cell with a line break. */
  function parse(text) {
    const rows = [[]];
    const cells = /(?:"((?:[^"]|"")*)"|([^\t\n]*))(\t|\n|$)/y;
    const plain = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
    while (cells.lastIndex <= plain.length) {
      const [, quoted, bare, end] = cells.exec(plain) || [];
      if (end === undefined) break;
      rows.at(-1).push(quoted === undefined ? bare : quoted.replace(/""/g, '"').replace(/\n/g, " "));
      if (end === "\n") rows.push([]);
      if (end === "") break;
    }
    return rows;
  }

  const quote = (text) => (/[\t\n"]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);

  class Sheet {
    constructor({ columns, rows, editable }) {
      this.columns = columns;
      this.editable = editable;
      this.rows = rows.map(([id, title, ...texts]) => ({ id, title, texts, saved: [...texts], errors: {} }));
      this.shown = this.rows;
      this.done = [];
      this.undone = [];
    }

    filter(words) {
      const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
      const fits = (row) => {
        const all = `${row.title} ${row.texts[0]}`.toLowerCase();
        return wanted.every((word) => all.includes(word));
      };
      this.shown = wanted.length ? this.rows.filter(fits) : this.rows;
    }

    text(r, c) {
      return this.shown[r].texts[c];
    }

    isChanged(r, c) {
      return this.shown[r].texts[c] !== this.shown[r].saved[c];
    }

    error(r, c) {
      return this.shown[r]?.errors[this.columns[c]?.name] || "";
    }

    /* Write many cells as one step: [[r, c, text], ...]. Returns how many really changed. */
    write(cells) {
      const step = [];
      for (const [r, c, text] of cells) {
        const row = this.shown[r];
        if (!row || !this.columns[c]) continue;
        const tidied = tidy(this.columns[c].kind, text);
        const after = tidied === null ? text.trim() : tidied;
        if (after !== row.texts[c]) step.push([row, c, row.texts[c], after]);
      }
      this.apply(step, 3);
      if (step.length) {
        this.done.push(step);
        this.done.splice(0, this.done.length - UNDO_STEPS);
        this.undone = [];
      }
      return step.length;
    }

    apply(step, side) {
      for (const change of step) {
        const [row, c] = change;
        row.texts[c] = change[side];
        const readable = tidy(this.columns[c].kind, change[side]) !== null;
        if (readable) delete row.errors[this.columns[c].name];
        else row.errors[this.columns[c].name] = this.columns[c].complaint || "✕";
      }
    }

    undo() {
      const step = this.done.pop();
      if (!step) return false;
      this.apply(step, 2);
      this.undone.push(step);
      return true;
    }

    redo() {
      const step = this.undone.pop();
      if (!step) return false;
      this.apply(step, 3);
      this.done.push(step);
      return true;
    }

    discard() {
      const step = [];
      for (const row of this.rows) {
        for (const c of this.columns.keys()) if (row.texts[c] !== row.saved[c]) step.push([row, c, row.texts[c], row.saved[c]]);
      }
      this.apply(step, 3);
      this.done.push(step);
    }

    /* Only what differs from what the server has: {id: {column: text}}. */
    changes() {
      const rows = {};
      for (const row of this.rows) {
        for (const [c, column] of this.columns.entries()) {
          if (row.texts[c] !== row.saved[c]) (rows[row.id] ||= {})[column.name] = row.texts[c];
        }
      }
      return rows;
    }

    count() {
      return Object.values(this.changes()).reduce((sum, cells) => sum + Object.keys(cells).length, 0);
    }

    mistakes() {
      return this.rows.reduce((sum, row) => sum + Object.keys(row.errors).length, 0);
    }

    settle(saved) {
      for (const row of this.rows) {
        const told = saved[row.id];
        if (!told) continue;
        row.errors = {};
        for (const [c, column] of this.columns.entries()) row.texts[c] = row.saved[c] = told[column.name] ?? row.texts[c];
      }
    }

    refuse(errors) {
      for (const row of this.rows) row.errors = { ...errors[row.id] };
    }

    firstMistake() {
      const r = this.shown.findIndex((row) => Object.keys(row.errors).length);
      if (r < 0) return null;
      return [r, Math.max(0, this.columns.findIndex((column) => column.name in this.shown[r].errors))];
    }

    copy([top, left, bottom, right]) {
      const lines = [];
      for (let r = top; r <= bottom; r += 1) lines.push(this.shown[r].texts.slice(left, right + 1).map(quote).join("\t"));
      return lines.join("\n");
    }

    /* A single cell fills the whole selection; a block goes down and right from its corner. */
    paste(text, [top, left, bottom, right]) {
      const block = parse(text);
      const cells = [];
      const isSingle = block.length === 1 && block[0].length === 1;
      const height = isSingle ? bottom - top + 1 : Math.max(block.length, Math.floor((bottom - top + 1) / block.length) * block.length);
      const width = isSingle ? right - left + 1 : block[0].length;
      for (let r = 0; r < height; r += 1) {
        const line = block[r % block.length];
        for (let c = 0; c < (isSingle ? width : line.length); c += 1) cells.push([top + r, left + c, line[c % line.length]]);
      }
      return { changed: this.write(cells), bottom: top + height - 1, right: left + width - 1 };
    }

    fillDown([top, left, bottom, right]) {
      const from = top === bottom ? top - 1 : top;
      if (from < 0) return 0;
      const cells = [];
      for (let r = from + 1; r <= bottom; r += 1) for (let c = left; c <= right; c += 1) cells.push([r, c, this.text(from, c)]);
      return this.write(cells);
    }
  }

  return { Sheet, parse, tidy };
})();
