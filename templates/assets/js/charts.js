/* Charts: every canvas[data-chart] is drawn from the JSON element it names, in the colours of the theme. */
(() => {
  "use strict";

  const source = document.currentScript?.dataset.chartSrc;
  const drawn = new Map();
  let loading = null;

  function library() {
    if (window.Chart) return Promise.resolve();
    loading ||= new Promise((loaded, failed) => {
      const tag = document.createElement("script");
      tag.src = source;
      tag.nonce = document.querySelector("script[nonce]")?.nonce || "";
      tag.addEventListener("load", loaded);
      tag.addEventListener("error", failed);
      document.head.append(tag);
    });
    return loading;
  }

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--color-${name}`).trim();
  const language = () => document.documentElement.lang || "id";

  function writer(series, short) {
    if (series.unit !== "money") return new Intl.NumberFormat(language());
    // Rupiah is counted whole, other money in hundredths.
    const currency = series.currency || "IDR";
    const digits = currency === "IDR" ? 0 : 2;
    const options = { style: "currency", currency, maximumFractionDigits: short ? 1 : digits, minimumFractionDigits: 0 };
    const numbers = new Intl.NumberFormat(language(), short ? { ...options, notation: "compact" } : options);
    return { format: (value) => numbers.format(value / 10 ** digits) };
  }

  function sets(series) {
    const strokes = [colour("primary"), colour("edge"), colour("accent"), colour("info")];
    return series.sets.map((set, at) => ({
      label: set.label,
      data: set.values,
      borderColor: strokes[at % strokes.length],
      backgroundColor: series.kind === "bar" ? strokes[at % strokes.length] : `${strokes[at % strokes.length]}1f`,
      borderWidth: series.kind === "bar" ? 0 : 2,
      borderDash: at === 0 || series.kind === "bar" ? [] : [4, 4],
      borderRadius: 4,
      fill: series.kind !== "bar" && at === 0,
      pointRadius: 0,
      pointHitRadius: 16,
      tension: 0.3,
    }));
  }

  function options(series) {
    const ink = colour("muted");
    const line = colour("line");
    const [exact, short] = [writer(series, false), writer(series, true)];
    return {
      responsive: true,
      maintainAspectRatio: false,
      animation: false,
      interaction: { mode: "index", intersect: false },
      plugins: {
        legend: { display: series.sets.length > 1, align: "start", labels: { color: ink, boxWidth: 12, boxHeight: 2 } },
        tooltip: {
          backgroundColor: colour("neutral"),
          titleColor: colour("neutral-content"),
          bodyColor: colour("neutral-content"),
          callbacks: { label: (point) => `${point.dataset.label}: ${exact.format(point.parsed.y)}` },
        },
      },
      scales: {
        x: { grid: { display: false }, border: { color: line }, ticks: { color: ink, maxRotation: 0, autoSkipPadding: 16 } },
        y: {
          beginAtZero: true,
          grid: { color: line },
          border: { display: false },
          ticks: { color: ink, maxTicksLimit: 5, precision: 0, callback: (value) => short.format(value) },
        },
      },
    };
  }

  function draw(canvas) {
    const json = document.getElementById(canvas.dataset.chart);
    if (!json) return;
    const series = JSON.parse(json.textContent);
    drawn.get(canvas)?.destroy();
    window.Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    drawn.set(canvas, new window.Chart(canvas, {
      type: series.kind === "bar" ? "bar" : "line",
      data: { labels: series.labels, datasets: sets(series) },
      options: options(series),
    }));
  }

  async function drawAll() {
    for (const [canvas, chart] of drawn) {
      if (!canvas.isConnected) {
        chart.destroy();
        drawn.delete(canvas);
      }
    }
    const canvases = document.querySelectorAll("canvas[data-chart]");
    if (!canvases.length) return;
    await library();
    canvases.forEach(draw);
  }

  drawAll();
  document.addEventListener("theme:changed", drawAll);
  document.addEventListener("htmx:load", (event) => {
    if (event.target.querySelector?.("canvas[data-chart]")) drawAll();
  });
})();
