import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { metrics } from "../../src/resources/metrics.ts";
import type { RecordedRequest } from "../../src/simulator/recorder.ts";
import { countDays } from "../../src/window.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { type MetricsUnderTest, openMetrics } from "../support/metrics-run.ts";
import { METRIC_TABLES, PLAIN_TABLES } from "../support/metrics-truth.ts";

const PINTEREST = "https://api.pinterest.com";
const IDS_AT_MOST = 250;
const URL_BELOW = 8_000;
/** By the day, as documented; a day is kept free at either end. */
const SYNC_HISTORY_DAYS = 89;
const SYNC_RANGE_DAYS = 89;
const REPORT_HISTORY_DAYS = 913;
const REPORT_RANGE_DAYS = 185;
const TARGETING_TYPES_OF_A_REPORT = 5;
/** What every synchronous endpoint knows: names of 175 columns, most of an address. */
const ALL_SYNC = [...metrics.values()].filter(({ sync }) => sync).map(({ name }) => name);
/** Known from the path, so that nobody asks for it. */
const NOT_ASKED = ["AD_ACCOUNT_ID"];

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase();
});

afterAll(() => database?.drop());

const isSync = ({ path }: RecordedRequest) => path.endsWith("analytics");
const isOrder = ({ method, path }: RecordedRequest) => method === "POST" && path.endsWith("/reports");
const isFile = ({ path }: RecordedRequest) => path.startsWith("/report-files/");

function readWindow({ query, json }: RecordedRequest): { from: string; to: string } {
  const body = (json ?? {}) as Record<string, string>;
  return {
    from: query["start_date"]?.[0] ?? body["start_date"] ?? "",
    to: query["end_date"]?.[0] ?? body["end_date"] ?? "",
  };
}

const listIds = ({ query }: RecordedRequest) =>
  Object.entries(query)
    .filter(([name]) => name.endsWith("_ids"))
    .flatMap(([, values]) => values.flatMap((value) => value.split(",")));

describe("of an account with hundreds of ads and all metrics that the synchronous endpoints know", () => {
  let world: MetricsUnderTest;
  let asked: RecordedRequest[];
  const lengths: number[] = [];

  beforeAll(async () => {
    world = await openMetrics({
      url: database.url,
      world: { adsPerAdGroup: 80 },
      settings: { metrics: ALL_SYNC, method: "sync" },
      alter: ({ url: { pathname, search } }) => {
        lengths.push(PINTEREST.length + pathname.length + search.length);
        return undefined;
      },
    });
    await world.run(["ad_analytics", "campaign_targeting_analytics"], { startDate: world.daysAgo(0) });
    asked = world.asked().filter(isSync);
  });

  afterAll(() => world?.[Symbol.asyncDispose]());

  test("every address is shorter than 8,000 characters and names at most 250 ids", () => {
    expect(Math.max(...lengths)).toBeLessThan(URL_BELOW);
    // Close to the limit: fewer ids, never fewer columns.
    expect(Math.max(...lengths)).toBeGreaterThan(0.95 * URL_BELOW);
    for (const request of asked) expect(listIds(request).length).toBeLessThanOrEqual(IDS_AT_MOST);
    const columns = ALL_SYNC.filter((name) => !NOT_ASKED.includes(name));
    for (const { query } of asked)
      expect(query["columns"]?.join().split(",")).toEqual(expect.arrayContaining(columns));
  });

  test("every ad is asked for exactly once, archived ones and drafts included", () => {
    const ids = asked.filter(({ path }) => path.endsWith("/ads/analytics")).flatMap(listIds);
    expect(ids.toSorted()).toEqual(world.simulator.world.accounts[0]?.ads.map(({ id }) => id).toSorted());
  });
});

describe.each(["auto", "sync", "report"] as const)("of days before and after every limit (%s)", (method) => {
  let world: MetricsUnderTest;
  let asked: RecordedRequest[];
  let daysAgo: MetricsUnderTest["daysAgo"];

  beforeAll(async () => {
    world = await openMetrics({
      url: database.url,
      world: { deliveringShare: 0.01 },
      settings: {
        method,
        metrics: ["SPEND_IN_MICRO_DOLLAR"],
        targetingTypes: ["GENDER", "GEO", "REGION", "COUNTRY", "APPTYPE", "KEYWORD"],
      },
    });
    daysAgo = world.daysAgo;
    const tables =
      method === "auto" ? METRIC_TABLES : ["ad_account_analytics", "campaign_targeting_analytics"];
    await world.run(tables, { startDate: daysAgo(1200), lookbackDays: 180 });
    asked = world.asked();
  });

  afterAll(() => world?.[Symbol.asyncDispose]());

  test("nothing is refused, and nothing is sent that is not documented", () => {
    for (const { path, status, undocumented } of asked)
      expect({ path, status, undocumented }).toEqual({ path, status: 200, undocumented: [] });
  });

  test("windows lie within the history and the range of the way that is asked", () => {
    for (const request of asked) {
      const [earliest, longest] = isSync(request)
        ? [daysAgo(SYNC_HISTORY_DAYS), SYNC_RANGE_DAYS]
        : [daysAgo(REPORT_HISTORY_DAYS), REPORT_RANGE_DAYS];
      if (!isSync(request) && !isOrder(request)) continue;
      const window = readWindow(request);
      expect(window.from >= earliest && window.to <= daysAgo(0), JSON.stringify(window)).toBe(true);
      expect(countDays(window)).toBeLessThanOrEqual(longest);
    }
  });

  test("every day within reach is asked for exactly once per level and targeting type", async () => {
    const reach = method === "sync" ? SYNC_HISTORY_DAYS : REPORT_HISTORY_DAYS;
    const windows = new Map<string, Map<string, number>>();
    for (const request of asked) {
      if (!isSync(request) && !isOrder(request)) continue;
      const { level, targeting_types } = (request.json ?? {}) as {
        level?: string;
        targeting_types?: string[];
      };
      const types = targeting_types ?? request.query["targeting_types"]?.join().split(",") ?? [""];
      const window = readWindow(request);
      for (const type of types) {
        const name = `${level ?? levelOf(request.path)} ${type}`;
        // Ids that do not fit one request make several of the same window.
        windows.set(name, (windows.get(name) ?? new Map()).set(window.from, countDays(window)));
      }
    }
    expect(windows.size).toBeGreaterThan(6);
    for (const [name, some] of windows)
      expect({
        name,
        first: [...some.keys()].toSorted()[0],
        days: [...some.values()].reduce((sum, days) => sum + days, 0),
      }).toEqual({ name, first: daysAgo(reach), days: reach + 1 });
  });

  test("nothing is asked twice", () => {
    const questions = asked
      .filter((request) => isSync(request) || isOrder(request))
      .map(({ path, query, json }) => JSON.stringify([path, query, json]));
    expect(questions.toSorted()).toEqual([...new Set(questions)].toSorted());
  });

  test("a report takes at most five targeting types", () => {
    for (const { json } of asked.filter(isOrder))
      expect((json as { targeting_types?: string[] }).targeting_types?.length ?? 0).toBeLessThanOrEqual(
        TARGETING_TYPES_OF_A_REPORT,
      );
  });

  test("files are fetched without credentials, and everything else with them", () => {
    for (const request of asked)
      expect(request.headers["authorization"]).toBe(isFile(request) ? undefined : "Bearer");
  });
});

/** The level that a synchronous endpoint is about, as reports call it. */
function levelOf(path: string): string {
  const [, place, name] = /^\/ad_accounts\/\d+\/(?:(\w+)\/)?(\w*analytics)$/.exec(path) ?? [];
  const levels: Readonly<Record<string, string>> = {
    campaigns: "CAMPAIGN",
    ad_groups: "AD_GROUP",
    ads: "PIN_PROMOTION",
    product_groups: "PRODUCT_GROUP",
  };
  const level = place === undefined ? "ADVERTISER" : levels[place];
  return name?.startsWith("targeting") ? `${level}_TARGETING` : `${level}`;
}

test("a second run within the day asks for the lookback alone, each level once", async () => {
  await using world = await openMetrics({ url: database.url });
  await world.run(PLAIN_TABLES);
  world.forget();
  await world.run(PLAIN_TABLES);
  const asked = world.asked().filter((request) => isSync(request) || isOrder(request));
  expect(asked).toHaveLength(PLAIN_TABLES.length);
  for (const request of asked)
    expect(readWindow(request)).toEqual({ from: world.daysAgo(1), to: world.daysAgo(0) });
});
