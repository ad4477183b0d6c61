import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ConnectorError } from "../../src/errors.ts";
import type { RunReport } from "../../src/sync/run.ts";
import { startFreezingProxy } from "../support/freezing-proxy.ts";
import { openScheduler, succeeded } from "../support/scheduler.ts";
import { openTestWarehouse, type TestWarehouse } from "../support/test-warehouse.ts";
import { waitUntil } from "../support/wait-until.ts";

const DAILY = "schedule: { entities: 0 6 * * *, catalogs: off, analytics: off, recent_analytics: off }";
const HANGING_MS = 300;

let db: TestWarehouse;

beforeAll(async () => {
  db = await openTestWarehouse([]);
});

afterAll(() => db.close());

beforeEach(async () => {
  await db.query("truncate pinterest_ads_schedules, pinterest_ads_schedulers");
});

const waits = () => db.query("select waits_for from pinterest_ads_schedulers");

test("a look that failed is over with the next one, before anybody is told what is in the way", async () => {
  const told: (string | undefined)[] = [];
  const looks: (string | undefined)[] = [];
  await using subject = openScheduler(db, DAILY, {
    onLook: async (problem) => {
      looks.push(problem?.message);
    },
    maintain: async () => {
      told.push(subject.scheduler.state().blocked?.code);
    },
  });
  await subject.at("2026-03-01T06:00Z");
  await db.query("alter table pinterest_ads_schedules rename to out_of_reach");
  await subject.at("2026-03-01T06:01Z");
  expect(subject.scheduler.state().blocked).toBeDefined();
  await db.query("alter table out_of_reach rename to pinterest_ads_schedules");
  await subject.at("2026-03-01T06:02Z");
  expect(subject.scheduler.state().blocked).toBeUndefined();
  expect(told).toEqual([undefined, undefined]);
  expect(looks).toEqual([undefined, expect.stringContaining("pinterest_ads_schedules"), undefined]);
  expect(await waits()).toEqual([{ waits_for: null }]);
  expect(subject.log().match(/schedule (?:waits|goes on)/g)).toEqual(["schedule waits", "schedule goes on"]);
});

test("connections that hang silently are cut while no run needs them, and after a run that did", async () => {
  await using proxy = await startFreezingProxy(db.url);
  const run = Promise.withResolvers<RunReport>();
  await using subject = openScheduler({ url: proxy.url }, DAILY, {
    leadershipUrl: db.url,
    hangingMs: HANGING_MS,
    run: () => run.promise,
  });
  subject.set("2026-03-01T06:00Z");
  await subject.beat();
  expect(subject.scheduler.state().running).toBeDefined();
  proxy.freeze();
  let over = false;
  const beat = subject.beat().then(() => {
    over = true;
  });
  const frozenAt = performance.now();
  // However long it takes: the connections of a run are its own affair.
  await waitUntil("it has been patient twice", () => performance.now() - frozenAt > 2 * HANGING_MS);
  expect(over).toBe(false);
  run.resolve(succeeded());
  await beat;
  expect(subject.scheduler.state().running).toBeUndefined();
  await subject.at("2026-03-01T06:02Z");
  expect(subject.scheduler.state()).toMatchObject({ role: "active", blocked: undefined });

  proxy.freeze();
  await subject.at("2026-03-01T06:03Z");
  await subject.at("2026-03-01T06:04Z");
  expect(subject.scheduler.state()).toMatchObject({ role: "active", blocked: undefined });
});

test("a run that could not be recorded is no obstacle any more once the next one is under way", async () => {
  const healthy = Promise.withResolvers<RunReport>();
  let runs = 0;
  await using subject = openScheduler(db, DAILY, {
    run: async () => {
      runs += 1;
      if (runs === 1) throw new ConnectorError("database_unreachable", "Cannot use the database");
      return healthy.promise;
    },
  });
  await subject.at("2026-03-01T06:00Z");
  expect(subject.scheduler.state().blocked?.code).toBe("database_unreachable");
  subject.set("2026-03-01T06:01Z");
  await subject.beat();
  expect(subject.scheduler.state().blocked).toBeDefined();
  subject.set("2026-03-01T06:02Z");
  await subject.beat();
  expect(subject.scheduler.state().blocked).toBeUndefined();
  expect(await waits()).toEqual([{ waits_for: null }]);
  healthy.resolve(succeeded());
});

test("a standby is told that its looks work, so that it can call off what it told while it led", async () => {
  const looks: unknown[] = [];
  await using first = openScheduler(db, DAILY);
  await first.at("2026-03-01T06:00Z");
  await using second = openScheduler(db, DAILY, {
    onLook: async (problem) => {
      looks.push(problem);
    },
  });
  await second.at("2026-03-01T06:00Z");
  expect(second.scheduler.state().role).toBe("standby");
  expect(looks).toEqual([undefined]);
});
