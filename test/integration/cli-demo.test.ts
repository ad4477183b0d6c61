import { expect, test } from "vitest";
import { expectExit, runCli } from "../support/cli.ts";
import { expectNarrow } from "../support/narrow.ts";

test("demo needs nothing: it fills a Postgres of its own and shows what campaigns cost and brought in", async () => {
  const result = await runCli(["demo"]);
  expectExit(result, 0);
  expect(result.stdout).toMatch(/^Everything planned was loaded: [\d,]+ rows written/m);
  const [, performance = ""] = result.stdout.split("(pinterest_ads_campaign_performance):");
  expect(performance).toMatch(/^campaign +spend +impressions +clicks +conversions$/m);
  const rows = performance.match(/^Campaign .* [\d,]+\.\d\d +[A-Z]{3} +[\d,]+ +[\d,]+ +[\d,]+$/gm) ?? [];
  expect(rows).toHaveLength(8);
  expect(result.stdout).toMatch(/^ {2}psql 'postgres:\/\//m);
  // The address of the database is there to be copied.
  expectNarrow(result.stdout.replace(/^ {2}psql .*$/m, ""));
});
