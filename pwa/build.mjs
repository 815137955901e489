/**
 * Bundles the device app into pwa/dist, and writes dist/build.json: the build id, every file with
 * its digest, and that of the templates which the worker has in it. Third-party code comes in here
 * from node_modules and from nowhere else.
 */
import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { labelParts } from "./label_parts.mjs";
import { digestOf, templateSources } from "./template_files.mjs";
import { templatesModule } from "./templates.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const dist = join(here, "dist");
const sources = await templateSources(root);

/** What is bundled: where from, where to, and how. */
const BUNDLES = [
  { from: "src/sw.js", to: "sw.js", format: "iife" },
  { from: "src/page.js", to: "page.js", format: "esm" },
  { from: "src/scan/decoder.js", to: "decoder.js", format: "esm" },
  { from: "styles/app.css", to: "app.css" },
];

/** What a build id covers: the same sources give the same id on every machine. */
const SOURCES = [
  "labels/layouts",
  "pwa/build.mjs",
  "pwa/icons",
  "pwa/label_parts.mjs",
  "pwa/manifest.webmanifest",
  "pwa/package-lock.json",
  "pwa/src",
  "pwa/styles",
  "pwa/template_files.mjs",
  "pwa/template_values.mjs",
  "pwa/templates.mjs",
  "server/locale",
  "server/templates",
  "sync/initials.json",
];

/** @param {string} path @returns {Promise<string[]>} every file at or below it, sorted */
async function filesBelow(path) {
  if (!existsSync(path)) return [];
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => null);
  if (entries === null) return [path];
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

/** @returns {Promise<string>} twelve hex digits, from the sources' names and bytes */
async function buildId() {
  const hash = createHash("sha256");
  for (const source of SOURCES) {
    for (const file of await filesBelow(join(root, source))) {
      hash.update(relative(root, file).split(sep).join("/") + "\0");
      hash.update(createHash("sha256").update(await readFile(file)).digest());
    }
  }
  return hash.digest("hex").slice(0, 12);
}

/** @type {import("esbuild").Plugin} the module `traveler:templates`, which stands in no file */
const templates = {
  name: "templates",
  setup(builder) {
    const name = "traveler:templates";
    builder.onResolve({ filter: new RegExp(`^${name}$`) }, () => ({ path: name, namespace: name }));
    builder.onLoad({ filter: /./, namespace: name }, () => ({
      contents: templatesModule(sources),
      resolveDir: join(here, "src/render"),
    }));
  },
};

/** Bundles scripts and styles, each with its source map beside it. */
async function bundle() {
  for (const { from, to, format } of BUNDLES) {
    if (!existsSync(join(here, from))) {
      console.log(`skipped ${from}: not there yet`);
      continue;
    }
    await build({
      absWorkingDir: here,
      bundle: true,
      entryPoints: [from],
      external: ["/assets/*"],
      format,
      legalComments: "none",
      logLevel: "warning",
      minify: true,
      outfile: join(dist, to),
      plugins: [templates],
      sourcemap: "linked",
      target: ["chrome111", "firefox115", "safari16.4"],
    });
  }
}

/** Copies what needs no bundling: the WASM of codes, the icons and the manifest. */
async function copyAssets() {
  for (const part of ["reader", "writer"]) {
    const wasm = `zxing_${part}.wasm`;
    await copyFile(join(here, "node_modules/zxing-wasm/dist", part, wasm), join(dist, wasm));
  }
  await mkdir(join(dist, "icons"), { recursive: true });
  for (const icon of await readdir(join(here, "icons"))) {
    await copyFile(join(here, "icons", icon), join(dist, "icons", icon));
  }
  const manifest = join(here, "manifest.webmanifest");
  if (existsSync(manifest)) await copyFile(manifest, join(dist, "manifest.webmanifest"));
  else console.log("skipped manifest.webmanifest: not there yet");
}

/** @param {string} id the build id */
async function writeManifest(id) {
  /** @type {Record<string, string>} */
  const files = {};
  for (const file of await filesBelow(dist)) {
    if (file.endsWith(".map")) continue;
    const digest = createHash("sha256").update(await readFile(file)).digest("hex");
    files[relative(dist, file).split(sep).join("/")] = digest;
  }
  const built = { id, templates: digestOf(sources), files };
  await writeFile(join(dist, "build.json"), JSON.stringify(built, null, 1) + "\n");
}

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
const id = await buildId();
await bundle();
await copyAssets();
await writeFile(join(dist, "labels.json"), JSON.stringify(await labelParts(root)));
await writeManifest(id);
console.log(`built ${relative(root, dist)} ${id}`);
