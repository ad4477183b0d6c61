import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ConnectorError } from "../../src/errors.ts";
import { resources } from "../../src/resources/index.ts";
import type { RunReport } from "../../src/sync/run.ts";
import { openLocks, runLock } from "../../src/warehouse/locks.ts";
import { finishRun, startRun } from "../../src/warehouse/runs.ts";
import { openScheduler, succeeded } from "../support/scheduler.ts";
import { openTestWarehouse, type TestWarehouse } from "../support/test-warehouse.ts";
import { waitUntil } from "../support/wait-until.ts";

/** One schedule that is easy to follow. */
const DAILY = "schedule: { entities: 0 6 * * *, catalogs: off, analytics: off, recent_analytics: off }";

let db: TestWarehouse;

beforeAll(async () => {
  db = await openTestWarehouse([]);
});

afterAll(() => db.close());

beforeEach(async () => {
  await db.query(
    "truncate pinterest_ads_schedules, pinterest_ads_schedulers, pinterest_ads_sync_slices, pinterest_ads_sync_runs",
  );
});

/** The moment from which on a schedule counts its ticks, as if it had had a run then. */
async function handledThrough(moment: string, ...schedules: string[]): Promise<void> {
  for (const schedule of schedules)
    await db.query(
      `insert into pinterest_ads_schedules (schedule, handled_through) values ($1, $2)
       on conflict (schedule) do update set handled_through = excluded.handled_through`,
      schedule,
      moment,
    );
}

const ALL = ["entities", "catalogs", "analytics", "recent_analytics"];

describe("what is due", () => {
  test("the first start runs everything at once, in one run over the whole lookback", async () => {
    await using subject = openScheduler(db, "");
    await subject.at("2026-03-01T10:17:00Z");
    await subject.at("2026-03-01T10:18:00Z");
    expect(subject.ran).toEqual([ALL]);
    expect(subject.requests[0]?.resources).toEqual(resources);
    expect(subject.requests[0]?.analytics.lookbackDays).toBe(33);
    expect(subject.requests[0]?.trigger).toBe("schedule");
  });

  test("by default lists, catalogs and the last 3 days of metrics every 6 hours, all metrics daily at 05:30", async () => {
    await handledThrough("2026-03-01T00:00Z", ...ALL);
    await using subject = openScheduler(db, "");
    subject.set("2026-03-01T05:00Z");
    await subject.until("2026-03-01T12:00Z");
    expect(subject.ran).toEqual([
      ["analytics"],
      ["entities", "catalogs", "recent_analytics"],
      ["entities", "catalogs", "recent_analytics"],
    ]);
    expect(subject.requests.map(({ analytics }) => analytics.lookbackDays)).toEqual([33, 3, 3]);
    const [daily] = subject.requests;
    expect(daily?.resources.every(({ kind }) => kind === "analytics")).toBe(true);
  });

  test.each<[string, string, readonly string[], (scope: string, kind: string) => boolean]>([
    [
      "lists of ads",
      "entities: 0 6 * * *",
      ["entities"],
      (scope, kind) => kind === "list" && scope !== "owner",
    ],
    ["catalogs", "catalogs: 0 6 * * *", ["catalogs"], (scope, kind) => kind === "list" && scope === "owner"],
    ["metrics", "analytics: 0 6 * * *", ["analytics"], (_scope, kind) => kind === "analytics"],
  ])("a schedule of its own for %s", async (_what, line, ran, belongs) => {
    const others = ALL.filter((name) => !line.startsWith(name)).map((name) => `  ${name}: off\n`);
    await handledThrough("2026-03-01T00:00Z", ...ALL);
    await using subject = openScheduler(db, `schedule:\n  ${line}\n${others.join("")}`);
    await subject.at("2026-03-01T06:00Z");
    await subject.at("2026-03-01T23:59Z");
    expect(subject.ran).toEqual([ran]);
    expect(subject.requests[0]?.resources).toEqual(
      resources.filter(({ scope, kind }) => belongs(scope, kind)),
    );
  });

  test("ticks that were missed while the process was down are made up for once", async () => {
    await handledThrough("2026-03-01T06:00Z", "entities");
    await using subject = openScheduler(db, DAILY);
    await subject.at("2026-03-05T09:13:20Z");
    await subject.until("2026-03-05T09:20Z");
    expect(subject.ran).toEqual([["entities"]]);
    await subject.at("2026-03-06T05:59Z");
    expect(subject.ran).toHaveLength(1);
    await subject.at("2026-03-06T06:00Z");
    expect(subject.ran).toHaveLength(2);
  });

  test("a restart between two ticks runs nothing", async () => {
    for (const moment of ["2026-03-01T06:00Z", "2026-03-01T07:00Z", "2026-03-01T20:00Z"]) {
      await using subject = openScheduler(db, DAILY);
      await subject.at(moment);
      expect(subject.ran).toHaveLength(moment === "2026-03-01T06:00Z" ? 1 : 0);
    }
  });

  test.each([
    ["2026-03-28T03:00Z", "2026-03-30T03:00Z", 2],
    ["2026-10-24T03:00Z", "2026-10-26T03:00Z", 2],
  ])("on days when clocks change, 02:30 comes once (%s to %s)", async (from, to, runs) => {
    await handledThrough(from, "entities");
    await using subject = openScheduler(
      db,
      "schedule: { timezone: Europe/Berlin, entities: 30 2 * * *, catalogs: off, analytics: off, recent_analytics: off }",
    );
    subject.set(from);
    for (let at = Date.parse(from); at <= Date.parse(to); at += 30 * 60_000)
      await subject.at(new Date(at).toISOString());
    expect(subject.ran).toHaveLength(runs);
  });

  test("a quarterly schedule comes quarterly, and a row that was deleted by hand makes one run, not one a minute", async () => {
    await handledThrough("2026-01-01T03:00Z", "entities");
    const yaml = "schedule: { entities: 0 3 1 */3 *, catalogs: off, analytics: off, recent_analytics: off }";
    await using subject = openScheduler(db, yaml);
    for (const moment of ["2026-02-20T00:00Z", "2026-03-31T00:00Z"]) await subject.at(moment);
    expect(subject.ran).toEqual([]);
    await subject.at("2026-04-01T03:00Z");
    expect(subject.ran).toHaveLength(1);
    await db.query("truncate pinterest_ads_schedules");
    await subject.until("2026-04-01T03:05Z");
    expect(subject.ran).toHaveLength(2);
  });

  test("a clock that was a year ahead silences no schedule", async () => {
    await handledThrough("2027-03-01T06:00Z", "entities");
    await using subject = openScheduler(db, DAILY);
    await subject.at("2026-03-01T06:10Z");
    await subject.at("2026-03-01T06:11Z");
    expect(subject.ran).toEqual([["entities"]]);
  });

  test("how schedules are configured stands in the books, those that are off too", async () => {
    await handledThrough("2026-03-01T06:00Z", "catalogs", "entities");
    await using subject = openScheduler(db, DAILY);
    await subject.at("2026-03-01T06:30Z");
    expect(
      await db.query("select schedule, expression, timezone from pinterest_ads_schedules order by 1"),
    ).toEqual([
      { schedule: "catalogs", expression: null, timezone: null },
      { schedule: "entities", expression: "0 6 * * *", timezone: "UTC" },
    ]);
  });
});

describe("one run at a time", () => {
  test("what comes due during a run waits for its end and is run once", async () => {
    const gate = Promise.withResolvers<void>();
    await using subject = openScheduler(db, "schedule: { entities: '*/5 * * * *', catalogs: 0 * * * * }", {
      run: async () => {
        await gate.promise;
        return succeeded();
      },
    });
    subject.set("2026-03-01T10:02Z");
    await subject.beat();
    for (const moment of ["2026-03-01T10:05Z", "2026-03-01T10:10Z", "2026-03-01T11:00Z"]) {
      subject.set(moment);
      await subject.beat();
      expect(subject.scheduler.state().running?.since).toBe(Date.parse("2026-03-01T10:02Z"));
    }
    expect(subject.ran).toHaveLength(1);
    gate.resolve();
    await subject.scheduler.idle();
    await subject.at("2026-03-01T11:01Z");
    await subject.at("2026-03-01T11:02Z");
    expect(subject.ran.slice(1)).toEqual([["entities", "catalogs"]]);
  });

  test("a manual sync that is under way is waited for, and named", async () => {
    const locks = await openLocks(db.warehouse);
    const id = randomUUID();
    await locks.tryAcquire(runLock(id));
    await startRun(db.warehouse, { id, trigger: "sync", request: {}, version: "0.0.0" });
    await using subject = openScheduler(db, DAILY);
    await subject.at("2026-03-01T06:00Z");
    await subject.at("2026-03-01T06:01Z");
    expect(subject.ran).toEqual([]);
    expect(subject.scheduler.state().blocked).toMatchObject({
      code: "already_running",
      message: expect.stringContaining(`A sync (run ${id}, process ${process.pid} on `),
    });
    expect(subject.log().match(/schedule waits/g)).toHaveLength(1);
    await finishRun(db.warehouse, id, "succeeded", undefined);
    await locks.close();
    await subject.at("2026-03-01T06:02Z");
    expect(subject.ran).toEqual([["entities"]]);
    expect(subject.scheduler.state().blocked).toBeUndefined();
  });

  test("neither a killed sync nor a backfill that is under way is waited for", async () => {
    const locks = await openLocks(db.warehouse);
    const backfill = randomUUID();
    await locks.tryAcquire(runLock(backfill));
    await startRun(db.warehouse, { id: backfill, trigger: "backfill", request: {}, version: "0.0.0" });
    await startRun(db.warehouse, { id: randomUUID(), trigger: "sync", request: {}, version: "0.0.0" });
    await using subject = openScheduler(db, DAILY);
    await subject.at("2026-03-01T06:00Z");
    await locks.close();
    expect(subject.ran).toEqual([["entities"]]);
  });

  test("of two replicas one runs; the other says who does, and takes over when it ends", async () => {
    const first = openScheduler(db, DAILY);
    await using second = openScheduler(db, DAILY);
    await first.at("2026-03-01T06:00Z");
    for (const moment of ["2026-03-01T06:00Z", "2026-03-02T06:00Z"]) await second.at(moment);
    expect(first.ran).toHaveLength(1);
    expect(second.ran).toEqual([]);
    const holder = new RegExp(`^process ${process.pid} on .+, since \\d{4}-\\d\\d-\\d\\dT`);
    expect(second.scheduler.state()).toMatchObject({
      role: "standby",
      holder: expect.stringMatching(holder),
    });
    expect(second.log().match(/another process runs the schedule/g)).toHaveLength(1);
    await first[Symbol.asyncDispose]();
    await second.at("2026-03-02T06:01Z");
    expect(second.ran).toHaveLength(1);
    expect(second.scheduler.state()).toMatchObject({ role: "active", holder: undefined });
  });

  test("a leader whose connection breaks stops its run, and leads again or leaves it to the other", async () => {
    const stopped = Promise.withResolvers<string>();
    await using first = openScheduler(db, DAILY, {
      run: (_request, locks) =>
        new Promise<RunReport>((resolve) => {
          locks.lost.addEventListener("abort", () => {
            stopped.resolve(locks.lost.reason.code);
            resolve({ ...succeeded(), status: "failed", error: locks.lost.reason });
          });
        }),
    });
    await using second = openScheduler(db, DAILY);
    first.set("2026-03-01T06:00Z");
    await first.beat();
    await db.query(
      `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted
          and database = (select oid from pg_database where datname = current_database())`,
    );
    expect(await stopped.promise).toBe("lock_lost");
    await first.scheduler.idle();
    await second.at("2026-03-01T06:01Z");
    await first.at("2026-03-01T06:01Z");
    expect(second.scheduler.state().role).toBe("active");
    expect(first.scheduler.state().role).toBe("standby");
    // What was stopped was not marked as done.
    expect(second.ran).toEqual([["entities"]]);
  });
});

describe("runs that fail", () => {
  const failing = (code: "pinterest_unreachable" | "permission_missing"): RunReport => ({
    ...succeeded(),
    status: "failed",
    error: new ConnectorError(code, "It failed"),
  });

  const partial = (): RunReport => ({
    ...succeeded(),
    status: "partial",
    failures: [{ slice: {} as never, error: new ConnectorError("pinterest_unreachable", "It failed") }],
  });
  const lastRuns = async () =>
    (await db.query("select last_run_id from pinterest_ads_schedules where last_run_id is not null")).length;

  test.each<[string, () => RunReport, string[]]>([
    [
      "with nothing loaded hourly",
      () => failing("pinterest_unreachable"),
      ["06:00", "06:10", "06:30", "07:30", "08:30"],
    ],
    ["with a part loaded at their next tick", partial, ["06:00", "06:10", "06:30"]],
  ])(
    "for a reason that may pass are repeated after 10 and 20 minutes, then %s",
    async (_, report, expected) => {
      await handledThrough("2026-03-01T00:00Z", "entities");
      await using subject = openScheduler(db, DAILY, { run: async () => report() });
      const times: string[] = [];
      for (let minute = 0; minute < 180; minute += 1) {
        const moment = new Date(Date.UTC(2026, 2, 1, 6, minute)).toISOString();
        const before = subject.ran.length;
        await subject.at(moment);
        if (subject.ran.length > before) times.push(moment.slice(11, 16));
        // Until it was tried three times it is no last word, and nobody is alerted.
        expect(await lastRuns()).toBe(times.length >= 3 ? 1 : 0);
      }
      expect(times).toEqual(expected);
      await subject.at("2026-03-02T06:00Z");
      expect(subject.ran).toHaveLength(expected.length + 1);
    },
  );

  test("again and again for a reason that may pass are made up for at the next start, whatever the hour", async () => {
    await handledThrough("2026-03-01T00:00Z", "entities");
    const first = openScheduler(db, DAILY, { run: async () => failing("pinterest_unreachable") });
    await first.at("2026-03-01T06:00Z");
    await first.until("2026-03-01T07:00Z");
    await first[Symbol.asyncDispose]();
    await using second = openScheduler(db, DAILY);
    await second.at("2026-03-01T07:01Z");
    expect(second.ran).toEqual([["entities"]]);
  });

  test("have their pause even where their row was deleted by hand", async () => {
    await using subject = openScheduler(db, DAILY, { run: async () => failing("pinterest_unreachable") });
    await subject.at("2026-03-01T06:00Z");
    await db.query("truncate pinterest_ads_schedules");
    await subject.until("2026-03-01T06:09Z");
    expect(subject.ran).toHaveLength(1);
  });

  test("for any other reason wait for their next tick", async () => {
    await using subject = openScheduler(db, DAILY, { run: async () => failing("permission_missing") });
    await subject.at("2026-03-01T06:00Z");
    await subject.until("2026-03-01T07:00Z");
    expect(subject.ran).toHaveLength(1);
  });

  test("do not hold back other schedules, nor their own next tick", async () => {
    const yaml =
      "schedule: { entities: 0 6 * * *, catalogs: '2,7,12 * * * *', analytics: off, recent_analytics: off }";
    await handledThrough("2026-03-01T05:59Z", "entities", "catalogs");
    await using subject = openScheduler(db, yaml, { run: async () => failing("pinterest_unreachable") });
    subject.set("2026-03-01T05:59Z");
    await subject.until("2026-03-01T06:11Z");
    expect(subject.ran).toEqual([["entities"], ["catalogs"], ["catalogs"], ["entities"]]);
  });

  test("by a token are run again as soon as there is one that works, and wait for their next tick if that fails too", async () => {
    const refused: RunReport = {
      ...succeeded(),
      status: "failed",
      error: new ConnectorError("token_refused", "Pinterest refused the token"),
    };
    let usable = true;
    await using subject = openScheduler(db, DAILY, {
      run: async () => refused,
      ensureToken: async () => {
        if (!usable) throw refused.error;
      },
    });
    await subject.at("2026-03-01T06:00Z");
    usable = false;
    await subject.until("2026-03-01T06:30Z");
    expect(subject.ran).toHaveLength(1);
    usable = true;
    // A token that passes for usable and is refused all the same must not be tried every minute.
    await subject.until("2026-03-01T08:00Z");
    expect(subject.ran).toHaveLength(3);
  });

  test("because they were interrupted stay due", async () => {
    const interrupted: RunReport = { ...succeeded(), status: "interrupted" };
    const first = openScheduler(db, DAILY, { run: async () => interrupted });
    await first.at("2026-03-01T06:00Z");
    await first[Symbol.asyncDispose]();
    await using second = openScheduler(db, DAILY);
    await second.at("2026-03-01T06:05Z");
    expect(second.ran).toEqual([["entities"]]);
  });

  test("before they begin, because the database is away, stay due and are said once", async () => {
    let away = true;
    await using subject = openScheduler(db, DAILY, {
      run: async () => {
        if (away) throw new ConnectorError("database_unreachable", "Cannot use the database");
        return succeeded();
      },
    });
    await subject.at("2026-03-01T06:00Z");
    await subject.until("2026-03-01T06:10Z");
    expect(subject.scheduler.state().blocked?.code).toBe("database_unreachable");
    expect(subject.log().match(/schedule (?:waits|goes on)/g)).toEqual(["schedule waits"]);
    const tries = subject.ran.length;
    away = false;
    await subject.at("2026-03-01T06:11Z");
    await subject.at("2026-03-01T06:12Z");
    expect(subject.ran).toHaveLength(tries + 1);
    expect(subject.scheduler.state().blocked).toBeUndefined();
  });
});

test("with a token that is refused nothing is run, which is said once, until there is a new one", async () => {
  let refused = true;
  await using subject = openScheduler(db, DAILY, {
    ensureToken: async () => {
      if (refused) throw new ConnectorError("token_refused", "Pinterest refused the token");
    },
  });
  await subject.at("2026-03-01T06:00Z");
  await subject.until("2026-03-01T06:30Z");
  expect(subject.ran).toEqual([]);
  expect(subject.log().match(/schedule waits/g)).toHaveLength(1);
  const waits = () => db.query("select waits_for from pinterest_ads_schedulers");
  expect(await waits()).toEqual([{ waits_for: "Pinterest refused the token" }]);
  refused = false;
  await subject.at("2026-03-01T06:31Z");
  expect(subject.ran).toEqual([["entities"]]);
  expect(await waits()).toEqual([{ waits_for: null }]);
});

test("a stop during a run waits for it, starts nothing more, and lets others lead", async () => {
  const stopping = Promise.withResolvers<RunReport>();
  await using subject = openScheduler(db, DAILY, { run: () => stopping.promise });
  subject.set("2026-03-01T06:00Z");
  await subject.beat();
  subject.stop();
  const closed = subject.scheduler.close();
  await subject.beat();
  stopping.resolve({ ...succeeded(), status: "interrupted" });
  await closed;
  expect(subject.ran).toHaveLength(1);
  expect(subject.scheduler.state().role).toBe("stopped");
  await using other = openScheduler(db, DAILY);
  await waitUntil("the other one leads", async () => {
    await other.at("2026-03-01T06:01Z");
    return other.scheduler.state().role === "active";
  });
  expect(other.ran).toEqual([["entities"]]);
});
