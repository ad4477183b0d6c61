import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ConnectorError } from "../../src/errors.ts";
import type { AnalyticsSettings } from "../../src/resources/analytics-settings.ts";
import { DEFAULT_ATTRIBUTION, nameAttribution } from "../../src/resources/attribution.ts";
import { type AnalyticsSlice, planBackfill, planSync, SLICE_DAYS } from "../../src/sync/plan-analytics.ts";
import { addDays, countDays, earliestDay, listDays, toWindows, type Window } from "../../src/window.ts";
import { levels, settings } from "../support/levels.ts";

const today = "2024-03-15";
const accounts = [{ id: "1" }, { id: "2" }];
const nothing = () => [];
const never = () => false;

function plan(some: Partial<AnalyticsSettings> = {}, loaded: readonly string[] = [], day = today): Window[] {
  const slices = planSync({
    resources: [levels.campaign],
    accounts: [{ id: "1" }],
    settings: { ...settings, ...some },
    today: day,
    loadedDays: () => loaded,
  });
  return slices.map(({ window }) => window);
}

function backfill(options: Partial<Parameters<typeof planBackfill>[0]>): AnalyticsSlice[] {
  const window = { from: "2024-01-20", to: "2024-03-10" };
  const resources = [levels.campaign];
  return planBackfill({
    resources,
    accounts,
    settings,
    today,
    window,
    order: "newest",
    done: never,
    ...options,
  });
}

function catchError(work: () => unknown): ConnectorError {
  try {
    work();
  } catch (error) {
    if (error instanceof ConnectorError) return error;
  }
  throw new Error("nothing was refused");
}

const ends = (windows: readonly Window[]) => toWindows(windows.flatMap(listDays));

describe("a sync reads the lookback and what was never loaded", () => {
  test.each<[string, Partial<AnalyticsSettings>, Window[], Window[]]>([
    ["first load: 90 days", {}, [], [{ from: "2023-12-17", to: today }]],
    ["first load from a start date", { startDate: "2023-06-01" }, [], [{ from: "2023-06-01", to: today }]],
    ["a later run", {}, [{ from: "2023-12-17", to: "2024-03-14" }], [{ from: "2024-02-12", to: today }]],
    [
      "after a pause longer than the lookback",
      {},
      [{ from: "2023-12-17", to: "2024-01-31" }],
      [{ from: "2024-02-01", to: today }],
    ],
    [
      "a gap far back",
      {},
      [
        { from: "2023-12-17", to: "2023-12-31" },
        { from: "2024-01-03", to: "2024-03-15" },
      ],
      [
        { from: "2024-01-01", to: "2024-01-02" },
        { from: "2024-02-12", to: today },
      ],
    ],
    [
      "a start date moved back",
      { startDate: "2024-01-01" },
      [{ from: "2024-02-01", to: today }],
      [
        { from: "2024-01-01", to: "2024-01-31" },
        { from: "2024-02-12", to: today },
      ],
    ],
    ["nothing before the start date", { startDate: "2024-03-10" }, [], [{ from: "2024-03-10", to: today }]],
    [
      "days that a backfill loaded before the start date are restated as well",
      { startDate: "2024-03-10" },
      [{ from: "2024-03-01", to: "2024-03-09" }],
      [{ from: "2024-03-01", to: today }],
    ],
    [
      "a lookback longer than the first load",
      { lookbackDays: 120 },
      [],
      [{ from: addDays(today, -119), to: today }],
    ],
    [
      "no further back than reports reach",
      { startDate: "2015-01-01" },
      [],
      [{ from: addDays(today, -913), to: today }],
    ],
    [
      "no further back than the synchronous endpoint reaches, where only that is to be asked",
      { startDate: "2015-01-01", method: "sync", lookbackDays: 180 },
      [],
      [{ from: addDays(today, -89), to: today }],
    ],
    [
      "no further back than metrics reach that reports do not know",
      { startDate: "2023-01-01", metrics: ["QUIZ_PIN_RESULT_OPEN"] },
      [],
      [{ from: addDays(today, -89), to: today }],
    ],
  ])("%s", (_, some, loaded, expected) => {
    const windows = plan(some, loaded.flatMap(listDays));
    expect(ends(windows)).toEqual(expected);
  });
});

test("whatever is loaded, a plan covers what it must once, in short windows within reach, oldest first", () => {
  const anyLoaded = fc.array(fc.integer({ min: 0, max: 1000 }), { maxLength: 200 });
  const offset = fc.integer({ min: 0, max: 1200 });
  const method = fc.constantFrom("auto" as const, "sync" as const, "report" as const);
  fc.assert(
    fc.property(offset, fc.option(offset), anyLoaded, method, fc.integer({ min: 1, max: 180 }), (...any) => {
      const [shift, start, ago, way, lookbackDays] = any;
      const now = addDays(today, shift);
      const startDate = start === null ? undefined : addDays(now, -start);
      const loaded = ago.map((days) => addDays(now, -days));
      const windows = plan({ startDate, lookbackDays, method: way }, loaded, now);
      const days = windows.flatMap(listDays);
      const reach = earliestDay(way === "sync" ? "sync" : "report", now);
      expect(days).toEqual([...new Set(days)].sort());
      expect(windows.every((window) => countDays(window) <= SLICE_DAYS)).toBe(true);
      expect(days.every((day) => day >= reach && day <= now)).toBe(true);
      const planned = new Set(days);
      const lookback = listDays({ from: addDays(now, 1 - lookbackDays), to: now });
      const due = lookback.filter((day) => day >= reach && (!startDate || day >= startDate));
      expect(due.every((day) => planned.has(day))).toBe(true);
      const restated = new Set(lookback);
      expect(loaded.some((day) => planned.has(day) && !restated.has(day))).toBe(false);
      expect(
        plan({ startDate, lookbackDays, method: way }, [...loaded, ...days], now).flatMap(listDays),
      ).toEqual(lookback.filter((day) => planned.has(day)));
    }),
  );
});

test("totals of accounts come first, then accounts take turns, one window after the other", () => {
  const resources = [levels.targeting, levels.campaign, levels.account];
  const lookback = { ...settings, startDate: "2024-01-01" };
  const slices = planSync({ resources, accounts, settings: lookback, today, loadedDays: nothing });
  const names = slices.map(({ resource, adAccountId, window }) => [resource.name, adAccountId, window.from]);
  expect(names.map((parts) => parts.join(" "))).toEqual([
    "account_totals 1 2024-01-01",
    "account_totals 2 2024-01-01",
    "account_totals 1 2024-03-04",
    "account_totals 2 2024-03-04",
    "campaign_breakdowns 1 2024-01-01",
    "campaign_breakdowns 2 2024-01-01",
    "campaign_days 1 2024-01-01",
    "campaign_days 2 2024-01-01",
    "campaign_breakdowns 1 2024-03-04",
    "campaign_breakdowns 2 2024-03-04",
    "campaign_days 1 2024-03-04",
    "campaign_days 2 2024-03-04",
  ]);
});

test("every attribution setting is planned by its own past, under its own name", () => {
  const other = { ...DEFAULT_ATTRIBUTION, click: 7 } as const;
  const slices = planSync({
    resources: [levels.campaign],
    accounts: [{ id: "1" }],
    settings: { ...settings, lookbackDays: 1, attributions: [DEFAULT_ATTRIBUTION, other] },
    today,
    loadedDays: (resource, account, attribution) =>
      [resource, account, attribution].join(" ") === `campaign_days 1 ${nameAttribution(other)}`
        ? listDays({ from: "2023-12-01", to: today })
        : [],
  });
  const days = (attribution: typeof other | typeof DEFAULT_ATTRIBUTION) =>
    slices.filter((slice) => slice.attribution === attribution).flatMap(({ window }) => listDays(window))
      .length;
  expect([days(DEFAULT_ATTRIBUTION), days(other)]).toEqual([90, 1]);
});

describe("a backfill", () => {
  const months = ["2024-01-20..2024-01-31", "2024-02-01..2024-02-29", "2024-03-01..2024-03-10"];
  const spans = (slices: readonly AnalyticsSlice[]) => [
    ...new Set(slices.map(({ window }) => `${window.from}..${window.to}`)),
  ];

  test("is cut where months begin, newest or oldest first", () => {
    expect(spans(backfill({ order: "oldest" }))).toEqual(months);
    expect(spans(backfill({ order: "newest" }))).toEqual(months.toReversed());
    expect(backfill({})).toHaveLength(months.length * accounts.length);
  });

  test("is the same on every day that it is in reach", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 800 }), (later) => {
        expect(backfill({ today: addDays(today, later) })).toEqual(backfill({}));
      }),
    );
  });

  test("leaves out what is done, of each account by itself", () => {
    const done = (resource: string, id: string, attribution: string, { from }: Window) =>
      [resource, id, attribution, from].join() ===
      ["campaign_days", "2", nameAttribution(DEFAULT_ATTRIBUTION), "2024-02-01"].join();
    const left = backfill({ done }).map(({ adAccountId, window }) => `${adAccountId} ${window.from}`);
    expect(left).toEqual(["1 2024-03-01", "2 2024-03-01", "1 2024-02-01", "2 2024-01-20", "1 2024-01-20"]);
    expect(backfill({ done: () => true })).toEqual([]);
  });

  test.each<[string, Partial<Parameters<typeof planBackfill>[0]>, string]>([
    ["reports", {}, "2021-09-14"],
    ["the synchronous endpoint", { settings: { ...settings, method: "sync" } }, "2023-12-17"],
    [
      "the level that reaches least far",
      { resources: [levels.keyword, levels.account], settings: { ...settings, method: "sync" } },
      "2023-12-17",
    ],
  ])("names the earliest possible day of %s, and takes it", (_, options, earliest) => {
    const from = (day: string) => ({ ...options, window: { from: day, to: today } });
    const error = catchError(() => backfill(from(addDays(earliest, -1))));
    expect(error.code).toBe("day_out_of_reach");
    expect(error.message).toContain(addDays(earliest, -1));
    expect(error.nextStep).toContain(`--from ${earliest}`);
    expect(ends(backfill(from(earliest)).map(({ window }) => window))).toEqual([
      { from: earliest, to: today },
    ]);
  });

  test("goes on although its first days are out of reach by now, if they are done", () => {
    const window = { from: "2021-09-14", to: today };
    const resumed = backfill({
      window,
      today: addDays(today, 1),
      done: (...any) => any[3].from === window.from,
    });
    expect(resumed.at(-1)?.window.from).toBe("2021-10-01");
    expect(catchError(() => backfill({ window, today: addDays(today, 1) })).code).toBe("day_out_of_reach");
  });

  test.each([
    ["days to come", { from: "2024-03-01", to: "2024-03-16" }, "2024-03-15"],
    ["days in the wrong order", { from: "2024-03-10", to: "2024-03-01" }, "2024-03-10"],
  ])("refuses %s as wrong usage", (_, window, named) => {
    const error = catchError(() => backfill({ window }));
    expect(error.code).toBe("usage");
    expect(`${error.message} ${error.nextStep}`).toContain(named);
  });
});
