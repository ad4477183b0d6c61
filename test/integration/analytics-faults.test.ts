import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { AnalyticsSettings } from "../../src/resources/analytics-settings.ts";
import type { FaultRule } from "../../src/simulator/faults.ts";
import { type MetricsUnderTest, openMetrics } from "../support/metrics-run.ts";

const TABLES = ["campaign_analytics", "ad_account_targeting_analytics"];
const REPORTS = { method: "report" } as const;
const SYNC = { method: "sync" } as const;

let world: MetricsUnderTest;

beforeAll(async () => {
  world = await openMetrics({ world: { accounts: 2 } });
  await world.run([]);
});

afterAll(() => world?.[Symbol.asyncDispose]());

beforeEach(async () => {
  world.simulator.faults = [];
  await world.clear();
  world.forget();
});

/** How often the fault struck. */
const strikes = (kind: string) => world.asked().filter(({ fault }) => fault === kind).length;
/** The first and last days of the reports that were created, in order. */
const listCreated = () =>
  world.asked().flatMap(({ method, json }) => {
    const { start_date, end_date } = (json ?? {}) as Record<string, string>;
    return method === "POST" ? [`${start_date} ${end_date}`] : [];
  });
const span = (from: number, to: number) => `${world.daysAgo(from)} ${world.daysAgo(to)}`;
const countRunning = async () =>
  (await world.subject.query("select count(*)::int as running from pinterest_ads_running_reports"))[0]?.[
    "running"
  ];

interface Case {
  readonly what: string;
  readonly faults: readonly FaultRule[];
  readonly settings: Partial<AnalyticsSettings>;
}

/** What any request may meet. */
const ANYWHERE = [
  "rate_limited",
  "internal_error",
  "unavailable",
  "connection_reset",
  "truncated_body",
  "cut_json",
  "html",
  "token_revoked",
] as const;

const passing: readonly Case[] = [
  { what: "a report fails once", faults: [{ kind: "report_failed", count: 1 }], settings: REPORTS },
  { what: "windows have to be halved", faults: [{ kind: "report_failed", count: 4 }], settings: REPORTS },
  { what: "a report is cancelled", faults: [{ kind: "report_cancelled", count: 1 }], settings: REPORTS },
  { what: "reports expire", faults: [{ kind: "report_expired", count: 3 }], settings: REPORTS },
  { what: "links expire", faults: [{ kind: "link_expired", count: 5 }], settings: REPORTS },
  { what: "downloads are cut", faults: [{ kind: "download_cut", count: 5 }], settings: REPORTS },
  { what: "files end early", faults: [{ kind: "download_cut_json", count: 5 }], settings: REPORTS },
  { what: "the file server fails", faults: [{ kind: "download_500", count: 5 }], settings: REPORTS },
  { what: "ids come as texts", faults: [{ kind: "string_ids" }], settings: REPORTS },
  { what: "reports are nested by date", faults: [{ kind: "date_first" }], settings: REPORTS },
  {
    what: "both",
    faults: [{ kind: "date_first", rate: 0.5 }, { kind: "string_ids" }],
    settings: REPORTS,
  },
  {
    what: "reporting costs too much for a while",
    faults: [{ kind: "retry_after_400", count: 6, retryAfterSeconds: 7 }],
    settings: REPORTS,
  },
  {
    what: "synchronous metrics cost too much for a while",
    faults: [{ kind: "retry_after_400", count: 4 }],
    settings: SYNC,
  },
  {
    what: "90 days are spoken of without reason",
    faults: [{ kind: "spurious_90_days", count: 1 }],
    settings: SYNC,
  },
  {
    what: "synchronous answers are cut",
    faults: [{ kind: "cut_json", count: 3, path: /analytics$/ }],
    settings: SYNC,
  },
  {
    what: "synchronous answers are pages of the web",
    faults: [{ kind: "html", count: 3, path: /analytics$/ }],
    settings: SYNC,
  },
  ...ANYWHERE.map((kind) => ({
    what: `${kind} anywhere, asked by report`,
    faults: [{ kind, rate: 0.5 }],
    settings: REPORTS,
  })),
  ...ANYWHERE.filter((kind) => !["cut_json", "html", "unavailable", "internal_error"].includes(kind)).map(
    (kind) => ({ what: `${kind} anywhere, asked at once`, faults: [{ kind, rate: 0.5 }], settings: SYNC }),
  ),
  {
    what: "everything at once",
    faults: (
      [
        "rate_limited",
        "internal_error",
        "connection_reset",
        "retry_after_400",
        "report_failed",
        "report_cancelled",
        "report_expired",
        "link_expired",
        "download_cut",
        "download_cut_json",
        "download_500",
        "date_first",
        "string_ids",
        "token_revoked",
      ] as const
    ).map((kind) => ({ kind, rate: 0.15 })),
    settings: REPORTS,
  },
];

test.each(passing)("the sums equal the truth although $what", async ({ faults, settings }) => {
  world.simulator.faults = faults;
  const report = await world.run(TABLES, settings);
  expect(faults.reduce((sum, { kind }) => sum + strikes(kind), 0)).toBeGreaterThan(0);
  expect(report).toMatchObject({ status: "succeeded", failures: [], totals: { records_rejected: 0 } });
  expect(await world.differences(TABLES)).toEqual([]);
  expect(await countRunning()).toBe(0);
});

/** What becomes of a run about one table of one account when the fault never ends. */
const failing = [
  // Five days, three, two and one, each of them twice.
  { kind: "report_failed", code: "report_failed", created: 8 },
  { kind: "report_cancelled", code: "report_failed", created: 8 },
  // Four of each.
  { kind: "report_expired", code: "report_failed", created: 16 },
  { kind: "report_stuck", code: "report_timeout", created: 1 },
  { kind: "report_unknown_status", code: "report_timeout", created: 1 },
  { kind: "link_expired", code: "pinterest_error", created: 1 },
  { kind: "download_cut", code: "pinterest_unreachable", created: 1 },
  { kind: "download_cut_json", code: "invalid_response", created: 1 },
  { kind: "download_500", code: "pinterest_error", created: 1 },
] as const;

test.each(failing)(
  "$kind for ever fails the slice as $code and leaves what stands",
  async ({ kind, code, created }) => {
    const tables = ["campaign_analytics"];
    const accountIds = [world.simulator.world.adAccounts[0]?.id ?? ""];
    await world.run(tables, REPORTS, { accountIds });
    const read = () =>
      world.subject.query("select xmin::text, * from pinterest_ads_campaign_analytics order by 4, 3");
    const before = await read();
    await world.subject.query("truncate pinterest_ads_loaded_days");
    world.forget();
    world.simulator.faults = [{ kind }];
    const report = await world.run(tables, REPORTS, { accountIds });
    expect(report).toMatchObject({
      status: "partial",
      error: { code },
      totals: { slices_failed: 1, records_rejected: 0 },
    });
    expect(listCreated()).toHaveLength(created);
    expect(await read()).toEqual(before);
    expect(await world.subject.query("select * from pinterest_ads_loaded_days")).toEqual([]);
  },
);

test.each(["download_cut", "download_cut_json"] as const)(
  "rows that were read before a large file broke off are read once (%s)",
  async (kind) => {
    world.simulator.faults = [{ kind, count: 2 }];
    const tables = ["ad_targeting_analytics"];
    const from = world.daysAgo(40);
    const { id } = await world.run(tables, { ...REPORTS, startDate: from }, { concurrency: 1 });
    expect(strikes(kind)).toBe(2);
    expect(await world.differences(tables, { from })).toEqual([]);
    const [sizes] = await world.subject.query(
      "select count(*)::int as rows from pinterest_ads_ad_targeting_analytics",
    );
    const [counted] = await world.subject.query(
      `select sum(records)::int as rows from pinterest_ads_sync_slices where run_id = '${id}' and attribution is not null`,
    );
    expect(counted).toEqual(sizes);
  },
);

test("a window whose report fails twice is asked in halves, the earlier one first", async () => {
  world.simulator.faults = [{ kind: "report_failed", count: 2 }];
  const accountIds = [world.simulator.world.adAccounts[0]?.id ?? ""];
  await world.run(["campaign_analytics"], REPORTS, { accountIds });
  expect(listCreated()).toEqual([span(4, 0), span(4, 0), span(4, 2), span(1, 0)]);
});

test("reports without rows are finished without an address, and their days are loaded", async () => {
  await using empty = await openMetrics({ url: world.subject.url, world: { deliveringShare: 0 } });
  empty.simulator.faults = [{ kind: "no_url" }];
  expect(await empty.run(TABLES, REPORTS)).toMatchObject({
    status: "succeeded",
    totals: { records_rejected: 0 },
  });
  expect(empty.asked().filter(({ path }) => path.startsWith("/report-files/"))).toEqual([]);
  expect(await empty.differences(TABLES)).toEqual([]);
  expect(await empty.subject.query("select count(*)::int as days from pinterest_ads_loaded_days")).toEqual([
    { days: 10 },
  ]);
});

test("where reports are refused, young windows are asked of the synchronous endpoints and older ones fail", async () => {
  const onlyReported = "TOTAL_ADD_TO_CART";
  await using other = await openMetrics({
    url: world.subject.url,
    settings: { metrics: ["SPEND_IN_MICRO_DOLLAR", onlyReported] },
  });
  const tables = ["ad_account_analytics", "campaign_analytics"];
  other.simulator.faults = [{ kind: "reports_refused" }];
  const report = await other.run(tables, { startDate: other.daysAgo(100) });
  expect(report).toMatchObject({ status: "partial", error: { code: "permission_missing" } });
  const [old, young] = [other.daysAgo(90), other.daysAgo(89)];
  expect(report.failures.map(({ slice }) => "window" in slice && slice.window.to)).toEqual([old, old]);
  expect(await other.differences(tables, { from: young, metrics: ["SPEND_IN_MICRO_DOLLAR"] })).toEqual([]);
  expect(
    await other.subject.query(
      "select method, left_out, min(date)::text as first from pinterest_ads_loaded_days group by 1, 2",
    ),
  ).toEqual([{ method: "sync", left_out: [onlyReported.toLowerCase()], first: young }]);
});
