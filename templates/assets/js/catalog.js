/* Product pages: photos before they are sent, pictures that arrive, what a price leaves, how a search result looks. */
(() => {
  "use strict";

  const MOST_BYTES = 20 * 1024 * 1024;

  /* New product: photos of the camera and of the album gather in one field, with a preview each. */
  function gatherPhotos(pick) {
    const [camera, album] = pick.querySelectorAll("input[type=file]");
    const shelf = document.querySelector("[data-photo-previews]");
    let files = [];

    function keep() {
      const box = new DataTransfer();
      for (const file of files) box.items.add(file);
      album.files = box.files;
      camera.value = "";
      shelf.replaceChildren(...files.map(preview));
      pick.classList.toggle("photo-pick--some", files.length > 0);
    }

    function preview(file) {
      const item = document.createElement("li");
      item.className = "photo-preview";
      const picture = document.createElement("img");
      picture.alt = file.name;
      picture.src = URL.createObjectURL(file);
      picture.addEventListener("load", () => URL.revokeObjectURL(picture.src));
      const away = document.createElement("button");
      away.type = "button";
      away.className = "photo-preview__away";
      away.textContent = "✕";
      away.setAttribute("aria-label", `✕ ${file.name}`);
      away.addEventListener("click", () => {
        files = files.filter((other) => other !== file);
        keep();
      });
      item.append(picture, away);
      return item;
    }

    for (const input of [camera, album]) {
      input.addEventListener("change", () => {
        for (const file of input.files) {
          const known = files.some((other) => other.name === file.name && other.size === file.size && other.lastModified === file.lastModified);
          if (file.size > MOST_BYTES) window.smartseller.toast({ text: `${file.name} ${window.smartseller.text("TooBig")}`, tone: "error" });
          else if (!known) files.push(file);
        }
        keep();
      });
    }
  }

  /* Pictures are saved by themselves, so typing there does not make the form around them unsaved. */
  for (const apart of document.querySelectorAll("[data-apart]")) {
    apart.addEventListener("input", (event) => event.stopPropagation());
  }

  /* The same picture sent twice is one picture: the older tile makes room. */
  document.addEventListener("uploaded", (event) => {
    const seen = new Set();
    for (const tile of [...event.target.children].reverse()) {
      if (!tile.id) continue;
      if (seen.has(tile.id)) tile.remove();
      seen.add(tile.id);
    }
  });

  /* What is left of a sale. */
  const amount = (name) => Number((document.querySelector(`[name=${name}]`)?.value || "").replace(/\D/g, ""));

  function showMargin() {
    const line = document.querySelector("[data-margin]");
    if (!line) return;
    const [price, cost] = [amount("price_amount"), amount("cost_amount")];
    line.hidden = !price || !cost;
    const left = (price - cost).toLocaleString("id-ID");
    line.textContent = line.dataset.text.replace("%s", `Rp${left} (${Math.round(((price - cost) / price) * 100)}%)`);
  }

  /* The search result as it will look. */
  function showResult() {
    const value = (name) => document.querySelector(`[name=${name}]`)?.value.trim() || "";
    const put = (mark, text) => {
      const place = document.querySelector(`[data-serp-${mark}]`);
      if (place) place.textContent = text;
    };
    put("title", value("seo_title") || value("title"));
    put("text", value("seo_description") || value("description").slice(0, 160));
    if (value("slug")) put("slug", value("slug"));
  }

  /* Dots between thousands, once the field is left. */
  document.addEventListener("focusout", (event) => {
    const field = event.target;
    if (!field.matches?.("[name$=_amount]") || !/^\d+$/.test(field.value)) return;
    field.value = Number(field.value).toLocaleString("id-ID");
  });

  document.addEventListener("input", () => {
    showMargin();
    showResult();
  });

  for (const pick of document.querySelectorAll("[data-photo-pick]")) gatherPhotos(pick);
  showMargin();
})();
