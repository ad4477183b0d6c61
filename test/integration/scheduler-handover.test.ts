import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { ConnectorError } from "../../src/errors.ts";
import { createLeadership } from "../../src/serve/schedule/leadership.ts";
import type { RunReport } from "../../src/sync/run.ts";
import { openWarehouse } from "../../src/warehouse/database.ts";
import { startFreezingProxy } from "../support/freezing-proxy.ts";
import { openScheduler, succeeded } from "../support/scheduler.ts";
import { openTestWarehouse, type TestWarehouse } from "../support/test-warehouse.ts";

const DAILY = "schedule: { entities: 0 6 * * *, catalogs: off, analytics: off, recent_analytics: off }";
const OFTEN = "schedule: { entities: '*/5 * * * *', catalogs: off, analytics: off, recent_analytics: off }";
/** After it a stop breaks what still hangs. */
const STOP_PATIENCE_MS = 6000;
const FAILED: RunReport = {
  ...succeeded(),
  status: "failed",
  error: new ConnectorError("pinterest_unreachable", "It failed"),
};

let db: TestWarehouse;

beforeAll(async () => {
  db = await openTestWarehouse([]);
});

afterAll(() => db.close());

beforeEach(async () => {
  await db.query("truncate pinterest_ads_schedules, pinterest_ads_schedulers");
});

test("a stop waits a moment for a look at a database that does not answer, and not for ever", async () => {
  await using proxy = await startFreezingProxy(db.url);
  await using subject = openScheduler({ url: proxy.url }, DAILY, { leadershipUrl: db.url });
  await subject.at("2026-03-01T06:00Z");
  proxy.freeze();
  subject.set("2026-03-01T06:01Z");
  const beat = subject.beat();
  subject.stop();
  await subject.scheduler.close();
  await beat;
  expect(subject.scheduler.state().role).toBe("stopped");
  // Nobody leads any more.
  await using other = openScheduler(db, DAILY);
  await other.at("2026-03-01T06:02Z");
  expect(other.scheduler.state().role).toBe("active");
});

test("a pause after a failed run is void once another process has run the schedule meanwhile", async () => {
  let report = FAILED;
  await using first = openScheduler(db, OFTEN, { run: async () => report });
  const second = openScheduler(db, OFTEN);
  await first.at("2026-03-01T06:00Z");
  await db.query(
    `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted
        and database = (select oid from pg_database where datname = current_database())`,
  );
  await second.at("2026-03-01T06:05Z");
  expect(second.ran).toEqual([["entities"]]);
  await first.at("2026-03-01T06:05Z");
  expect(first.scheduler.state().role).toBe("standby");
  await second[Symbol.asyncDispose]();
  // Within the pause of its own run, which knows nothing of the other one's.
  await first.at("2026-03-01T06:06Z");
  expect(first.scheduler.state().role).toBe("active");
  expect(first.ran).toHaveLength(1);
  report = succeeded();
  await first.at("2026-03-01T06:10Z");
  expect(first.ran).toHaveLength(2);
});

test("a stop breaks a lock connection that hangs, so that a run that waits for it ends", async () => {
  await using proxy = await startFreezingProxy(db.url);
  const warehouse = openWarehouse({ url: proxy.url, schema: "public", connections: 1 });
  const stop = new AbortController();
  const leadership = createLeadership(warehouse, stop.signal);
  onTestFinished(() => void vi.useRealTimers());
  const locks = await leadership.claim();
  proxy.freeze();
  const waiting = locks?.check();
  const lost = expect(waiting).rejects.toMatchObject({ code: "lock_lost" });
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  stop.abort();
  vi.advanceTimersByTime(STOP_PATIENCE_MS - 1);
  expect(locks?.lost.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect(locks?.lost.aborted).toBe(true);
  vi.useRealTimers();
  await lost;
  await leadership.close();
  await warehouse.close();
});
