import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  claimAlerts,
  noteDelivered,
  noteUndelivered,
  readDueDeliveries,
} from "../../src/warehouse/alert-deliveries.ts";
import { type AlertContent, readOpenAlerts, settleAlerts } from "../../src/warehouse/alerts.ts";
import { lockKey } from "../../src/warehouse/locks.ts";
import { holdTransaction } from "../support/hold-transaction.ts";
import { openTestWarehouse, type TestWarehouse } from "../support/test-warehouse.ts";
import { waitUntil } from "../support/wait-until.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const NOW = Date.UTC(2026, 2, 1, 6);
const FIRING = { kind: "schema_drift", status: "firing" } as const;
const RESOLVED = { kind: "schema_drift", status: "resolved" } as const;
const DRIFT: AlertContent = {
  kind: "schema_drift",
  subject: "ads.a",
  level: null,
  summary: "A new field",
  details: null,
  next_step: "Look at it.",
};

let db: TestWarehouse;

beforeAll(async () => {
  db = await openTestWarehouse([]);
});

afterAll(() => db.close());

beforeEach(async () => {
  await db.query("truncate pinterest_ads_alerts");
});

/** What holds is `holding`, and nothing else. */
const settle = (holding: readonly AlertContent[], at: number) =>
  settleAlerts(db.warehouse, holding, { isHeld: () => false, hasLapsed: () => false }, at);
const due = (at: number) => readDueDeliveries(db.warehouse, at);
const claim = (delivery: typeof FIRING | typeof RESOLVED, at: number) =>
  claimAlerts(db.warehouse, delivery, at);
const fail = (claimed: Awaited<ReturnType<typeof claim>>) =>
  noteUndelivered(db.warehouse, claimed, { reason: "answered 500", wasSent: true });

/** How many wait for an advisory lock. */
async function countWaiting(): Promise<number> {
  const rows = await db.query(
    "select from pg_stat_activity where datname = current_database() and wait_event = 'advisory'",
  );
  return rows.length;
}

test("two processes that check at the same moment take turns, and only one of them finds the change", async () => {
  let both: Promise<Awaited<ReturnType<typeof settle>>[]> | undefined;
  await holdTransaction(db.warehouse, async (client) => {
    await client.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [
      lockKey(db.warehouse.schema, "alerts"),
    ]);
    both = Promise.all([settle([DRIFT], NOW), settle([DRIFT], NOW)]);
    await waitUntil("both wait for their turn", async () => (await countWaiting()) === 2);
    await client.query("commit");
  });
  const changes = await both;
  expect(changes?.flatMap(({ raised }) => raised)).toEqual([DRIFT]);
  expect(await readOpenAlerts(db.warehouse)).toMatchObject([DRIFT]);
});

test("the end of an alert is told at once, however long the pauses at its beginning had become", async () => {
  await settle([DRIFT], NOW);
  let at = NOW;
  for (const attempts of [1, 2, 3, 4, 5, 6, 7]) {
    const claimed = await claim(FIRING, at);
    expect(claimed).toMatchObject([{ attempts }]);
    await fail(claimed);
    at += HOUR_MS;
  }
  await fail(await claim(FIRING, at));
  at += MINUTE_MS;
  expect(await due(at)).toEqual([]);
  await settle([], at);
  expect(await db.query("select retry_at, delivery_error from pinterest_ads_alerts")).toEqual([
    { retry_at: null, delivery_error: null },
  ]);
  expect(await due(at)).toEqual([RESOLVED]);
  const claimed = await claim(RESOLVED, at);
  expect(claimed).toMatchObject([{ attempts: 1, perhaps_notified: true }]);
  await fail(claimed);
  expect(await due(at + MINUTE_MS - 1)).toEqual([]);
  expect(await due(at + MINUTE_MS)).toEqual([RESOLVED]);
});

describe("the next try", () => {
  test("is not before its time, for anybody", async () => {
    await settle([DRIFT], NOW);
    await fail(await claim(FIRING, NOW));
    expect(await due(NOW + MINUTE_MS - 1)).toEqual([]);
    expect(await claim(FIRING, NOW + MINUTE_MS - 1)).toEqual([]);
    expect(await due(NOW + MINUTE_MS)).toEqual([FIRING]);
    expect(await claim(FIRING, NOW + MINUTE_MS)).toHaveLength(1);
  });

  test("that a clock far ahead has written down silences no alert", async () => {
    await settle([DRIFT], NOW);
    await fail(await claim(FIRING, NOW + 365 * 24 * HOUR_MS));
    expect(await due(NOW)).toEqual([FIRING]);
    expect(await claim(FIRING, NOW)).toHaveLength(1);
    // From then on it is a pause as any other.
    expect(await due(NOW + 1)).toEqual([]);
  });
});

describe("an alert that ended and came back while its message was under way", () => {
  async function comeBack() {
    await settle([DRIFT], NOW);
    const claimed = await claim(FIRING, NOW);
    await settle([], NOW + MINUTE_MS);
    await settle([DRIFT], NOW + 2 * MINUTE_MS);
    return claimed;
  }

  test("stays to be told when that message was taken", async () => {
    await noteDelivered(db.warehouse, "firing", await comeBack(), NOW + 3 * MINUTE_MS);
    expect(await due(NOW + 3 * MINUTE_MS)).toEqual([FIRING]);
    expect(await claim(FIRING, NOW + 3 * MINUTE_MS)).toMatchObject([
      { attempts: 1, perhaps_notified: false },
    ]);
  });

  test("has nothing of that message's failure", async () => {
    await fail(await comeBack());
    expect(await db.query("select delivery_error, perhaps_notified from pinterest_ads_alerts")).toEqual([
      { delivery_error: null, perhaps_notified: null },
    ]);
  });
});

test("what was told is not told again, and its end is", async () => {
  await settle([DRIFT], NOW);
  await noteDelivered(db.warehouse, "firing", await claim(FIRING, NOW), NOW);
  expect(await due(NOW + HOUR_MS)).toEqual([]);
  await settle([], NOW + HOUR_MS);
  await noteDelivered(db.warehouse, "resolved", await claim(RESOLVED, NOW + HOUR_MS), NOW + HOUR_MS);
  expect(await due(NOW + 2 * HOUR_MS)).toEqual([]);
});
