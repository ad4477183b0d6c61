import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readBackfilledSlices } from "../../src/warehouse/backfills.ts";
import { sweepBooks } from "../../src/warehouse/retention.ts";
import { readUnchecked } from "../../src/warehouse/unchecked.ts";
import { openTestWarehouse, type TestWarehouse } from "../support/test-warehouse.ts";

const NOBODY = new AbortController().signal;
const DAYS = { runsDays: 90, rejectedDays: 30, signal: NOBODY };
const IDENTITY = { what: "everything" };

let db: TestWarehouse;

beforeAll(async () => {
  db = await openTestWarehouse([]);
});

afterAll(() => db.close());

beforeEach(async () => {
  await db.query(
    "truncate pinterest_ads_sync_slices, pinterest_ads_sync_runs, pinterest_ads_rejected_records, pinterest_ads_alerts, pinterest_ads_schedules",
  );
});

interface PastRun {
  /** Days since it started and, an hour later, finished. */
  readonly age: number;
  readonly trigger?: string;
  readonly status?: string;
  readonly restart?: boolean;
  readonly slices?: readonly PastSlice[];
}

interface PastSlice {
  readonly resource?: string;
  readonly status?: string;
  readonly window?: string;
  readonly checked?: boolean;
  /** How many of them. */
  readonly times?: number;
}

async function addRun({ age, trigger = "schedule", status = "succeeded", ...run }: PastRun): Promise<string> {
  const id = randomUUID();
  const request =
    trigger === "backfill" ? { backfill: IDENTITY, restart: run.restart, resources: ["ads"] } : {};
  await db.query(
    `insert into pinterest_ads_sync_runs (id, trigger, status, request, started_at, finished_at)
     select $1::uuid, $2::text, $3::text, $4::jsonb, at, case when $3::text <> 'running' then at + interval '1 hour' end
       from (select now() - make_interval(days => $5::int) as at) as t`,
    id,
    trigger,
    status,
    JSON.stringify(request),
    age,
  );
  for (const slice of run.slices ?? [{}])
    await db.query(
      `insert into pinterest_ads_sync_slices (run_id, resource, ad_account_id, status, attribution, window_from, window_to, checked_at, started_at)
       select $1, $2::text, '1', $3::text, $4::text, $5::date, $5::date, $6::timestamptz, now() from generate_series(1, $7::int)`,
      id,
      slice.resource ?? "ads",
      slice.status ?? "succeeded",
      slice.window === undefined ? null : "30/30/1",
      slice.window ?? null,
      slice.checked ? new Date() : null,
      slice.times ?? 1,
    );
  return id;
}

/** Slices of each run that is left. */
async function left(): Promise<Record<string, number>> {
  const rows = await db.query<{ id: string; slices: number }>(
    `select r.id, count(s.id)::int as slices from pinterest_ads_sync_runs as r
       left join pinterest_ads_sync_slices as s on s.run_id = r.id group by 1`,
  );
  return Object.fromEntries(rows.map(({ id, slices }) => [id, slices]));
}

describe("runs", () => {
  test("go with their slices when they are old, the younger ones stay", async () => {
    await addRun({ age: 400, status: "failed", slices: [{ status: "failed" }] });
    await addRun({
      age: 91,
      slices: [{}, { resource: "ad_analytics", window: "2026-01-01", checked: true }],
    });
    const young = await addRun({ age: 90, slices: [{}] });
    const last = await addRun({ age: 0, slices: [{}, {}] });
    expect(await sweepBooks(db.warehouse, DAYS)).toEqual({
      runs: 2,
      slices: 3,
      rejectedRecords: 0,
      alerts: 0,
    });
    expect(await left()).toEqual({ [young]: 1, [last]: 2 });
    expect(await sweepBooks(db.warehouse, DAYS)).toMatchObject({ runs: 0, slices: 0 });
  });

  test("stay that are the last of their trigger or schedule, or still run", async () => {
    const kept = [
      await addRun({ age: 300, trigger: "sync", status: "failed" }),
      await addRun({ age: 200, trigger: "schedule" }),
      await addRun({ age: 250, trigger: "schedule" }),
      await addRun({ age: 400, trigger: "demo", status: "running" }),
    ];
    await addRun({ age: 301, trigger: "sync" });
    await addRun({ age: 260, trigger: "schedule" });
    await db.query(
      "insert into pinterest_ads_schedules (schedule, last_run_id) values ('analytics', $1), ('entities', null)",
      kept[2],
    );
    expect(await sweepBooks(db.warehouse, DAYS)).toMatchObject({ runs: 2, slices: 2 });
    expect(Object.keys(await left()).toSorted()).toEqual(kept.toSorted());
  });

  test("the last of a trigger is the last that has ended, whatever was left behind as running since", async () => {
    const ended = await addRun({ age: 300, trigger: "sync" });
    await addRun({ age: 310, trigger: "sync" });
    const dead = await addRun({ age: 200, trigger: "sync", status: "running" });
    expect(await sweepBooks(db.warehouse, DAYS)).toMatchObject({ runs: 1, slices: 1 });
    expect(Object.keys(await left()).toSorted()).toEqual([ended, dead].toSorted());
  });

  test("of backfills keep what a resumed one must know, and nothing else", async () => {
    const window = (day: string, more: PastSlice = {}) => ({
      window: `2026-01-${day}`,
      checked: true,
      ...more,
    });
    const first = await addRun({
      age: 300,
      trigger: "backfill",
      slices: [window("01"), window("02"), window("03", { status: "failed" }), {}],
    });
    await addRun({ age: 290, trigger: "backfill", slices: [window("04", { status: "interrupted" })] });
    const anew = await addRun({
      age: 280,
      trigger: "backfill",
      restart: true,
      slices: [window("05", { status: "failed" })],
    });
    await addRun({ age: 1, trigger: "backfill", slices: [] });
    const before = await readBackfilledSlices(db.warehouse, IDENTITY, "2026-02-01");
    expect(await sweepBooks(db.warehouse, DAYS)).toMatchObject({ runs: 1, slices: 4 });
    expect(await left()).toMatchObject({ [first]: 2, [anew]: 0 });
    expect(before.length).toBeGreaterThan(0);
    expect(await readBackfilledSlices(db.warehouse, IDENTITY, "2026-02-01")).toEqual(before);
  });

  test("keep metrics whose entities nobody has looked for", async () => {
    const run = await addRun({
      age: 100,
      slices: [
        { resource: "ad_analytics", window: "2026-01-01" },
        { resource: "ad_analytics", window: "2026-01-02", checked: true },
        { resource: "ad_analytics", window: "2026-01-03", status: "failed" },
      ],
    });
    await addRun({ age: 0 });
    const before = await readUnchecked(db.warehouse, ["1"]);
    expect(await sweepBooks(db.warehouse, DAYS)).toMatchObject({ runs: 0, slices: 2 });
    expect(await left()).toMatchObject({ [run]: 1 });
    expect(before).toHaveLength(1);
    expect(await readUnchecked(db.warehouse, ["1"])).toEqual(before);
  });
});

test("rejected records and resolved alerts go when they are old; an open alert never", async () => {
  await db.query(
    `insert into pinterest_ads_rejected_records (reason, rejected_at)
     select age::text, now() - make_interval(days => age) from unnest(array[0, 29, 31, 400]) as age`,
  );
  await db.query(
    `insert into pinterest_ads_alerts (kind, subject, raised_at, resolved_at)
     select 'stale', age::text, now() - interval '400 days', now() - make_interval(days => age)
       from unnest(array[0, 89, 91, null]) as age where age is not null
     union all select 'stale', 'open', now() - interval '400 days', null`,
  );
  expect(await sweepBooks(db.warehouse, DAYS)).toEqual({ runs: 0, slices: 0, rejectedRecords: 2, alerts: 1 });
  const reasons = await db.query("select reason from pinterest_ads_rejected_records order by id");
  expect(reasons.map(({ reason }) => reason)).toEqual(["0", "29"]);
  const alerts = await db.query("select subject from pinterest_ads_alerts order by 1");
  expect(alerts.map(({ subject }) => subject)).toEqual(["0", "89", "open"]);
});

test("a large sweep goes in small transactions, and stops after one of them", async () => {
  await addRun({ age: 200, slices: [{ times: 2500 }] });
  await addRun({ age: 0, slices: [] });
  const stop = new AbortController();
  const sizes: number[] = [];
  const count = (response: { command?: string; rowCount?: number }) => {
    if (response.command === "DELETE") sizes.push(response.rowCount ?? 0);
    if (sizes.length === 2) stop.abort();
  };
  db.warehouse.knex.on("query-response", count);
  expect(await sweepBooks(db.warehouse, { ...DAYS, signal: stop.signal })).toMatchObject({
    runs: 0,
    slices: 2000,
  });
  expect(sizes).toEqual([1000, 1000]);
  expect(await sweepBooks(db.warehouse, DAYS)).toMatchObject({ runs: 1, slices: 500 });
  db.warehouse.knex.off("query-response", count);
});
