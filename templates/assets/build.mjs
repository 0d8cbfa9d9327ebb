// Builds the front end into .build/static (CSS, JavaScript, fonts, pictures) and .build/icons.
// Everything is made in a folder beside them and moved into place at the end, so that a running server never
// sees half a build. Run it by `python -m config.frontend`, or by `npm run build` where Node is installed.

import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const assets = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(assets, "../..");
const packages = path.join(root, "node_modules");
const target = path.resolve(process.env.BUILD_DIR ?? path.join(root, ".build"));

// Static name -> file in node_modules. Pages load each by a tag of its own: no bundler.
const VENDORED = {
  "vendor/htmx.min.js": "htmx.org/dist/htmx.min.js",
  "vendor/alpine.min.js": "@alpinejs/csp/dist/cdn.min.js",
  "vendor/chart.min.js": "chart.js/dist/chart.umd.min.js",
  "vendor/sortable.min.js": "sortablejs/Sortable.min.js",
};
const FONTS = ["plus-jakarta-sans-latin-wght-normal.woff2", "plus-jakarta-sans-latin-ext-wght-normal.woff2"];
const FONT_FOLDER = "@fontsource-variable/plus-jakarta-sans/files";
// Folders whose templates and Python name icons: {% icon "truck" %} or, for names in Python, icons.txt.
const ICON_SOURCES = ["templates", "core", "tenants", "billing", "channels", "storefront"];

async function files(folder, extension) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(extension))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

async function styles(out) {
  const sources = (await readdir(path.join(assets, "css"))).filter((name) => ["dashboard.css", "storefront.css"].includes(name));
  const tailwind = path.join(packages, "@tailwindcss/cli/dist/index.mjs");
  await Promise.all(
    sources.map((name) =>
      run(
        process.execPath,
        [tailwind, "--input", path.join(assets, "css", name), "--output", path.join(out, "css", name), "--minify"],
        { cwd: root, maxBuffer: 1 << 24 },
      ),
    ),
  );
}

async function scripts(out) {
  for (const [name, source] of Object.entries(VENDORED)) {
    const text = await readFile(path.join(packages, source), "utf8");
    await mkdir(path.dirname(path.join(out, name)), { recursive: true });
    // Their source maps are not served, and hashing static files fails on a link to a file that is not there.
    await writeFile(path.join(out, name), text.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, "\n"));
  }
  for (const source of await files(path.join(assets, "js"), ".js")) {
    await cp(source, path.join(out, "js", path.relative(path.join(assets, "js"), source)));
  }
}

async function fontsAndPictures(out) {
  for (const font of FONTS) {
    await cp(path.join(packages, FONT_FOLDER, font), path.join(out, "fonts", font));
  }
  await cp(path.join(assets, "img"), path.join(out, "img"), { recursive: true }).catch((error) => {
    if (error.code !== "ENOENT") throw error;
  });
}

async function iconNames() {
  const listed = await readFile(path.join(assets, "icons.txt"), "utf8").catch(() => "");
  const names = new Set(listed.split("\n").map((line) => line.replace(/#.*/, "").trim()).filter(Boolean));
  for (const folder of ICON_SOURCES) {
    for (const template of await files(path.join(root, folder), ".html")) {
      for (const [, name] of (await readFile(template, "utf8")).matchAll(/\{% icon ["']([a-z0-9-]+)["']/g)) names.add(name);
    }
  }
  return [...names].sort();
}

async function icons(out) {
  await mkdir(out, { recursive: true });
  const unknown = [];
  for (const name of await iconNames()) {
    await cp(path.join(packages, "lucide-static/icons", `${name}.svg`), path.join(out, `${name}.svg`)).catch(() => unknown.push(name));
  }
  if (unknown.length) {
    throw new Error(`no icon of this name in lucide: ${unknown.join(", ")} (see templates/assets/icons.txt and {% icon %})`);
  }
}

async function moveIntoPlace(made, name) {
  const place = path.join(target, name);
  await rm(`${place}.old`, { recursive: true, force: true });
  await rename(place, `${place}.old`).catch((error) => {
    if (error.code !== "ENOENT") throw error;
  });
  await rename(path.join(made, name), place);
  await rm(`${place}.old`, { recursive: true, force: true });
}

await mkdir(target, { recursive: true });
const made = await mkdtemp(path.join(target, "new-"));
try {
  const out = path.join(made, "static");
  await Promise.all([styles(out), scripts(out), fontsAndPictures(out), icons(path.join(made, "icons"))]);
  await moveIntoPlace(made, "static");
  await moveIntoPlace(made, "icons");
} catch (error) {
  const said = String(error.stderr || error.message).trim().split("\n");
  console.error(said.slice(-12).join("\n"));
  process.exitCode = 1;
} finally {
  await rm(made, { recursive: true, force: true });
}
