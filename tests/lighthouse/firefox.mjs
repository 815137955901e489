/**
 * node firefox.mjs PROGRAM PROFILE PREFERENCES: a Firefox that does what it is told by lines of
 * JSON on its input: [do, ...arguments], each answered by a line {value} or {error}. The end of the
 * input ends it. PROFILE is a folder that outlives it, PREFERENCES are those of about:config, as
 * JSON.
 */
import { createInterface } from "node:readline";
import puppeteer from "puppeteer-core";

const [executablePath, userDataDir, preferences] = process.argv.slice(2);
const browser = await puppeteer.launch({
  browser: "firefox",
  executablePath,
  headless: true,
  userDataDir,
  extraPrefsFirefox: JSON.parse(preferences),
});
const page = await browser.newPage();
await page.setViewport({ width: 1280, height: 800 });
// Firefox tells of files that were no longer wanted, when a page is left, as of errors of scripts.
const LEFT = "A ServiceWorker intercepted the request";
const thrown = [];
page.on("pageerror", (error) => {
  if (!String(error).includes(LEFT)) thrown.push(String(error));
});

const DEEDS = {
  go: (url) => page.goto(url).then(() => null),
  run: (script, ...given) =>
    page.evaluate((text, all) => new Function(text).apply(null, all), script, given),
  click: (selector) => page.click(selector),
  keys: (text) => page.keyboard.type(text),
  press: (key) => page.keyboard.press(key),
  upload: async (selector, path) => (await page.$(selector)).uploadFile(path),
  resize: (width, height) => page.setViewport({ width, height }),
  picture: () => page.screenshot({ encoding: "base64" }),
  thrown: async () => thrown,
  async draw(points) {
    const [[x, y], ...rest] = points;
    await page.mouse.move(x, y);
    await page.mouse.down();
    for (const [toX, toY] of rest) await page.mouse.move(toX, toY);
    await page.mouse.up();
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const [deed, ...given] = JSON.parse(line);
  const answer = await DEEDS[deed](...given).then(
    (value) => ({ value: value ?? null }),
    (error) => ({ error: String(error) }),
  );
  console.log(JSON.stringify(answer));
}
await browser.close();
