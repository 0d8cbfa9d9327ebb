/* Options of a product: a field of lines becomes chips. The field stays what is sent. */
(() => {
  "use strict";

  const root = document.querySelector("[data-options]");
  if (!root) return;
  const rows = [...root.querySelectorAll("[data-option]")];
  const lines = (text) => text.split(/\r?\n/).map((line) => line.trim()).filter(Boolean);
  const same = (a, b) => a.localeCompare(b, undefined, { sensitivity: "accent" }) === 0;

  function changed() {
    root.dispatchEvent(new CustomEvent("values-changed"));
    root.dispatchEvent(new Event("input", { bubbles: true }));
  }

  class Values {
    constructor(row) {
      this.field = row.querySelector("[data-values]");
      this.box = document.createElement("div");
      this.box.className = "chip-field control";
      this.entry = document.createElement("input");
      this.entry.className = "chip-field__entry";
      this.entry.autocomplete = "off";
      this.entry.placeholder = root.dataset.textAdd;
      this.entry.maxLength = 60;
      // The field's label names the entry from now on.
      const label = row.querySelector(`label[for="${this.field.id}"]`);
      this.entry.id = `${this.field.id}_entry`;
      if (label) label.htmlFor = this.entry.id;
      if (this.field.getAttribute("aria-invalid")) {
        this.entry.setAttribute("aria-invalid", "true");
        this.box.setAttribute("aria-invalid", "true");
        this.entry.setAttribute("aria-describedby", this.field.getAttribute("aria-describedby"));
      }
      this.field.hidden = true;
      this.field.after(this.box);
      for (const help of row.querySelectorAll("[data-values-help]")) help.hidden = false;
      this.entry.addEventListener("keydown", (event) => this.typed(event));
      this.entry.addEventListener("paste", (event) => this.pasted(event));
      this.entry.addEventListener("blur", () => this.take());
      this.entry.addEventListener("input", (event) => event.stopPropagation());
      this.box.addEventListener("click", (event) => event.target === this.box && this.entry.focus());
      this.draw();
    }

    get words() {
      return lines(this.field.value);
    }

    set words(words) {
      this.field.value = words.join("\n");
      this.draw();
      changed();
    }

    draw() {
      this.box.replaceChildren(...this.words.map((word, at) => this.chip(word, at)), this.entry);
    }

    chip(word, at) {
      const chip = document.createElement("button");
      chip.type = "button";
      chip.className = "chip-field__chip";
      chip.textContent = word;
      chip.setAttribute("aria-label", root.dataset.textRemove.replace("%s", word));
      const cross = document.createElement("span");
      cross.textContent = "✕";
      cross.setAttribute("aria-hidden", "true");
      chip.append(cross);
      chip.addEventListener("click", () => this.drop(at));
      chip.addEventListener("keydown", (event) => this.onChip(event, at));
      return chip;
    }

    add(words) {
      const kept = this.words;
      for (const word of words) if (!kept.some((other) => same(other, word))) kept.push(word);
      if (kept.length !== this.words.length) this.words = kept;
    }

    take() {
      const word = this.entry.value.trim();
      this.entry.value = "";
      if (word) this.add([word]);
    }

    drop(at) {
      this.words = this.words.filter((_word, other) => other !== at);
      this.focus(Math.min(at, this.words.length - 1));
    }

    move(at, to) {
      const words = this.words;
      if (to < 0 || to >= words.length) return;
      words.splice(to, 0, ...words.splice(at, 1));
      this.words = words;
      this.focus(to);
    }

    focus(at) {
      (this.box.querySelectorAll(".chip-field__chip")[at] || this.entry).focus();
    }

    onChip(event, at) {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (step && event.altKey) this.move(at, at + step);
      else if (step) this.focus(Math.max(0, at + step));
      else if (event.key === "Delete" || event.key === "Backspace") this.drop(at);
      else return;
      event.preventDefault();
    }

    typed(event) {
      if (event.key === "Enter" && !event.isComposing) {
        event.preventDefault();
        this.take();
        this.entry.focus();
      } else if ((event.key === "Backspace" || event.key === "ArrowLeft") && !this.entry.value) {
        event.preventDefault();
        this.focus(this.words.length - 1);
      }
    }

    pasted(event) {
      const text = event.clipboardData.getData("text");
      if (!/[\n\t]/.test(text)) return;
      event.preventDefault();
      this.add(lines(text.replace(/\t/g, "\n")));
      this.entry.focus();
    }
  }

  const add = root.querySelector("[data-option-add]");
  const shown = () => rows.filter((row) => !row.hidden);

  function offer() {
    add.hidden = shown().length === rows.length;
  }

  for (const row of rows) {
    const values = new Values(row);
    const name = row.querySelector("input[name]");
    row.hidden = row.hasAttribute("data-empty");
    const drop = row.querySelector("[data-option-drop]");
    drop.hidden = false;
    drop.addEventListener("click", () => {
      name.value = "";
      values.words = [];
      row.hidden = shown().length > 1;
      offer();
      add.focus();
    });
  }
  add.addEventListener("click", () => {
    const next = rows.find((row) => row.hidden);
    if (!next) return;
    next.hidden = false;
    root.insertBefore(next, add.parentElement);
    next.querySelector("input[name]").focus();
    offer();
  });
  offer();
})();
