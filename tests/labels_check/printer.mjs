/**
 * What Node does for the check: ZPL rendered by zpl-renderer-js, as a printer would print it.
 *
 * One JSON object per line in and out: {zpl, width_mm, height_mm, dpmm} → {png}.
 */
import { createInterface } from "node:readline";
import { ready } from "../../pwa/node_modules/zpl-renderer-js/dist/index.esm.js";

const { api } = await ready;

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`);
}

/** @param {Record<string, any>} ask */
async function answer({ zpl, width_mm, height_mm, dpmm }) {
  try {
    return { png: await api.zplToBase64Async(zpl, width_mm, height_mm, dpmm) };
  } catch (error) {
    return { error: String(error) };
  }
}
