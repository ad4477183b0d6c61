import { afterAll, beforeAll, expect, test } from "vitest";
import type { RecordedRequest } from "../../src/simulator/recorder.ts";
import { startSimulator } from "../../src/simulator/simulator.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { createHeldClock } from "../support/held-clock.ts";
import { createJumpingClock } from "../support/jumping-clock.ts";
import { openSync } from "../support/sync.ts";
import { waitUntil } from "../support/wait-until.ts";

const MINUTE_MS = 60_000;
const RETRY_AFTER_MS = 30_000;

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase();
});

afterAll(async () => {
  await database?.drop();
});

const isCatalogs = ({ path }: RecordedRequest) => path.startsWith("/catalogs");
const isAds = ({ path }: RecordedRequest) => path.startsWith("/ad_accounts");

test("after a 429 nothing of its category is sent before Retry-After has elapsed; other categories go on", async () => {
  const clock = createHeldClock();
  const simulator = await startSimulator({
    now: clock.now,
    accounts: 8,
    campaigns: 2,
    faults: [
      { kind: "rate_limited", path: /\/campaigns$/, count: 1, retryAfterSeconds: RETRY_AFTER_MS / 1000 },
    ],
  });
  await using subject = await openSync({ url: database.url, simulator, clock });
  // Fewer places than slices of the category: waiting ones must not take them all.
  const run = subject.sync({ concurrency: 4 });
  const refusedAt = clock.now();

  await waitUntil("catalogs are loaded meanwhile", () => {
    const loaded = subject.events.filter(({ kind }) => kind === "slice_finished");
    const resources = loaded.map((event) => ("slice" in event ? event.slice.resource.name : ""));
    return clock.sleepers() > 0 && resources.filter((name) => name === "product_groups").length === 8;
  });
  const waiting = clock.sleepers();
  clock.advance(RETRY_AFTER_MS - 1);
  const stillWaiting = clock.sleepers();
  clock.advance(1);
  const report = await run;

  expect(report.status).toBe("succeeded");
  expect(stillWaiting).toBe(waiting);
  const times = new Set(simulator.requests.filter(isAds).map(({ receivedAt }) => receivedAt - refusedAt));
  expect([...times].toSorted((a, b) => a - b)).toEqual([0, RETRY_AFTER_MS]);
  expect(simulator.requests.filter(isCatalogs).length).toBeGreaterThan(0);
  expect(await subject.findDifferences()).toEqual([]);
  await simulator.close();
});

test("quotas told in headers are kept, so that no request is refused", async () => {
  const clock = createJumpingClock();
  const simulator = await startSimulator({
    now: clock.now,
    rateLimits: {
      ads_read: { limit: 7, windowSeconds: 60 },
      catalogs_read: { limit: 5, windowSeconds: 60 },
    },
  });
  await using subject = await openSync({ url: database.url, simulator, clock });
  const report = await subject.sync();
  expect(report.status).toBe("succeeded");
  expect(simulator.requests.filter(({ status }) => status !== 200)).toEqual([]);
  expect(await subject.findDifferences()).toEqual([]);
  await simulator.close();
});

test("a limit that outlasts the budget fails its slices, with when to come back, and nothing else", async () => {
  const clock = createJumpingClock();
  const simulator = await startSimulator({
    now: clock.now,
    faults: [{ kind: "rate_limited", path: /^\/catalogs/, retryAfterSeconds: 3600 }],
  });
  await using subject = await openSync({
    url: database.url,
    simulator,
    clock,
    rateLimitBudgetMs: 15 * MINUTE_MS,
  });
  const report = await subject.sync();
  expect(report.status).toBe("partial");
  const failed = await subject.query(
    `select distinct resource, error_code from pinterest_ads_sync_slices where status = 'failed' order by 1`,
  );
  expect(failed).toEqual(
    ["catalogs", "feeds", "product_groups"].map((resource) => ({
      resource,
      error_code: "rate_limit_budget_spent",
    })),
  );
  expect(report.error?.nextStep).toMatch(/Run again after 20\d\d-/);
  expect(await subject.findDifferences(["ad_accounts", "campaigns", "ad_groups", "ads"])).toEqual([]);
  await simulator.close();
});

test("being limited again and again is no failure as long as the budget lasts", async () => {
  const clock = createJumpingClock();
  const simulator = await startSimulator({
    now: clock.now,
    faults: [{ kind: "rate_limited", path: "/campaigns", count: 20, retryAfterSeconds: 10 }],
  });
  await using subject = await openSync({ url: database.url, simulator, clock });
  expect(await subject.sync()).toMatchObject({ status: "succeeded", totals: { slices_failed: 0 } });
  expect(simulator.requests.filter(({ status }) => status === 429)).toHaveLength(20);
  await simulator.close();
});
