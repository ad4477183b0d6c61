import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Simulator, type SimulatorOptions, startSimulator } from "../../src/simulator/simulator.ts";
import {
  type AnalyticsRow,
  askMetrics,
  daysBefore,
  fetchReport,
  fetchReportUrl,
  orderReport,
  parseRows,
  pollReport,
} from "../support/analytics-client.ts";
import { ask, first } from "./simulator-client.ts";

const NOW = Date.UTC(2026, 2, 10, 15, 30);
const MINUTE = 60_000;
const day = (before: number) => daysBefore(NOW, before);
const ORDER = {
  start_date: day(10),
  end_date: day(1),
  granularity: "DAY",
  level: "CAMPAIGN",
  columns: ["SPEND_IN_MICRO_DOLLAR", "TOTAL_CHECKOUT"],
};

let simulator: Simulator;
let account: string;
let time: number;

beforeEach(async () => {
  await start({});
});

afterEach(async () => {
  await simulator.close();
});

async function start(options: SimulatorOptions): Promise<void> {
  time = NOW;
  simulator = await startSimulator({ accounts: 2, campaigns: 5, now: () => time, ...options });
  account = first(simulator.world.accounts).id;
}

async function restart(options: SimulatorOptions): Promise<void> {
  await simulator.close();
  await start(options);
}

const order = async (change: object = {}) =>
  (await orderReport(simulator, account, { ...ORDER, ...change })).body.token;
const poll = (token: string) => pollReport(simulator, account, token);

describe("life of a report", () => {
  test("it is in progress for one poll, then there is a file of the announced size", async () => {
    const token = await order();
    expect(await poll(token)).toEqual({ report_status: "IN_PROGRESS", url: null, size: null });
    const { report_status, url, size } = await poll(token);
    expect(report_status).toBe("FINISHED");
    const response = await fetch(url ?? "");
    expect(response.status).toBe(200);
    expect(Buffer.byteLength(await response.text())).toBe(size);
  });

  test("it can take longer, in polls and in time", async () => {
    await restart({ reportPolls: 2, reportMilliseconds: MINUTE });
    const token = await order();
    const statuses = [];
    for (let nth = 0; nth < 3; nth++) statuses.push((await poll(token)).report_status);
    time += MINUTE;
    statuses.push((await poll(token)).report_status);
    expect(statuses).toEqual(["IN_PROGRESS", "IN_PROGRESS", "IN_PROGRESS", "FINISHED"]);
  });

  test("a token is good for an hour, for its own account", async () => {
    const token = await order();
    expect(await pollReport(simulator, String(simulator.world.accounts[1]?.id), token)).toMatchObject({
      report_status: "DOES_NOT_EXIST",
    });
    expect((await poll("made-up")).report_status).toBe("DOES_NOT_EXIST");
    time += 59 * MINUTE;
    await poll(token);
    expect((await poll(token)).report_status).toBe("FINISHED");
    time += MINUTE;
    expect((await poll(token)).report_status).toBe("EXPIRED");
  });

  test("a link is good for five minutes, and a poll brings a new one", async () => {
    const token = await order();
    await poll(token);
    const { url } = await poll(token);
    time += 5 * MINUTE;
    const late = await fetch(url ?? "");
    expect([late.status, late.headers.get("content-type")]).toEqual([403, "application/xml"]);
    const { url: fresh } = await poll(token);
    expect((await fetch(fresh ?? "")).status).toBe(200);
    expect((await fetch((fresh ?? "").replace(/.$/, "x"))).status).toBe(403);
  });

  test("a link is refused together with an Authorization header", async () => {
    const url = await fetchReportUrl(simulator, account, ORDER);
    const response = await fetch(url, { headers: { authorization: `Bearer ${simulator.accessToken}` } });
    expect([response.status, await response.text()]).toEqual([
      400,
      expect.stringContaining("one auth mechanism"),
    ]);
  });

  test("what it says was settled when it was ordered", async () => {
    const token = await order();
    const known = await fetchReport(simulator, account, ORDER);
    simulator.advance(20);
    await poll(token);
    const { url } = await poll(token);
    const later = parseRows(await (await fetch(url ?? "")).text()) as Record<string, AnalyticsRow[]>;
    expect(Object.values(later).flat()).toEqual(known);
    expect(await fetchReport(simulator, account, ORDER)).not.toEqual(known);
  });

  test("the same order brings another token, and tokens and signatures of links are known as secrets", async () => {
    const tokens = [await order(), await order()];
    expect(new Set(tokens).size).toBe(2);
    expect(simulator.listReportTokens()).toEqual(tokens);
    const signature = /Signature=(\w+)/.exec(await fetchReportUrl(simulator, account, ORDER))?.[1];
    expect(simulator.listSecrets()).toContain(signature);
  });

  test("everything but the download counts against the quota of analytics", async () => {
    await restart({ rateLimits: { ads_analytics: { limit: 3, windowSeconds: 60 } } });
    const url = await fetchReportUrl(simulator, account, ORDER);
    expect((await fetch(url)).status).toBe(200);
    expect((await orderReport(simulator, account, ORDER)).status).toBe(429);
  });

  test("the order is recorded with its body and what is undocumented in it", async () => {
    await order({ favourite_colour: "red" });
    expect(simulator.requests.at(-1)).toMatchObject({
      method: "POST",
      json: { level: "CAMPAIGN", favourite_colour: "red" },
      undocumented: ["favourite_colour"],
    });
  });
});

describe("the file", () => {
  const text = async (change: object) =>
    (await fetch(await fetchReportUrl(simulator, account, { ...ORDER, ...change }))).text();

  test("ids are bare numbers, nested by id", async () => {
    const [campaign] = simulator.world.accounts[0]?.campaigns ?? [];
    expect(await text({})).toMatch(
      new RegExp(`^{"${campaign?.id}":\\[{"CAMPAIGN_ID":${campaign?.id},"DATE":"`),
    );
  });

  test("by date it is nested the other way round and says the same", async () => {
    const byDate = parseRows(await text({ primary_sort: "BY_DATE" })) as Record<
      string,
      Record<string, AnalyticsRow[]>
    >;
    expect(Object.keys(byDate)).toEqual([...Array(10).keys()].map((nth) => day(10 - nth)));
    const rows = Object.values(byDate).flatMap((groups) => Object.values(groups).flat());
    const key = (row: AnalyticsRow) => `${row["CAMPAIGN_ID"]} ${row["DATE"]}`;
    const sorted = (list: AnalyticsRow[]) => list.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
    expect(sorted(rows)).toEqual(sorted(await fetchReport(simulator, account, ORDER)));
  });

  test("metrics that are 0 are left out, and so are rows without any", async () => {
    const rows = await fetchReport(simulator, account, { ...ORDER, level: "PIN_PROMOTION" });
    expect(
      rows.flatMap((row) => Object.values(row)).filter((value) => value === 0 || value === null),
    ).toEqual([]);
    const few = await fetchReport(simulator, account, {
      ...ORDER,
      level: "PIN_PROMOTION",
      columns: ["QUIZ_COMPLETED"],
    });
    expect(few.length).toBeGreaterThan(0);
    expect(few.length).toBeLessThan(rows.length / 2);
  });

  test("id filters leave out the others", async () => {
    const [, campaign] = simulator.world.accounts[0]?.campaigns ?? [];
    const rows = await fetchReport(simulator, account, {
      ...ORDER,
      level: "AD_GROUP",
      columns: ["TOTAL_IMPRESSION", "CAMPAIGN_ID"],
      campaign_ids: [campaign?.id],
    });
    expect(new Set(rows.map((row) => row["CAMPAIGN_ID"]))).toEqual(new Set([campaign?.id]));
  });

  test("a report without rows is an empty object", async () => {
    expect(await text({ campaign_ids: ["1"] })).toBe("{}");
  });

  test("a large one is sent in pieces, complete, without a size", async () => {
    await restart({ accounts: 1, campaigns: 30, deliveringShare: 1 });
    const large = { ...ORDER, start_date: day(60), level: "PIN_PROMOTION" };
    const token = await order(large);
    await poll(token);
    const { url, size } = await poll(token);
    expect(size).toBeNull();
    const response = await fetch(url ?? "");
    expect(response.headers.get("content-length")).toBeNull();
    const groups = parseRows(await response.text()) as Record<string, AnalyticsRow[]>;
    const truth = simulator.truth({
      adAccountId: account,
      level: "PIN_PROMOTION",
      from: day(60),
      to: day(1),
      columns: ORDER.columns,
    });
    expect(Object.values(groups).flat()).toHaveLength(truth.length);
  });
});

describe("orders that are refused", () => {
  test.each([
    ["no level", { level: undefined }, /'level' is a required property/],
    ["an unknown level", { level: "AD" }, /'AD' is not one of \['ADVERTISER',/],
    ["no columns", { columns: [] }, /'columns' is a required property/],
    ["columns as a text", { columns: "CTR" }, /is not of type 'array'/],
    ["an unknown column", { columns: ["SPEND"] }, /'SPEND' is not one of \[.*'TOTAL_SEARCH'.*\]/],
    ["a column of the other endpoints", { columns: ["QUIZ_PIN_RESULT_OPEN"] }, /is not one of/],
    ["a day too long ago", { start_date: day(915), end_date: day(900) }, /last 914 days/],
    ["too many days", { start_date: day(186), end_date: day(0) }, /longer than 186 days/],
    ["a window as a text", { click_window_days: "30" }, /click_window_days/],
    ["targeting without types", { level: "CAMPAIGN_TARGETING" }, /'targeting_types' is a required property/],
    ["types without targeting", { targeting_types: ["GENDER"] }, /not allowed at level CAMPAIGN/],
    [
      "too many types",
      {
        level: "CAMPAIGN_TARGETING",
        targeting_types: ["GENDER", "GEO", "COUNTRY", "REGION", "APPTYPE", "KEYWORD"],
      },
      /at most 5/,
    ],
    ["too many ids", { campaign_ids: Array.from({ length: 501 }, (_, nth) => String(nth)) }, /1 to 500 ids/],
    ["an unknown format", { report_format: "XML" }, /'XML' is not one of/],
    [
      "people reached by keyword",
      { level: "KEYWORD", columns: ["TOTAL_IMPRESSION_USER", "CTR"] },
      /^.*Columns TOTAL_IMPRESSION_USER are not available\.$/,
    ],
  ])("%s: 400", async (_, change, message) => {
    const { status, body } = await orderReport(simulator, account, { ...ORDER, ...change });
    expect([status, body]).toEqual([400, { code: 400, message: expect.stringMatching(message) }]);
  });

  test("186 days that begin 914 days ago are accepted", async () => {
    const change = { start_date: day(914), end_date: day(914 - 185) };
    expect((await orderReport(simulator, account, { ...ORDER, ...change })).status).toBe(200);
  });

  test("what is no JSON object: 400", async () => {
    expect((await orderReport(simulator, account, "[")).status).toBe(400);
    expect((await orderReport(simulator, account, [])).status).toBe(400);
  });

  test("another method than those two: 405", async () => {
    const response = await fetch(`${simulator.url}/ad_accounts/${account}/analytics`, { method: "POST" });
    expect(response.status).toBe(405);
  });
});

describe("faults", () => {
  test.each([
    ["report_failed", "FAILED"],
    ["report_cancelled", "CANCELLED"],
    ["report_expired", "EXPIRED"],
    ["report_stuck", "IN_PROGRESS"],
    ["report_unknown_status", "POSTPONED"],
  ] as const)("%s: the report ends as %s, the next one is good", async (kind, status) => {
    simulator.faults = [{ kind, count: 1 }];
    const token = await order();
    await poll(token);
    expect(await poll(token)).toEqual({ report_status: status, url: null, size: null });
    expect((await poll(token)).report_status).toBe(status);
    expect((await fetchReport(simulator, account, ORDER)).length).toBeGreaterThan(0);
  });

  test("no_url: an empty report has no address, another one has", async () => {
    simulator.faults = [{ kind: "no_url" }];
    const token = await order({ campaign_ids: ["1"] });
    await poll(token);
    expect(await poll(token)).toEqual({ report_status: "FINISHED", url: null, size: null });
    expect((await fetchReport(simulator, account, ORDER)).length).toBeGreaterThan(0);
  });

  test("string_ids and date_first change the file's form alone", async () => {
    simulator.faults = [{ kind: "string_ids", count: 1 }, { kind: "date_first" }];
    const texts = [];
    for (let nth = 0; nth < 2; nth++)
      texts.push(await (await fetch(await fetchReportUrl(simulator, account, ORDER))).text());
    expect(texts[0]).toMatch(/^{"\d+":\[{"CAMPAIGN_ID":"\d+",/);
    expect(texts[1]).toMatch(new RegExp(`^{"${day(10)}":{"\\d+":\\[{"CAMPAIGN_ID":\\d+,`));
  });

  test.each([
    ["link_expired", 403],
    ["download_500", 500],
  ] as const)("%s strikes the download once", async (kind, status) => {
    simulator.faults = [{ kind, count: 1 }];
    const url = await fetchReportUrl(simulator, account, ORDER);
    expect((await fetch(url)).status).toBe(status);
    expect((await fetch(url)).status).toBe(200);
    expect(simulator.requests.at(-2)?.fault).toBe(kind);
  });

  test.each([
    ["small", {}],
    ["large", { accounts: 1, campaigns: 30, deliveringShare: 1 }],
  ])("download_cut breaks off, download_cut_json ends too early: of a %s report", async (_, size) => {
    await restart({
      ...size,
      faults: [
        { kind: "download_cut", count: 1 },
        { kind: "download_cut_json", count: 1 },
      ],
    });
    const url = await fetchReportUrl(simulator, account, {
      ...ORDER,
      start_date: day(60),
      level: "PIN_PROMOTION",
    });
    const read = async () => (await fetch(url)).text();
    await expect(read()).rejects.toThrow();
    const cut = await read();
    const whole = await read();
    expect(whole.startsWith(cut)).toBe(true);
    expect(cut.length).toBeLessThan(whole.length);
    expect(() => JSON.parse(cut)).toThrow(SyntaxError);
    expect(() => JSON.parse(whole)).not.toThrow();
  });

  test("reports_refused: 403 code 29, while synchronous metrics are served", async () => {
    simulator.faults = [{ kind: "reports_refused" }];
    const { status, body } = await orderReport(simulator, account, ORDER);
    expect([status, body.code]).toEqual([403, 29]);
    expect((await askMetrics(simulator, `/ad_accounts/${account}/analytics`, ORDER)).status).toBe(200);
  });

  test("columns_refused strikes what asks for them at that level, and says which", async () => {
    simulator.faults = [{ kind: "columns_refused", columns: ["TOTAL_CHECKOUT", "CTR"], level: "CAMPAIGN" }];
    const refused = await orderReport(simulator, account, ORDER);
    expect([refused.status, refused.body.message]).toEqual([
      400,
      "Columns TOTAL_CHECKOUT are not available.",
    ]);
    const sync = await askMetrics(simulator, `/ad_accounts/${account}/campaigns/analytics`, ORDER);
    expect([sync.status, sync.text]).toEqual([
      400,
      expect.stringContaining("Columns TOTAL_CHECKOUT are not"),
    ]);
    expect((await orderReport(simulator, account, { ...ORDER, level: "AD_GROUP" })).status).toBe(200);
    const less = { ...ORDER, columns: ["SPEND_IN_MICRO_DOLLAR"] };
    expect((await orderReport(simulator, account, less)).status).toBe(200);
  });

  test("retry_after_400 and spurious_90_days are 400 once", async () => {
    simulator.faults = [
      { kind: "retry_after_400", count: 1, retryAfterSeconds: 7 },
      { kind: "spurious_90_days", count: 1 },
    ];
    const answers = [];
    for (let nth = 0; nth < 3; nth++) {
      answers.push(await askMetrics(simulator, `/ad_accounts/${account}/analytics`, ORDER));
    }
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 200]);
    expect(answers[0]?.text).toContain("Retry after 7 seconds");
    expect(answers[1]?.text).toContain("last 90 days");
  });

  test.each([
    ["internal_error", 500],
    ["rate_limited", 429],
    ["unavailable", 503],
    ["token_revoked", 401],
  ] as const)("%s strikes orders and polls, too", async (kind, status) => {
    simulator.faults = [{ kind, count: 1, path: "/reports" }];
    expect((await orderReport(simulator, account, ORDER)).status).toBe(status);
    expect(simulator.requests.at(-1)?.method).toBe("POST");
  });

  test("a rate lets an order through after two faults at most", async () => {
    simulator.faults = [{ kind: "internal_error", rate: 0.95, path: "/reports" }];
    const statuses = [];
    for (let nth = 0; nth < 3; nth++) statuses.push((await orderReport(simulator, account, ORDER)).status);
    expect(statuses).toContain(200);
  });
});

test("other addresses beside the API are not found", async () => {
  const { origin } = new URL(simulator.url);
  expect((await fetch(`${origin}/elsewhere`)).status).toBe(404);
  expect((await fetch(`${origin}/report-files/${account}/none.json`)).status).toBe(403);
  expect((await ask(simulator, "/report-files/x")).status).toBe(404);
});
