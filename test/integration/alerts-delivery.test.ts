import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ConnectorError } from "../../src/errors.ts";
import type { AlertsOptions } from "../../src/serve/alerts/alerts.ts";
import type { AlertFormat } from "../../src/service-sections.ts";
import { clearBooks, insertRun, openAlerts, SETTINGS, TOKEN } from "../support/alerts.ts";
import { findSecrets } from "../support/find-secrets.ts";
import { holdTransaction } from "../support/hold-transaction.ts";
import { createJumpingClock, type JumpingClock } from "../support/jumping-clock.ts";
import { measured } from "../support/metrics.ts";
import { inTurn, type Reply, type ScriptedServer, startScriptedServer } from "../support/scripted-server.ts";
import { openTestWarehouse, type TestWarehouse } from "../support/test-warehouse.ts";
import { waitUntil } from "../support/wait-until.ts";

const MINUTE_MS = 60_000;
const PATH_OF_WEBHOOK = "/services/T00000000/B00000000/the-secret-of-the-webhook";
const OK: Reply = { text: "ok" };

let db: TestWarehouse;
let clock: JumpingClock;

beforeAll(async () => {
  db = await openTestWarehouse(measured);
});

afterAll(() => db.close());

beforeEach(async () => {
  await clearBooks(db);
  clock = createJumpingClock();
});

/** Alerts with a webhook at the server. */
function tell(
  server: Pick<ScriptedServer, "url">,
  format: AlertFormat = "json",
  options: Partial<AlertsOptions> = {},
) {
  const url = new URL(PATH_OF_WEBHOOK, server.url).href;
  return openAlerts(db, { settings: { ...SETTINGS, webhook: { url, format } }, now: clock.now, ...options });
}

/** What the messages say, oldest first: kind, status and subjects. */
const told = ({ seen }: ScriptedServer) =>
  seen.map(({ body }) => {
    const { kind, status, alerts } = JSON.parse(body);
    return `${kind} ${status}: ${alerts.map(({ subject }: { subject: string }) => subject).join(" ")}`;
  });

const drift = (...fields: string[]) =>
  db.query(
    `insert into pinterest_ads_schema_drift (resource, field, json_type, first_seen_at)
     select 'ads', field, 'string', '2026-01-01T12:00Z' from unnest($1::text[]) as field`,
    fields,
  );
const undrift = (field: string) => db.query("delete from pinterest_ads_schema_drift where field = $1", field);
const books = () =>
  db.query(
    `select subject, attempts::int, delivery_error, notified_at, resolution_notified_at, retry_at
       from pinterest_ads_alerts order by subject`,
  );

describe("a webhook", () => {
  test("is told once when something begins, and once more when it is over, across restarts", async () => {
    await using server = await startScriptedServer(inTurn(OK));
    await drift("a");
    await tell(server).check();
    await tell(server).check();
    await undrift("a");
    clock.advance(MINUTE_MS);
    await tell(server).check();
    await tell(server).check();
    await drift("a");
    await tell(server).check();
    const once = ["schema_drift firing: ads.a", "schema_drift resolved: ads.a"];
    expect(told(server)).toEqual([...once, "schema_drift firing: ads.a"]);
  });

  test("gets all of a kind in one message, with what a program needs", async () => {
    await using server = await startScriptedServer(inTurn(OK));
    await drift(...Array.from({ length: 40 }, (_, index) => `field_${index}`));
    await insertRun(db, { status: "failed", schedules: ["entities"], error: "Stopped. Do this." });
    await tell(server).check();
    const [runs, fields, ...others] = server.seen.map(({ body }) => JSON.parse(body));
    expect(others).toEqual([]);
    expect(fields.alerts).toHaveLength(40);
    const at = new Date(clock.now()).toISOString();
    expect(runs).toEqual({
      source: "pinterest-ads-warehouse",
      warehouse: `${new URL(db.url).host}${new URL(db.url).pathname}, schema public`,
      version: "1.2.3",
      kind: "run_failed",
      status: "firing",
      at,
      alerts: [
        {
          subject: "entities",
          level: null,
          summary: expect.stringContaining("The scheduled run of entities"),
          details: "Stopped. Do this.",
          next_step: expect.stringContaining("The next scheduled run tries again."),
          since: at,
          resolved_at: null,
        },
      ],
    });
  });

  test("is told again when an alert becomes more urgent, and not when it becomes less", async () => {
    await using server = await startScriptedServer(inTurn(OK));
    const endsIn = (days: number) =>
      db.query(
        `insert into pinterest_ads_oauth_tokens (app_id, seed_fingerprint, refreshed_at, refresh_token_expires_at)
         values ($1, 'x', $2, $3) on conflict (app_id) do update set refresh_token_expires_at = excluded.refresh_token_expires_at`,
        TOKEN.appId,
        new Date(clock.now()),
        new Date(clock.now() + days * 24 * 60 * MINUTE_MS),
      );
    const alerts = tell(server, "json", { token: TOKEN });
    for (const days of [13, 12, 6, 12, 5, 0.5, 40]) {
      await endsIn(days);
      await alerts.check();
    }
    const levels = server.seen.map(({ body }) => JSON.parse(body).alerts[0].level);
    expect(levels).toEqual(["14", "7", "1", "1"]);
    expect(JSON.parse(server.seen.at(-1)?.body ?? "")).toMatchObject({ status: "resolved" });
    expect(alerts.messages().filter((message) => message === "alert more urgent")).toHaveLength(3);
  });

  test("that was not there when an alert began is told of it later", async () => {
    await drift("a");
    const { check, messages } = openAlerts(db, { now: clock.now });
    await check();
    expect(messages()).toEqual(["alert raised"]);
    await using server = await startScriptedServer(inTurn(OK));
    await tell(server).check();
    expect(told(server)).toEqual(["schema_drift firing: ads.a"]);
  });

  test.each<[string, number, Reply[], string]>([
    [
      "that answers with an error",
      10_000,
      [{ status: 500, text: "the-secret-of-the-webhook failed" }],
      "answered 500",
    ],
    [
      "that says what it does not like",
      10_000,
      [{ status: 400, text: "invalid_blocks" }],
      "answered 400 invalid_blocks",
    ],
    ["that sends elsewhere", 10_000, [{ status: 302, headers: { location: "/elsewhere" } }], "answered 302"],
    ["that breaks off", 10_000, [{ fault: "reset" }], "no answer: ECONNRESET"],
    ["that does not answer in time", 50, [{ fault: "hang" }], "no answer: ETIMEDOUT"],
  ])("%s is asked once and again later", async (_, webhookTimeoutMs, replies, problem) => {
    await using server = await startScriptedServer(inTurn(...replies, OK));
    await drift("a");
    const alerts = tell(server, "json", { webhookTimeoutMs });
    await alerts.check();
    await alerts.check();
    expect(server.seen).toHaveLength(1);
    expect(await books()).toMatchObject([{ attempts: 1, delivery_error: problem, notified_at: null }]);
    clock.advance(MINUTE_MS);
    await alerts.check();
    expect(told(server)).toEqual(["schema_drift firing: ads.a", "schema_drift firing: ads.a"]);
    expect(await books()).toMatchObject([{ attempts: 0, delivery_error: null, retry_at: null }]);
  });

  test("that stays away is asked less and less often, up to hourly", async () => {
    await using server = await startScriptedServer(inTurn({ status: 503 }));
    await drift("a");
    const alerts = tell(server);
    const pauses: number[] = [];
    for (let tries = 0, last = clock.now(); tries < 9; ) {
      await alerts.check();
      if (server.seen.length > tries) {
        pauses.push((clock.now() - last) / MINUTE_MS);
        last = clock.now();
        tries = server.seen.length;
      }
      clock.advance(MINUTE_MS);
    }
    expect(pauses).toEqual([0, 1, 2, 4, 8, 16, 32, 60, 60]);
    expect(alerts.messages().filter((message) => message === "alerts not delivered")).toHaveLength(9);
  });

  test("that refuses one kind gets the others", async () => {
    await using server = await startScriptedServer(({ body }) =>
      JSON.parse(body).kind === "run_failed" ? { status: 400 } : OK,
    );
    await drift("a");
    await insertRun(db, { status: "failed", schedules: ["entities"] });
    const alerts = tell(server);
    await alerts.check();
    expect(told(server)).toEqual(["run_failed firing: entities"]);
    await alerts.check();
    expect(told(server)).toEqual(["run_failed firing: entities", "schema_drift firing: ads.a"]);
  });

  test("that took too long is told when it is over, for it may have heard of it", async () => {
    await using server = await startScriptedServer(inTurn({ fault: "hang" }, OK));
    await drift("a");
    const alerts = tell(server, "json", { webhookTimeoutMs: 50 });
    await alerts.check();
    await undrift("a");
    clock.advance(MINUTE_MS);
    await alerts.check();
    expect(told(server)).toEqual(["schema_drift firing: ads.a", "schema_drift resolved: ads.a"]);
  });

  test("does not hear of what was over before it could be told", async () => {
    await using server = await startScriptedServer(inTurn({ status: 500 }, OK));
    await drift("a");
    const alerts = tell(server);
    await alerts.check();
    await undrift("a");
    clock.advance(MINUTE_MS);
    await alerts.check();
    clock.advance(60 * MINUTE_MS);
    await alerts.check();
    expect(server.seen).toHaveLength(1);
    expect(alerts.messages()).toEqual(["alert raised", "alerts not delivered", "alert resolved"]);
  });

  test("hears of an end that it missed, and of a new beginning in its place", async () => {
    const answers = [OK, { status: 500 }, { status: 500 }, OK, OK];
    await using server = await startScriptedServer(inTurn(...answers));
    const alerts = tell(server);
    const step = async () => {
      await alerts.check();
      clock.advance(60 * MINUTE_MS);
    };
    await drift("a", "b");
    await step();
    await undrift("a");
    await undrift("b");
    await step();
    await drift("a");
    await step();
    await step();
    await step();
    expect(told(server)).toEqual([
      "schema_drift firing: ads.a ads.b",
      "schema_drift resolved: ads.a ads.b",
      "schema_drift resolved: ads.b",
      "schema_drift resolved: ads.b",
      "schema_drift firing: ads.a",
    ]);
  });
});

test("two processes that check at once tell everything once", async () => {
  await using server = await startScriptedServer(inTurn(OK));
  await drift("a", "b");
  await insertRun(db, { status: "failed", schedules: ["entities"] });
  const both = [tell(server), tell(server)];
  await Promise.all(both.map(({ check }) => check()));
  await drift("c");
  await Promise.all(both.map(({ check }) => check()));
  // One may find the other at a message, and leave it at that.
  await tell(server).check();
  expect(told(server).toSorted()).toEqual([
    "run_failed firing: entities",
    "schema_drift firing: ads.a ads.b",
    "schema_drift firing: ads.c",
  ]);
  const raised = both.flatMap(({ messages }) => messages()).filter((message) => message === "alert raised");
  expect(raised).toHaveLength(4);
});

test("of two processes that begin the same delivery at the same moment one carries it out", async () => {
  await using server = await startScriptedServer(inTurn(OK));
  await drift("a");
  await openAlerts(db, { now: clock.now }).check();
  const waiting = async () =>
    (
      await db.query(
        "select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
      )
    ).length;
  let checks: Promise<unknown> = Promise.resolve();
  await holdTransaction(db.warehouse, async (client) => {
    await client.query("select from pinterest_ads_alerts for update");
    checks = Promise.all([tell(server).check(), tell(server).check()]);
    await waitUntil("both wait for the alert", async () => (await waiting()) === 2);
    await client.query("commit");
  });
  await checks;
  expect(told(server)).toEqual(["schema_drift firing: ads.a"]);
});

test("a check that is stopped ends at once and leaves the rest for the next", async () => {
  const stop = new AbortController();
  await using server = await startScriptedServer((_seen, index) => {
    stop.abort();
    return index === 0 ? { fault: "hang" } : OK;
  });
  await drift("a");
  const alerts = tell(server);
  await alerts.check(stop.signal);
  expect(alerts.messages()).toEqual(["alert raised"]);
  clock.advance(MINUTE_MS);
  await alerts.check();
  expect(told(server)).toHaveLength(2);
});

test("what the webhook may have taken before the process was stopped is called off all the same", async () => {
  const stop = new AbortController();
  await using server = await startScriptedServer((_seen, index) => {
    stop.abort();
    return index === 0 ? { fault: "hang" } : OK;
  });
  await drift("a");
  await tell(server).check(stop.signal);
  await undrift("a");
  clock.advance(MINUTE_MS);
  await tell(server).check();
  expect(told(server)).toEqual(["schema_drift firing: ads.a", "schema_drift resolved: ads.a"]);
});

test("what the webhook cannot have taken is not called off, even after a try that it may have taken before", async () => {
  await using refusing = await startScriptedServer(inTurn({ status: 500 }));
  await drift("a");
  await tell(refusing).check();
  await undrift("a");
  clock.advance(MINUTE_MS);
  await tell(refusing).check();
  expect(told(refusing)).toEqual(["schema_drift firing: ads.a"]);

  await using silent = await startScriptedServer((_seen, index) =>
    index === 0 ? { fault: "reset" } : index === 1 ? { status: 500 } : OK,
  );
  await drift("b");
  await tell(silent).check();
  clock.advance(60 * MINUTE_MS);
  await tell(silent).check();
  await undrift("b");
  clock.advance(60 * MINUTE_MS);
  await tell(silent).check();
  expect(told(silent).at(-1)).toBe("schema_drift resolved: ads.b");
});

test("an old failure of a run by hand ends without a word; of one that a later run made good the end is told", async () => {
  await using server = await startScriptedServer(inTurn(OK));
  const days = (from: string, to: string) => ({
    resources: ["ads"],
    accounts: "all",
    backfill: { from, to },
  });
  const backfill = { trigger: "backfill", status: "failed" };
  const age = (hours: number) =>
    db.query(
      "update pinterest_ads_sync_runs set started_at = started_at - $1 * interval '1 hour', finished_at = finished_at - $1 * interval '1 hour'",
      hours,
    );
  await insertRun(db, { ...backfill, request: days("2025-01-01", "2025-01-31") });
  await tell(server).check();
  await age(72);
  const alerts = tell(server);
  expect(await alerts.check()).toEqual([]);
  expect(alerts.messages()).toEqual(["alert resolved"]);
  expect(told(server)).toEqual(["run_failed firing: backfill"]);

  await insertRun(db, { ...backfill, hoursAgo: 2, request: days("2025-02-01", "2025-02-28") });
  await tell(server).check();
  await insertRun(db, { ...backfill, status: "succeeded", request: days("2025-02-01", "2025-02-28") });
  await tell(server).check();
  expect(told(server).slice(1)).toEqual(["run_failed firing: backfill", "run_failed resolved: backfill"]);
});

test("a warehouse that cannot be used for long is told, and its end, in the form that is configured", async () => {
  await using server = await startScriptedServer(inTurn(OK));
  const alerts = tell(server);
  const away = new ConnectorError("database_unreachable", "Nobody answers", { nextStep: "Start it." });
  const { signal } = new AbortController();
  for (let minute = 0; minute <= 12; minute += 1) {
    await alerts.watchWarehouse(away, signal);
    clock.advance(MINUTE_MS);
  }
  for (const _ of [1, 2]) await alerts.watchWarehouse(undefined, signal);
  expect(told(server)).toEqual([
    "warehouse_unusable firing: warehouse",
    "warehouse_unusable resolved: warehouse",
  ]);
  expect(server.seen[0]?.body).toContain("database_unreachable: Nobody answers");
});

test("a warehouse that cannot be read ends in a log line, not in an error", async () => {
  await using server = await startScriptedServer(inTurn(OK));
  await drift("a");
  await db.query("alter table pinterest_ads_schema_drift rename to away");
  const alerts = tell(server);
  try {
    await expect(alerts.check()).rejects.toThrow("alerts not checked");
  } finally {
    await db.query("alter table away rename to pinterest_ads_schema_drift");
  }
  expect(server.seen).toEqual([]);
});

test("no secret reaches the log, the tables or a message", async () => {
  await using server = await startScriptedServer(inTurn({ status: 500 }, { fault: "reset" }, OK));
  await using gone = await startScriptedServer(inTurn(OK));
  await gone[Symbol.asyncDispose]();
  await insertRun(db, { status: "failed", schedules: ["entities"], error: "It failed." });
  const all = [
    tell(server, "slack"),
    tell(server, "slack"),
    tell(gone),
    tell({ url: "http://host.invalid" }),
    tell(server),
  ];
  for (const alerts of all) {
    await alerts.check();
    clock.advance(60 * MINUTE_MS);
  }
  expect(server.seen).toHaveLength(3);
  const rows = await db.query("select to_jsonb(a)::text as row from pinterest_ads_alerts as a");
  const text = [
    ...all.map(({ log }) => log()),
    ...rows.map(({ row }) => String(row)),
    ...server.seen.map(({ body }) => body),
  ].join("\n");
  expect(text).toContain("not delivered");
  expect(
    findSecrets(text, [PATH_OF_WEBHOOK, "the-secret-of-the-webhook", "T00000000/B00000000", TOKEN.appSecret]),
  ).toEqual([]);
});

test("a check ends in time, however long the webhook and what else it waits for may take", async () => {
  await using server = await startScriptedServer(() => ({ fault: "hang" }));
  await drift("glow");
  await expect(tell(server, "json", { checkTimeoutMs: 300 }).check()).rejects.toThrow("alerts not checked");
  expect(server.seen).toHaveLength(1);
});
