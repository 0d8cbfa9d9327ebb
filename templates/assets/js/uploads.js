/* Drop zones: every file is sent on its own with a progress bar, three at a time, and its answer is put into place. */
(() => {
  "use strict";

  const AT_ONCE = 3;
  const { text, requestHeaders } = window.smartseller;

  function row(zone, file) {
    const line = document.createElement("div");
    line.className = "upload-row";
    const name = document.createElement("span");
    name.textContent = file.name;
    name.className = "truncate";
    const state = document.createElement("span");
    state.className = "muted";
    const bar = document.createElement("progress");
    bar.className = "meter";
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", file.name);
    line.append(name, state, bar);
    zone.querySelector("[data-upload-list]").append(line);
    return { line, state, bar };
  }

  function refuse(shown, reason) {
    shown.bar.remove();
    shown.state.textContent = reason;
    shown.state.className = "field__error";
  }

  /* A refusal may answer with a short plain text: that is what the person reads. */
  function reasonIn(request) {
    const plain = (request.getResponseHeader("Content-Type") || "").startsWith("text/plain");
    return plain && request.responseText.length < 300 ? request.responseText : text("UploadFailed");
  }

  function place(zone, html) {
    const target = document.querySelector(zone.dataset.target);
    if (!target || !html.trim()) return;
    target.insertAdjacentHTML("beforeend", html);
    window.htmx?.process(target);
    target.dispatchEvent(new CustomEvent("uploaded", { bubbles: true }));
  }

  function send(zone, file, fieldName) {
    const shown = row(zone, file);
    const limit = Number(zone.dataset.maxBytes || 0);
    if (limit && file.size > limit) {
      refuse(shown, text("TooBig"));
      return Promise.resolve();
    }
    return new Promise((finished) => {
      const request = new XMLHttpRequest();
      request.open("POST", zone.dataset.upload);
      for (const [name, value] of Object.entries(requestHeaders())) request.setRequestHeader(name, value);
      request.setRequestHeader("HX-Request", "true");
      request.upload.addEventListener("progress", (event) => {
        if (event.lengthComputable) shown.bar.value = event.loaded / event.total;
      });
      request.addEventListener("loadend", () => {
        if (request.status >= 200 && request.status < 300) {
          place(zone, request.responseText);
          shown.line.remove();
        } else {
          refuse(shown, reasonIn(request));
        }
        finished();
      });
      const body = new FormData();
      body.append(fieldName, file, file.name);
      request.send(body);
    });
  }

  async function sendAll(zone, files, fieldName) {
    const queue = [...files];
    const lane = async () => {
      while (queue.length) await send(zone, queue.shift(), fieldName);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
  }

  document.addEventListener("change", (event) => {
    const zone = event.target.closest?.("[data-upload]");
    if (!zone || event.target.type !== "file") return;
    sendAll(zone, event.target.files, event.target.name);
    event.target.value = "";
  });

  for (const [name, over] of [["dragover", true], ["dragleave", false], ["drop", false]]) {
    document.addEventListener(name, (event) => {
      const drop = event.target.closest?.(".dropzone");
      if (!drop) return;
      drop.classList.toggle("is-over", over);
      if (name === "dragover") event.preventDefault();
      const zone = drop.closest("[data-upload]");
      if (name === "drop" && zone) {
        event.preventDefault();
        sendAll(zone, event.dataTransfer.files, drop.querySelector("input[type=file]").name);
      }
    });
  }
})();
