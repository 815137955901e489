/**
 * node firefox.mjs PROGRAM: a Firefox that does what it is told by lines of JSON on its input:
 * [do, ...arguments], each answered by a line {value} or {error}. The end of the input ends it.
 */
import { createInterface } from "node:readline";
import puppeteer from "puppeteer-core";

const [executablePath] = process.argv.slice(2);
const browser = await puppeteer.launch({ browser: "firefox", executablePath, headless: true });
const page = await browser.newPage();
await page.setViewport({ width: 1280, height: 800 });

const DEEDS = {
  go: (url) => page.goto(url).then(() => null),
  run: (script, ...given) =>
    page.evaluate((text, all) => new Function(text).apply(null, all), script, given),
  fill: async (selector, text) => {
    await page.$eval(selector, (field) => (field.value = ""));
    await page.type(selector, text);
  },
  click: (selector) => page.click(selector),
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
