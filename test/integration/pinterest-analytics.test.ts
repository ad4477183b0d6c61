import { expect, test } from "vitest";
import { readAnalytics } from "../../src/pinterest/analytics.ts";
import type { PinterestRequest } from "../../src/pinterest/client.ts";
import { readMetricsReady } from "../../src/pinterest/metrics-ready.ts";
import { findRefusedColumns } from "../../src/pinterest/refused-columns.ts";
import { openClient } from "../support/pinterest-client.ts";
import { inTurn, type Reply } from "../support/scripted-server.ts";

const REQUEST: PinterestRequest = {
  path: "/ad_accounts/549755885175/campaigns/analytics",
  query: { columns: "SPEND_IN_DOLLAR,CTR", campaign_ids: ["1", "2"] },
  category: "ads_analytics",
  oauthScopes: ["ads:read"],
};
const CREATION = { ...REQUEST, path: "/ad_accounts/549755885175/reports", json: { level: "CAMPAIGN" } };

test("rows come as Pinterest sends them, with every digit of their ids", async () => {
  const text = '[{"CAMPAIGN_ID": 549755885175123457, "DATE": "2026-01-01", "SPEND_IN_DOLLAR": 1.5}]';
  await using client = await openClient(inTurn({ text }));
  const rows = await readAnalytics(client.pinterest, REQUEST);
  expect(JSON.stringify(rows)).toBe(text.replaceAll(/(?<=[:,]) /g, ""));
  expect(client.server.seen[0]?.url.search).toBe(
    "?columns=SPEND_IN_DOLLAR,CTR&campaign_ids=1&campaign_ids=2",
  );
});

test("breakdowns become flat rows", async () => {
  const metrics = { CAMPAIGN_ID: 1, DATE: "2026-01-01", SPEND_IN_DOLLAR: 2 };
  const json = { data: [{ targeting_type: "LOCATION", targeting_value: 500, metrics }] };
  await using client = await openClient(inTurn({ json }));
  expect(await readAnalytics(client.pinterest, REQUEST)).toEqual([
    { ...metrics, TARGETING_TYPE: "LOCATION", TARGETING_VALUE: 500 },
  ]);
});

test.each<[string, unknown]>([
  ["an object without rows", { items: [] }],
  ["rows that are no objects", [1]],
  ["no array", { data: {} }],
  ["a breakdown without metrics", { data: [{ targeting_type: "GENDER", targeting_value: "female" }] }],
])("%s is asked again, and fails if it stays", async (_name, json) => {
  await using client = await openClient(inTurn({ json }, { json: [] }));
  expect(await readAnalytics(client.pinterest, REQUEST)).toEqual([]);
  await using broken = await openClient(inTurn({ json }));
  await expect(readAnalytics(broken.pinterest, REQUEST)).rejects.toMatchObject({ code: "invalid_response" });
});

const TOO_OLD: Reply = {
  status: 400,
  json: { code: 400, message: "You can only get data from the last 90 days" },
};

test("a refusal of valid days is put to the test once, after a second", async () => {
  await using client = await openClient(inTurn(TOO_OLD, { json: [] }));
  expect(await readAnalytics(client.pinterest, REQUEST)).toEqual([]);
  expect(client.clock.sleeps).toEqual([1_000]);
  await using strict = await openClient(inTurn(TOO_OLD));
  await expect(readAnalytics(strict.pinterest, REQUEST)).rejects.toMatchObject({ code: "pinterest_error" });
  expect(strict.server.seen).toHaveLength(2);
});

test.each<[string, Reply]>([
  ["500", { status: 500, json: { code: 500, message: "oops" } }],
  ["a transient 400", { status: 400, json: { code: 12, message: "Something went wrong on our end" } }],
  ["a cost limit with 400", { status: 400, json: { code: 1, message: "Retry after 5 seconds" } }],
  ["a cost limit with 429", { status: 429, json: { code: 2726, message: "Retry after 5 seconds" } }],
  ["a broken connection", { fault: "reset" }],
])("after %s a POST is sent again with the same body", async (_name, fault) => {
  await using client = await openClient(inTurn(fault, { status: 201, json: { token: "T" } }));
  expect(await client.pinterest.post(CREATION)).toEqual({ token: "T" });
  expect(client.server.seen.map(({ method, body }) => `${method} ${body}`)).toEqual(
    Array(2).fill(`POST ${JSON.stringify(CREATION.json)}`),
  );
  expect(client.log()).not.toContain('CAMPAIGN"');
});

test("columns that a long refusal does not list are found, though errors show only its beginning", async () => {
  const valid = Array.from({ length: 600 }, (_, n) => `METRIC_${n}`);
  const message = `'FOO' is not one of [${valid.map((name) => `'${name}'`).join(", ")}]`;
  await using client = await openClient(inTurn({ status: 400, json: { code: 400, message } }));
  const error: unknown = await client.pinterest.post(CREATION).catch((thrown: unknown) => thrown);
  expect((error as Error).message.length).toBeLessThan(1_000);
  expect(findRefusedColumns(error, ["METRIC_599", "FOO", "METRIC_0", "BAR"])).toEqual(["FOO", "BAR"]);
});

test("whether a day is final is told apart for delivery and conversions", async () => {
  const json = { conversion_metrics_ready: false, non_conversion_metrics_ready: true };
  await using client = await openClient(inTurn({ json }));
  expect(await readMetricsReady(client.pinterest, "2026-01-31")).toEqual({
    deliveryFinal: true,
    conversionsFinal: false,
  });
  const [seen] = client.server.seen;
  expect(`${seen?.url.pathname}${seen?.url.search}`).toBe(
    "/v5/resources/metrics_ready_state?date=2026-01-31",
  );
});

test("an answer that says nothing about the day is no answer", async () => {
  await using client = await openClient(inTurn({ json: { conversion_metrics_ready: true } }));
  await expect(readMetricsReady(client.pinterest, "2026-01-31")).rejects.toMatchObject({
    code: "invalid_response",
  });
});
