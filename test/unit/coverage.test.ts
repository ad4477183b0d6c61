import stringWidth from "string-width";
import { describe, expect, test } from "vitest";
import { renderCoverage, renderGaps, renderRefused } from "../../src/commands/coverage.ts";
import { renderDifferences } from "../../src/commands/differences.ts";
import type { CoverageRow } from "../../src/warehouse/coverage.ts";

const ACCOUNT = "123456789012345678";
const covered: CoverageRow = {
  ad_account_id: ACCOUNT,
  resource: "ad_group_targeting_analytics",
  attribution: "30/30/1 TIME_OF_AD_ACTION",
  first_day: "2024-01-01",
  loaded_through: "2024-03-15",
  final_through: "2024-01-31",
  gaps: [],
};

function expectNarrow(text: string | undefined): void {
  for (const line of (text ?? "").split("\n")) expect(stringWidth(line)).toBeLessThanOrEqual(80);
}

describe("how far metrics are loaded", () => {
  test("is told per level and account", () => {
    const text = renderCoverage([covered, { ...covered, resource: "ad_analytics", final_through: null }]);
    expect(text?.split("\n").map((line) => line.split(/\s{2,}/))).toEqual([
      ["metrics of", "account", "through", "final through", "missing"],
      ["ad_group_targeting", ACCOUNT, "2024-03-15", "2024-01-31", "0"],
      ["ad", ACCOUNT, "2024-03-15", "none yet", "0"],
    ]);
    expectNarrow(text);
  });

  test("names the attribution setting where there are several, within 80 columns", () => {
    const text = renderCoverage([covered, { ...covered, attribution: "7/7/1 TIME_OF_CONVERSION" }]);
    expect(text).toContain("Attribution 7/7/1 TIME_OF_CONVERSION\n");
    expect(text?.match(new RegExp(`^ad_group_targeting +${ACCOUNT} `, "gm"))).toHaveLength(2);
    expect(renderCoverage([covered])).not.toContain("30/30/1");
    expectNarrow(text);
  });

  test("names the days that are missing, and how to load them", () => {
    const gaps = [
      { from: "2024-01-10", to: "2024-01-12" },
      { from: "2024-02-01", to: "2024-02-01" },
    ];
    const text = renderGaps([{ ...covered, gaps }]);
    expect(text).toContain(`ad_group_targeting_analytics of ${ACCOUNT} 2024-01-10..2024-01-12`);
    expect(text).toContain("pinterest-ads backfill");
    expectNarrow(text);
    expect(renderCoverage([{ ...covered, gaps }])).toMatch(/ 4$/m);
  });

  test("counts gaps beyond the first few", () => {
    const gaps = Array.from({ length: 5 }, (_, nth) => ({
      from: `2024-01-0${nth + 1}`,
      to: `2024-01-0${nth + 1}`,
    }));
    expect(renderGaps([{ ...covered, gaps }])).toContain("and 2 gaps more");
  });

  test("is left out where there is nothing to tell", () => {
    expect([renderCoverage([]), renderGaps([covered]), renderRefused([])]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

test("refused metrics stand together by level and way of asking", () => {
  const refused = { resource: "keyword_analytics", method: "report", reason: "", refused_at: new Date(0) };
  const text = renderRefused([
    { ...refused, metric: "TOTAL_IMPRESSION_USER", ad_accounts: 2 },
    { ...refused, metric: "TOTAL_IMPRESSION_FREQUENCY", ad_accounts: 3 },
  ]);
  expect(text).toMatch(/keyword_analytics +report +3 +TOTAL_IMPRESSION_USER/);
  expect(text).toContain("TOTAL_IMPRESSION_FREQUENCY");
  expectNarrow(text);
});

test("differences tell sign and share, and that a share of nothing cannot be told", () => {
  const row = {
    ad_account_id: ACCOUNT,
    date: "2024-03-01",
    attribution: "30/30/1 TIME_OF_AD_ACTION",
    metric: "spend_in_micro_dollar",
    level: "ad_group",
    account_total: "123456789012",
    level_total: "123000000000",
    difference: "-456789012",
    difference_percent: "0.3700",
  };
  const text = renderDifferences([
    row,
    {
      ...row,
      metric: "impression_1",
      account_total: "0",
      level_total: "7",
      difference: "7",
      difference_percent: null,
    },
  ]);
  expect(text).toContain(`Ad account ${ACCOUNT}\n`);
  expect(text).toContain("-0.37 %");
  expect(text).toMatch(/7 +all$/m);
  expectNarrow(text);
});
