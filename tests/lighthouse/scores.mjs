/**
 * node scores.mjs PORT URL…: Lighthouse's mobile scores of pages in a browser that runs already,
 * signed in, its worker and storage as they are. One line of JSON for each page; `index` is how
 * fast Lighthouse found this machine when it loaded that page.
 */
import lighthouse from "lighthouse";

const CATEGORIES = ["performance", "accessibility", "best-practices"];
const [port, ...urls] = process.argv.slice(2);

for (const url of urls) {
  const told = await lighthouse(url, {
    port: Number(port),
    logLevel: "error",
    onlyCategories: CATEGORIES,
    disableStorageReset: true,
  });
  const { categories, audits, environment, runtimeError } = told.lhr;
  const index = Math.round(environment.benchmarkIndex);
  const scores = CATEGORIES.map((name) => [name, Math.round((categories[name].score ?? 0) * 100)]);
  const short = CATEGORIES.flatMap((name) => categories[name].auditRefs)
    .filter(({ id, weight }) => weight > 0 && (audits[id].score ?? 1) < 0.9)
    .map(({ id }) => `${id} ${audits[id].displayValue ?? ""}`.trim());
  const error = runtimeError?.code ?? "";
  console.log(JSON.stringify({ url, index, ...Object.fromEntries(scores), short, error }));
}
