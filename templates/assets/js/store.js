/* The storefront's only script on the way to a purchase. Pages work without it; it saves reloads and typing. */
(() => {
  "use strict";

  const text = (name) => document.body.dataset[`text${name}`] || "";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  function toast(words) {
    const note = document.createElement("div");
    note.className = "toast-note";
    note.textContent = words;
    document.getElementById("toasts")?.append(note);
    setTimeout(() => note.remove(), 4000);
  }

  /* Variants: radios stay radios. What cannot be bought together is struck through, and choosing a combination that
     exists updates price, stock text, picture and the hidden field. */
  function variantPicker(picker) {
    const table = JSON.parse(document.getElementById(picker.dataset.variants).textContent);
    const groups = all(".variants__option", picker);
    const chosenField = picker.querySelector("[data-variant-chosen]");
    const said = picker.querySelector("[data-variant-announce]");
    const chosen = () => groups.map((group) => group.querySelector("input:checked")?.value ?? null);
    const fits = (variant, wanted) => wanted.every((value, at) => value === null || variant.values[at] === value);

    function greyOut(now) {
      groups.forEach((group, at) => {
        for (const radio of all("input[type=radio]", group)) {
          const wanted = now.map((value, other) => (other === at ? radio.value : value));
          const buyable = table.some((variant) => variant.available && fits(variant, wanted));
          radio.closest(".pill").classList.toggle("is-out", !buyable);
          const note = radio.closest(".pill").querySelector(".pill__out");
          if (note) note.textContent = buyable ? "" : ` (${said.dataset.textOut})`;
        }
        const shown = group.querySelector("[data-variant-value]");
        if (shown) shown.textContent = group.querySelector("input:checked")?.dataset.label || "";
      });
    }

    function show(announce) {
      const now = chosen();
      greyOut(now);
      const variant = now.includes(null) ? null : table.find((one) => fits(one, now)) || null;
      chosenField.value = variant ? variant.id : "";
      for (const button of all("[data-buy]")) button.disabled = !variant || !variant.available;
      if (variant) write(variant, announce);
      if (announce) said.textContent = variant ? `${variant.price}. ${variant.stock}` : said.dataset.textNone;
    }

    function write(variant, moved) {
      for (const name of ["price", "compare", "percent", "stock"]) {
        for (const place of all(`[data-variant-${name}]`)) {
          place.textContent = variant[name];
          const box = name === "compare" ? place.closest("s") || place : place;
          box.hidden = variant[name] === "";
        }
      }
      for (const place of all("[data-variant-sku]")) place.textContent = variant.sku;
      for (const field of all("[data-variant-id]")) field.value = variant.id;
      for (const place of all("[data-variant-tone]")) place.className = `stock-word stock-word--${variant.tone}`;
      for (const field of all("[data-stepper] input", picker.form || picker.closest("form"))) {
        field.max = Math.max(variant.left, 1);
        field.dispatchEvent(new Event("input"));
      }
      if (!moved) return;
      history.replaceState(null, "", `?variant=${variant.id}`);
      if (Number.isInteger(variant.image)) showPicture(variant.image);
    }

    picker.addEventListener("change", () => show(true));
    show(false);
  }

  /* Gallery: a strip that snaps; thumbnails jump, and a tap opens the picture over the whole screen. */
  function showPicture(at) {
    const strip = document.querySelector(".gallery__strip");
    const slide = strip?.children[at];
    if (slide) strip.scrollTo({ left: slide.offsetLeft - strip.offsetLeft, behavior: "auto" });
  }

  function gallery(box) {
    const strip = box.querySelector(".gallery__strip");
    const thumbs = all(".gallery__thumbs a", box);
    thumbs.forEach((thumb, at) => thumb.addEventListener("click", (event) => {
      event.preventDefault();
      showPicture(at);
    }));
    if (thumbs.length && "IntersectionObserver" in window) {
      const watcher = new IntersectionObserver((entries) => {
        for (const entry of entries) {
          if (entry.isIntersecting) mark([...strip.children].indexOf(entry.target));
        }
      }, { root: strip, threshold: 0.6 });
      for (const slide of strip.children) watcher.observe(slide);
    }
    const mark = (shown) => thumbs.forEach((thumb, at) => {
      if (at === shown) thumb.setAttribute("aria-current", "true");
      else thumb.removeAttribute("aria-current");
    });
    strip.addEventListener("click", (event) => {
      const picture = event.target.closest("img");
      if (picture) zoom(picture);
    });
  }

  function zoom(picture) {
    const view = document.createElement("dialog");
    view.className = "zoom-view";
    view.setAttribute("aria-label", picture.alt);
    const large = document.createElement("img");
    large.src = picture.closest("[data-full]")?.dataset.full || picture.currentSrc;
    large.alt = picture.alt;
    large.addEventListener("click", () => view.classList.toggle("is-close"));
    const close = document.createElement("button");
    close.type = "button";
    close.textContent = "✕";
    close.setAttribute("aria-label", text("Close"));
    close.addEventListener("click", () => view.close());
    view.append(large, close);
    view.addEventListener("close", () => view.remove());
    document.body.append(view);
    view.showModal();
  }

  /* The bar with "buy" shows while the real button is out of sight. It carries form="..." of the same form. */
  function buyBar(bar) {
    const real = document.querySelector("[data-buy-main]");
    if (!real || !("IntersectionObserver" in window)) return;
    new IntersectionObserver(([entry]) => bar.classList.toggle("is-shown", !entry.isIntersecting)).observe(real);
  }

  function stepper(box) {
    const field = box.querySelector("input");
    const low = Number(field.min || 0);
    const most = () => Number(field.max || Infinity);
    const show = () => {
      if (Number(field.value) > most()) field.value = most();
      for (const button of all("[data-step]", box)) {
        const next = Number(field.value) + Number(button.dataset.step);
        button.disabled = next < low || next > most();
      }
    };
    box.addEventListener("click", (event) => {
      const button = event.target.closest("[data-step]");
      if (!button) return;
      field.value = Math.min(most(), Math.max(low, Number(field.value || low) + Number(button.dataset.step)));
      field.dispatchEvent(new Event("change", { bubbles: true }));
      show();
    });
    field.addEventListener("input", show);
    show();
  }

  /* Counts by the server's clock: the page says what time it was there when it was made. */
  function countdown(box) {
    const left = box.querySelector("[data-countdown-left]");
    const end = Date.parse(box.dataset.countdown);
    const drift = Date.parse(box.dataset.now) - Date.now();
    const two = (number) => String(number).padStart(2, "0");
    left.hidden = false;
    const tick = () => {
      const seconds = Math.max(0, Math.floor((end - Date.now() - drift) / 1000));
      const days = Math.floor(seconds / 86400);
      const clock = `${two(Math.floor((seconds % 86400) / 3600))}:${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`;
      const whole = days ? `${days} ${box.dataset.textDays} ${clock}` : clock;
      left.textContent = seconds ? whole : box.dataset.textOver;
      if (!seconds) clearInterval(timer);
    };
    const timer = setInterval(tick, 1000);
    tick();
  }

  /* Address search: input[data-suggest=URL] asks URL?q= for a fragment of .suggest__hit buttons, each with
     data-fill='{"field name": "value"}' for the form around it. Arrow keys move, Enter takes, Escape closes. */
  function suggest(field) {
    const list = document.createElement("div");
    list.className = "suggest__list";
    list.id = `${field.id || field.name}-suggestions`;
    list.setAttribute("role", "listbox");
    list.hidden = true;
    field.after(list);
    for (const [name, value] of Object.entries({
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id, autocomplete: "off",
    })) field.setAttribute(name, value);
    let timer = 0;
    let asked = null;

    const hits = () => all(".suggest__hit", list);
    const toggle = (open) => {
      list.hidden = !open;
      field.setAttribute("aria-expanded", String(open));
    };

    async function ask() {
      asked?.abort();
      const query = field.value.trim();
      if (query.length < 3) return toggle(false);
      asked = new AbortController();
      try {
        const url = new URL(field.dataset.suggest, location.href);
        url.searchParams.set("q", query);
        const answer = await fetch(url, { signal: asked.signal, headers: { "HX-Request": "true" } });
        if (!answer.ok) return toggle(false);
        list.innerHTML = await answer.text();
        hits().forEach((hit, at) => {
          hit.id = `${list.id}-${at}`;
          hit.setAttribute("role", "option");
          hit.tabIndex = -1;
        });
        toggle(hits().length > 0);
      } catch (error) {
        if (error.name !== "AbortError") toggle(false);
      }
    }

    function take(hit) {
      for (const [name, value] of Object.entries(JSON.parse(hit.dataset.fill))) {
        const target = field.form.elements.namedItem(name);
        if (!target) continue;
        target.value = value;
        target.dispatchEvent(new Event("change", { bubbles: true }));
      }
      toggle(false);
      field.focus();
    }

    function move(step) {
      const found = hits();
      const at = found.findIndex((hit) => hit.getAttribute("aria-selected") === "true");
      const next = found[(at + step + found.length) % found.length];
      found[at]?.removeAttribute("aria-selected");
      next?.setAttribute("aria-selected", "true");
      next?.scrollIntoView({ block: "nearest" });
      if (next) field.setAttribute("aria-activedescendant", next.id);
    }

    field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(ask, 180);
    });
    field.addEventListener("keydown", (event) => {
      if (list.hidden) return;
      const steps = { ArrowDown: 1, ArrowUp: -1 };
      if (steps[event.key]) {
        event.preventDefault();
        move(steps[event.key]);
      } else if (event.key === "Enter") {
        const hit = list.querySelector("[aria-selected=true]") || hits()[0];
        if (hit) {
          event.preventDefault();
          take(hit);
        }
      } else if (event.key === "Escape") {
        toggle(false);
      }
    });
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const hit = event.target.closest(".suggest__hit");
      if (hit) take(hit);
    });
    field.addEventListener("blur", () => toggle(false));
  }

  /* A form that changes one part of its page: the answer is the whole page, of which that part is taken. */
  function partForm(form) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const part = document.getElementById(form.dataset.partForm);
      part.setAttribute("aria-busy", "true");
      try {
        const url = new URL(form.action.split("#")[0]);
        url.search = new URLSearchParams(new FormData(form)).toString();
        const answer = await fetch(url);
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(part.id);
        part.querySelector("[role=status]").replaceChildren(...fresh.querySelector("[role=status]").childNodes);
      } catch {
        toast(text("Failed"));
      }
      part.removeAttribute("aria-busy");
    });
  }

  /* An order's page asks now and then whether something happened, and shows itself again when it did. */
  function watch(box) {
    const look = async () => {
      if (document.hidden) return;
      try {
        const answer = await fetch(box.dataset.watch, { headers: { Accept: "text/plain" } });
        if (answer.ok && (await answer.text()).trim() !== box.dataset.version) location.reload();
      } catch { /* the next look will do */ }
    };
    const waits = [2000, 3000, 5000, 5000, 10000];
    const again = async () => {
      await look();
      setTimeout(again, waits.shift() || 15000);
    };
    setTimeout(again, waits.shift());
    document.addEventListener("visibilitychange", look);
  }

  /* The cart's badge is asked for after the page stands, so that the page can come from a cache. */
  async function cartBadge(badge) {
    if (!badge.dataset.cartBadge) return;
    try {
      const answer = await fetch(badge.dataset.cartBadge, { headers: { Accept: "text/plain" } });
      const number = answer.ok ? (await answer.text()).trim() : "";
      badge.textContent = /^[1-9]\d{0,3}$/.test(number) ? number : "";
    } catch {
      badge.textContent = "";
    }
  }

  /* A form is sent once; forms with data-auto send themselves when a choice changes. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 8000);
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-auto]");
    if (form && event.target.checkValidity()) form.requestSubmit();
  });
  document.addEventListener("click", async (event) => {
    const hit = event.target.closest("[data-copy]");
    if (!hit) return;
    await navigator.clipboard.writeText(hit.dataset.copy);
    toast(text("Copied"));
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) all("[data-cart-badge]").forEach(cartBadge);
  });

  all("[data-variants]").forEach(variantPicker);
  all(".gallery").forEach(gallery);
  all(".buy-bar").forEach(buyBar);
  all("[data-stepper]").forEach(stepper);
  all("[data-countdown]").forEach(countdown);
  all("[data-suggest]").forEach(suggest);
  all("[data-cart-badge]").forEach(cartBadge);
  all("[data-part-form]").forEach(partForm);
  all("[data-watch]").forEach(watch);
  document.querySelector("[data-error-summary]")?.focus();
  for (const button of all("[data-no-script]")) button.hidden = true;
})();
