import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { type MetricsUnderTest, openMetrics } from "../support/metrics-run.ts";
import { waitUntil } from "../support/wait-until.ts";

const TABLES = ["ad_account_analytics"];
const HALF_A_MINUTE_MS = 30_000;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

let database: TestDatabase;
let world: MetricsUnderTest;

beforeAll(async () => {
  database = await createDatabase();
});

afterAll(() => database?.drop());

beforeEach(async () => {
  world = await openMetrics({
    url: database.url,
    world: { reportMilliseconds: HALF_A_MINUTE_MS },
    // Longer than the jumping clock gets while a run polls on and on.
    settings: { method: "report", reportTimeoutMs: 30 * DAY_MS },
  });
});

afterEach(() => world?.[Symbol.asyncDispose]());

const readTokens = async () =>
  (await world.subject.query("select token from pinterest_ads_running_reports")).map(({ token }) =>
    String(token),
  );
const countCreated = () => world.asked().filter(({ method }) => method === "POST").length;
const listPolled = () =>
  new Set(world.asked().flatMap(({ path, query }) => (path.endsWith("/reports") && query["token"]) || []));
const passMs = (ms: number) => world.pass(ms / DAY_MS);

/** A run that is stopped while Pinterest is at its report. */
async function interrupt(): Promise<void> {
  const stop = new AbortController();
  const run = world.run(TABLES, {}, { signal: stop.signal });
  await waitUntil(
    "a report is running and was polled",
    async () => (await readTokens()).length > 0 && listPolled().size > 0,
  );
  stop.abort();
  expect(await run).toMatchObject({ status: "interrupted" });
}

describe("a run that is stopped while a report is running", () => {
  beforeEach(interrupt);

  test("leaves the report's token, no rows, and the token in no log or error", async () => {
    const tokens = await readTokens();
    expect(tokens).toEqual(world.simulator.listReportTokens());
    expect(await world.subject.query("select * from pinterest_ads_ad_account_analytics")).toEqual([]);
    const told = await world.subject.query(
      "select coalesce(error, '') as text from pinterest_ads_sync_slices union all select coalesce(error, '') from pinterest_ads_sync_runs",
    );
    const text = world.subject.log() + told.map((row) => row["text"]).join();
    for (const token of tokens) expect(text).not.toContain(token);
  });

  test("is followed by one that takes the report up, creates none, and forgets the token", async () => {
    const tokens = await readTokens();
    passMs(HALF_A_MINUTE_MS);
    world.forget();
    expect(await world.run(TABLES)).toMatchObject({ status: "succeeded" });
    expect(countCreated()).toBe(0);
    expect(listPolled()).toEqual(new Set(tokens));
    expect(await world.differences(TABLES)).toEqual([]);
    expect(await readTokens()).toEqual([]);
  });

  test("is followed by one that creates the report again when it has expired", async () => {
    passMs(HOUR_MS);
    // On this clock the new report is finished at once.
    world.forget();
    const finished = world.run(TABLES);
    await waitUntil("a second report is running", () => countCreated() === 1);
    passMs(HALF_A_MINUTE_MS);
    expect(await finished).toMatchObject({ status: "succeeded" });
    expect(countCreated()).toBe(1);
    expect(await world.differences(TABLES)).toEqual([]);
    expect(await readTokens()).toEqual([]);
  });

  test("is followed by one that creates the report again when Pinterest does not know it", async () => {
    await world.subject.query("update pinterest_ads_running_reports set token = 'no such token'");
    world.forget();
    const finished = world.run(TABLES);
    await waitUntil("a second report is running", () => countCreated() === 1);
    passMs(HALF_A_MINUTE_MS);
    expect(await finished).toMatchObject({ status: "succeeded" });
    expect(await world.differences(TABLES)).toEqual([]);
    expect(await readTokens()).toEqual([]);
  });

  test("is followed by one that does not take it up for other days or metrics", async () => {
    const [token = ""] = await readTokens();
    world.forget();
    const finished = world.run(TABLES, { startDate: world.daysAgo(3) });
    await waitUntil("a second report is running", () => countCreated() === 1);
    passMs(HALF_A_MINUTE_MS);
    expect(await finished).toMatchObject({ status: "succeeded" });
    expect(listPolled().has(token)).toBe(false);
    expect(await world.differences(TABLES, { from: world.daysAgo(3) })).toEqual([]);
  });
});

test("a report that takes too long fails its slice, and the next run takes it up", async () => {
  expect(await world.run(TABLES, { reportTimeoutMs: HALF_A_MINUTE_MS })).toMatchObject({
    status: "partial",
    error: { code: "report_timeout" },
  });
  expect(await readTokens()).toEqual(world.simulator.listReportTokens());
  passMs(HALF_A_MINUTE_MS);
  world.forget();
  expect(await world.run(TABLES)).toMatchObject({ status: "succeeded" });
  expect(countCreated()).toBe(0);
  expect(await world.differences(TABLES)).toEqual([]);
});
