/** The files of the page templates, which the server reads at its start and the build compiles. */
import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

export const FOLDER = "server/templates";
export const SUFFIX = ".liquid";

/**
 * @param {string} root of the repository
 * @returns {Promise<Record<string, string>>} sources by name: the path without its suffix
 */
export async function templateSources(root) {
  const paths = await readdir(join(root, FOLDER), { recursive: true });
  const names = paths
    .filter((path) => path.endsWith(SUFFIX))
    .map((path) => path.slice(0, -SUFFIX.length).replaceAll("\\", "/"))
    .sort();
  const texts = names.map((name) => readFile(join(root, FOLDER, name + SUFFIX), "utf8"));
  const sources = (await Promise.all(texts)).map((text) => text.replaceAll("\r\n", "\n"));
  return Object.fromEntries(sources.map((source, n) => [names[n], source]));
}

/** @param {Record<string, string>} sources @returns {string} the same as the server's Renderer */
export function digestOf(sources) {
  const hash = createHash("sha256");
  for (const name of Object.keys(sources).sort()) hash.update(`${name}\0${sources[name]}\0`);
  return hash.digest("hex");
}
