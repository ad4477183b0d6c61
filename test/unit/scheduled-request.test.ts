import { expect, test } from "vitest";
import { readAnalyticsSettings } from "../../src/analytics-config.ts";
import { readConfigFile } from "../../src/config-file.ts";
import { resources } from "../../src/resources/index.ts";
import type { ScheduleName } from "../../src/schedules.ts";
import { requestFor } from "../../src/serve/schedule/scheduled-request.ts";

test.each<[string, readonly ScheduleName[], number, number, number]>([
  ["recent metrics alone: the recent days", ["recent_analytics"], 3, 33, 3],
  ["more recent days than the lookback has: the lookback", ["recent_analytics"], 10, 2, 2],
  ["all metrics: the whole lookback", ["analytics"], 3, 33, 33],
  ["both at once: the whole lookback", ["recent_analytics", "analytics"], 3, 33, 33],
])("%s", (_what, due, recentDays, lookbackDays, expected) => {
  const analytics = { ...readAnalyticsSettings(readConfigFile("", "", [])), lookbackDays };
  const everything = {
    trigger: "schedule",
    resources,
    accountIds: undefined,
    acceptEmpty: false,
    concurrency: 4,
    analytics,
  } as const;
  expect(requestFor(due, everything, recentDays).analytics).toEqual({ ...analytics, lookbackDays: expected });
});
