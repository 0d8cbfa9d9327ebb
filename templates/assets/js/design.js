/* The design editor: keeps the draft while the seller draws, and shows the real shop beside it in phone or desktop width. */
(() => {
  "use strict";

  const root = document.querySelector("[data-design]");
  const form = root?.querySelector("[data-design-form]");
  if (!form) return;
  const all = (selector, within = root) => [...within.querySelectorAll(selector)];

  /* Keeping: half a second after the last change. A button that leaves the page sends the whole form itself. */
  let timer = 0;
  function drawn() {
    clearTimeout(timer);
    timer = setTimeout(() => form.dispatchEvent(new CustomEvent("drawn")), 500);
  }
  form.addEventListener("input", (event) => event.target.name && event.target.name !== "q" && drawn());
  form.addEventListener("reordered", drawn);
  form.addEventListener("submit", () => clearTimeout(timer));

  /* The frame */
  const frame = root.querySelector("[data-frame]");
  const box = root.querySelector("[data-frame-box]");
  const page = root.querySelector("[data-frame-page]");
  let width = 360;

  function fit() {
    const room = box.clientWidth;
    if (!room) return;
    const scale = Math.min(1, room / width);
    frame.style.width = `${width}px`;
    frame.style.height = `${Math.ceil(box.clientHeight / scale)}px`;
    frame.style.transform = `translateX(${Math.max(0, (room - width * scale) / 2)}px) scale(${scale})`;
  }

  function show() {
    const address = frame.dataset.frame + page.value;
    frame.src = address;
    root.querySelector("[data-frame-open]").href = address;
  }

  page.addEventListener("change", show);
  document.addEventListener("design-kept", show);
  new ResizeObserver(fit).observe(box);

  function press(buttons, pressed) {
    for (const button of buttons) button.setAttribute("aria-pressed", String(button === pressed));
  }

  for (const button of all("[data-frame-width]")) {
    button.addEventListener("click", () => {
      width = Number(button.dataset.frameWidth);
      press(all("[data-frame-width]"), button);
      fit();
    });
  }

  /* On a phone: either the choices or the shop. */
  root.querySelector("[data-design-switch]").hidden = false;
  for (const button of all("[data-design-show]")) {
    button.addEventListener("click", () => {
      root.dataset.shown = button.dataset.designShow;
      press(all("[data-design-show]"), button);
      fit();
    });
  }

  /* Colours: the words are the truth, the well and the swatches write them. */
  const part = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const light = (hex) => [1, 3, 5].reduce((sum, at, index) => sum + [0.2126, 0.7152, 0.0722][index] * part(parseInt(hex.slice(at, at + 2), 16) / 255), 0);
  const contrast = (one, other) => {
    const [high, low] = [light(one), light(other)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  };

  function judge(field) {
    const text = field.querySelector("[data-colour-text]");
    const said = field.querySelector("[data-colour-said]");
    const color = text.value.trim().toLowerCase();
    const well = field.querySelector("[data-colour-well]");
    said.textContent = "";
    if (!color) well.value = well.dataset.presetColour;
    if (!/^#[0-9a-f]{6}$/.test(color)) return;
    well.value = color;
    const against = field.dataset.against;
    const ratio = against ? contrast(color, against) : Math.max(contrast(color, "#ffffff"), contrast(color, "#1c1914"));
    const words = ratio >= 4.5 ? said.dataset.good : against ? said.dataset.bad : said.dataset.unreadable;
    said.textContent = `${words} (${ratio.toFixed(1)} : 1)`;
    said.classList.toggle("colour__bad", ratio < 4.5);
  }

  for (const field of all("[data-colour]")) {
    const text = field.querySelector("[data-colour-text]");
    const write = (value) => {
      text.value = value;
      text.dispatchEvent(new Event("input", { bubbles: true }));
    };
    text.addEventListener("input", () => judge(field));
    field.querySelector("[data-colour-well]").addEventListener("input", (event) => write(event.target.value));
    for (const button of all("[data-colour-set]", field)) {
      if (button.classList.contains("colour__swatch")) button.style.backgroundColor = button.dataset.colourSet;
      button.addEventListener("click", () => write(button.dataset.colourSet));
    }
    judge(field);
  }

  /* Products of a section */
  function pick(button) {
    const field = button.closest("[data-picker]");
    const list = field.querySelector("[data-picked]");
    const most = Number(field.dataset.pickerMost);
    const there = all("input[type=hidden]", list).map((input) => input.value);
    if (there.includes(button.dataset.pick)) return;
    if (most === 1) list.replaceChildren();
    else if (there.length >= most) return;
    const one = field.querySelector("[data-picked-one]").content.cloneNode(true).firstElementChild;
    one.dataset.sortId = button.dataset.pick;
    one.querySelector("input").value = button.dataset.pick;
    one.querySelector("span").textContent = button.dataset.name;
    list.append(one);
    drawn();
  }

  form.addEventListener("click", (event) => {
    const chosen = event.target.closest("[data-pick]");
    if (chosen) pick(chosen);
    const gone = event.target.closest("[data-unpick]");
    if (gone) {
      gone.closest("li").remove();
      drawn();
    }
  });

  for (const sender of all("[data-send-at-once]")) {
    sender.querySelector("button").hidden = true;
    sender.addEventListener("change", () => sender.requestSubmit());
  }
})();
