import { describe, expect, test } from "vitest";
import { describeTrialExcess, renderCalls } from "../../src/commands/calls.ts";
import type { RateCategory } from "../../src/resources/define.ts";
import { countAll, countMinutes, findTrialExcess, sumCalls } from "../../src/sync/trial-quota.ts";

const totals = (calls: Partial<Record<RateCategory, number>>) =>
  sumCalls(
    Object.entries(calls).map(([category, count]) => ({ category: category as RateCategory, calls: count })),
  );

test("calls are summed by category, and categories without any left out", () => {
  const sums = sumCalls([
    { category: "ads_read", calls: 3 },
    { category: "ads_analytics", calls: 10 },
    { category: "ads_read", calls: 4 },
    { category: "catalogs_read", calls: 0 },
  ]);
  expect([...sums]).toEqual([
    ["ads_read", 7],
    ["ads_analytics", 10],
  ]);
  expect(countAll(sums)).toBe(17);
});

test.each<[RateCategory, number, number]>([
  ["ads_read", 1000, 1],
  ["ads_read", 1001, 2],
  ["ads_analytics", 1440, 5],
  ["catalogs_read", 101, 2],
])("%s: %d calls take %d minutes with standard access", (category, calls, minutes) => {
  expect(countMinutes(category, calls)).toBe(minutes);
});

describe("the trial quota", () => {
  test("is enough for 1,000 calls over all categories", () => {
    const enough = totals({ ads_read: 600, ads_analytics: 400 });
    expect(findTrialExcess(enough)).toBeUndefined();
    expect(describeTrialExcess(enough)).toBeUndefined();
  });

  test("is exceeded by one more; the slowest category says how long standard access takes", () => {
    expect(findTrialExcess(totals({ ads_read: 600, ads_analytics: 401 }))).toEqual({
      calls: 1001,
      trialDays: 2,
      standardMinutes: 2,
    });
    const plan = totals({ ads_read: 2000, ads_analytics: 14_400, catalogs_read: 300 });
    expect(findTrialExcess(plan)).toEqual({ calls: 16_700, trialDays: 17, standardMinutes: 48 });
    const text = describeTrialExcess(plan) ?? "";
    for (const part of [
      "16,700 API calls",
      "1,000 requests a day of trial access",
      "17 days",
      "about 48 minutes",
    ])
      expect(text.replaceAll("\n", " ")).toContain(part);
    for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });
});

test("calls by category are shown with what standard access allows", () => {
  const lines = renderCalls(totals({ ads_read: 20, ads_analytics: 1440 })).split("\n");
  expect(lines[1]?.split(/\s{2,}/)).toEqual(["ads_read", "20", "1,000 a minute", "under a minute"]);
  expect(lines[2]?.split(/\s{2,}/)).toEqual(["ads_analytics", "1,440", "300 a minute", "5 minutes"]);
});
