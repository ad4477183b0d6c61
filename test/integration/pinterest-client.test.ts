import { expect, test } from "vitest";
import type { PinterestRequest, WaitNotice } from "../../src/pinterest/client.ts";
import { ACCESS_TOKEN, openClient } from "../support/pinterest-client.ts";
import { inTurn, type Reply } from "../support/scripted-server.ts";
import { waitUntil } from "../support/wait-until.ts";

const PAGE: Reply = { json: { items: [{ id: "1" }], bookmark: null } };
const CAMPAIGNS: PinterestRequest = {
  path: "/ad_accounts/549755885175/campaigns",
  query: { entity_statuses: ["ACTIVE", "PAUSED"] },
  category: "ads_read",
  oauthScopes: ["ads:read"],
};

async function listAll(client: Awaited<ReturnType<typeof openClient>>, request = {}): Promise<unknown[]> {
  const items: unknown[] = [];
  for await (const page of client.pinterest.list({ ...CAMPAIGNS, ...request })) items.push(...page.items);
  return items;
}

test("a request carries token, version and repeated parameters, and accepts compression", async () => {
  await using client = await openClient(inTurn(PAGE));
  expect(await listAll(client)).toEqual([{ id: "1" }]);
  const [seen] = client.server.seen;
  expect(seen?.url.pathname).toBe("/v5/ad_accounts/549755885175/campaigns");
  expect(seen?.url.search).toBe("?page_size=250&entity_statuses=ACTIVE&entity_statuses=PAUSED");
  expect(seen?.headers).toMatchObject({
    authorization: `Bearer ${ACCESS_TOKEN}`,
    "user-agent": "pinterest-ads-warehouse/1.2.3",
    "accept-encoding": expect.stringContaining("gzip"),
    connection: "keep-alive",
  });
});

test.each<[string, Reply]>([
  ["500", { status: 500, json: { code: 500, message: "oops" } }],
  ["HTML with 502", { status: 502, text: "<html></html>" }],
  ["a transient 400", { status: 400, json: { code: 12, message: "Something went wrong on our end" } }],
  ["a broken connection", { fault: "reset" }],
  ["a body that breaks off", { json: PAGE.json, fault: "cut" }],
  ["truncated JSON with 200", { text: '{"items":[{"id":"1"' }],
  ["HTML with 200", { text: "<html></html>" }],
  ["200 without items", { json: { message: "?" } }],
])("%s is asked again until it passes", async (_name, fault) => {
  await using client = await openClient(inTurn(fault, fault, PAGE));
  let calls = 0;
  const onCall = () => {
    calls += 1;
  };
  expect(await listAll(client, { onCall })).toEqual([{ id: "1" }]);
  expect(client.server.seen).toHaveLength(3);
  expect(calls).toBe(3);
});

test("an answer that does not come in time is asked again", async () => {
  const timeouts = { connect: 1_000, response: 100, request: 1_000 };
  await using client = await openClient(inTurn({ fault: "hang" }, PAGE), { timeouts });
  expect(await listAll(client)).toEqual([{ id: "1" }]);
});

test.each<[string, Reply, string]>([
  ["a server error", { status: 500, json: { code: 9, message: "oops" } }, "pinterest_error"],
  ["a broken connection", { fault: "reset" }, "pinterest_unreachable"],
  ["a body that is no page", { text: "<html>" }, "invalid_response"],
])("%s that stays fails after six tries with growing pauses", async (_name, reply, code) => {
  await using client = await openClient(inTurn(reply), { random: () => 0.5 });
  await expect(listAll(client)).rejects.toMatchObject({ code });
  expect(client.server.seen).toHaveLength(6);
  expect(client.clock.sleeps).toEqual([750, 1_500, 3_000, 6_000, 12_000]);
});

test("an error tells method, URL, status, code, message and request id, but not the token", async () => {
  const message = `no such campaign for ${ACCESS_TOKEN}`;
  await using client = await openClient(
    inTurn({ status: 404, headers: { "x-pinterest-rid": "4711" }, json: { code: 7000, message } }),
  );
  const error = await client.pinterest.get(CAMPAIGNS).catch((thrown: unknown) => thrown);
  const url = `${client.server.url}${CAMPAIGNS.path}?entity_statuses=ACTIVE&entity_statuses=PAUSED`;
  expect(error).toMatchObject({
    code: "pinterest_error",
    message: `GET ${url} answered 404, code 7000: no such campaign for [redacted] (x-pinterest-rid 4711)`,
    nextStep: expect.any(String),
    details: { method: "GET", url, status: 404, pinterest_code: 7000, rid: "4711", request_attempts: 1 },
  });
  expect(client.server.seen).toHaveLength(1);
});

test("every request is one debug line without token and body", async () => {
  await using client = await openClient(
    inTurn({ status: 500, json: { code: 5, message: "oops" }, headers: { "x-pinterest-rid": "r1" } }, PAGE),
  );
  await listAll(client);
  const lines = client
    .log()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines).toMatchObject([
    {
      msg: "pinterest request",
      method: "GET",
      path: CAMPAIGNS.path,
      status: 500,
      code: 5,
      rid: "r1",
      attempt: 1,
    },
    { msg: "pinterest request", status: 200, attempt: 2, category: "ads_read", query: { page_size: "250" } },
  ]);
  expect(client.log()).not.toContain("THE-ACCESS-TOKEN");
  expect(client.log()).not.toContain("items");
});

test("after 429 no request of the category is sent before the time that was asked for", async () => {
  const sentAt: number[] = [];
  await using client = await openClient((_seen, index) => {
    sentAt.push(client.clock.now() - start);
    return index === 0 ? { status: 429, headers: { "retry-after": "40" }, json: { code: 8 } } : PAGE;
  });
  const start = client.clock.now();
  const first = client.pinterest.get(CAMPAIGNS);
  await waitUntil("the limit is known", () => client.clock.sleeps.length > 0);
  await Promise.all([first, client.pinterest.get(CAMPAIGNS), client.pinterest.get(CAMPAIGNS)]);
  expect(sentAt[0]).toBe(0);
  for (const at of sentAt.slice(1)) expect(at).toBeGreaterThanOrEqual(40_000);
});

test("rate limits are waited out without counting as failures", async () => {
  const limited: Reply = { status: 429, json: { code: 8, message: "slow down" } };
  await using client = await openClient((_seen, index) => (index < 10 ? limited : PAGE));
  expect(await listAll(client)).toEqual([{ id: "1" }]);
  expect(client.clock.sleeps).toEqual([
    1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000, 60_000,
  ]);
});

test("rate limits that outlast the budget fail the request", async () => {
  await using client = await openClient(inTurn({ status: 429, headers: { "retry-after": "50" }, json: {} }), {
    rateLimitBudgetMs: 120_000,
  });
  await expect(listAll(client)).rejects.toMatchObject({ code: "rate_limit_budget_spent" });
  expect(client.clock.sleeps).toEqual([50_000, 50_000]);
});

test("an exhausted daily quota fails at once with the time of its reset, in its category alone", async () => {
  const headers = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "40000" };
  await using client = await openClient(inTurn({ ...PAGE, headers }));
  await client.pinterest.get(CAMPAIGNS);
  await expect(client.pinterest.get(CAMPAIGNS)).rejects.toMatchObject({
    code: "rate_limit_budget_spent",
    message: expect.stringContaining("2026-01-01T11:06:40"),
  });
  expect(client.server.seen).toHaveLength(1);
  await client.pinterest.get({ ...CAMPAIGNS, category: "catalogs_read" });
  expect(client.server.seen).toHaveLength(2);
});

test("a block for spam is never asked again", async () => {
  await using client = await openClient(
    inTurn({ status: 429, json: { code: 8, message: "blocked for spam" } }),
  );
  await expect(listAll(client)).rejects.toMatchObject({ code: "blocked_as_spam" });
  expect(client.server.seen).toHaveLength(1);
});

test("waits are announced with category, reason and end", async () => {
  const waits: WaitNotice[] = [];
  await using client = await openClient(
    inTurn({ status: 503 }, { status: 429, headers: { "retry-after": "3" } }, PAGE),
    {
      onWait: (wait) => waits.push(wait),
      random: () => 0.5,
    },
  );
  const start = client.clock.now();
  await listAll(client);
  expect(waits).toEqual([
    { category: "ads_read", reason: "backing_off", until: start + 750 },
    { category: "ads_read", reason: "rate_limited", until: start + 750 + 3_000 + 150 },
  ]);
});

test("a listing follows bookmarks through empty pages until there is none", async () => {
  await using client = await openClient(
    inTurn(
      { json: { items: [1], bookmark: "one" } },
      { json: { items: [], bookmark: "two" } },
      { json: { items: [2], bookmark: "" } },
    ),
  );
  expect(await listAll(client)).toEqual([1, 2]);
  expect(client.server.seen.map(({ url }) => url.searchParams.get("bookmark"))).toEqual([null, "one", "two"]);
});

test("a bookmark seen before fails the listing", async () => {
  await using client = await openClient(
    inTurn(
      { json: { items: [1], bookmark: "one" } },
      { json: { items: [2], bookmark: "two" } },
      { json: { items: [3], bookmark: "one" } },
    ),
  );
  await expect(listAll(client)).rejects.toMatchObject({
    code: "repeated_bookmark",
    message: expect.stringContaining("Pinterest returned the same bookmark twice"),
  });
  expect(client.server.seen).toHaveLength(3);
});

test("only the first page is read where the bookmark does not work", async () => {
  await using client = await openClient(inTurn({ json: { items: [1], bookmark: "again" } }));
  expect(await listAll(client, { firstPageOnly: true })).toEqual([1]);
  expect(client.server.seen).toHaveLength(1);
});

test("an answer that means nothing is there is an empty listing", async () => {
  await using client = await openClient(inTurn({ status: 409, json: { code: 4182, message: "no catalog" } }));
  const emptyAnswers = [{ status: 409, code: 4182 }];
  expect(await listAll(client, { emptyAnswers })).toEqual([]);
  expect(await client.pinterest.get({ ...CAMPAIGNS, emptyAnswers })).toBeUndefined();
});

test.each([
  ["the scope", { status: 401, json: { code: 3, message: "Token scope" } }, "ads:read"],
  ["the role", { status: 403, json: { code: 29, message: "Not permitted" } }, "Analyst"],
])("%s that is missing is named in the next step, and nothing is asked again", async (_name, reply, hint) => {
  await using client = await openClient(inTurn(reply));
  await expect(listAll(client)).rejects.toMatchObject({
    code: "permission_missing",
    nextStep: expect.stringContaining(hint),
  });
  expect(client.server.seen).toHaveLength(1);
});

test("a fixed access token that is refused says what to do", async () => {
  await using client = await openClient(
    inTurn({ status: 401, json: { code: 2, message: "Authentication failed." } }),
  );
  await expect(listAll(client)).rejects.toMatchObject({
    code: "token_refused",
    nextStep: expect.stringContaining("PINTEREST_REFRESH_TOKEN"),
  });
  expect(client.server.seen).toHaveLength(1);
});

test("aborting ends a request under way at once", async () => {
  await using client = await openClient(inTurn({ fault: "hang" }));
  const controller = new AbortController();
  const reading = listAll(client, { signal: controller.signal });
  const outcome = expect(reading).rejects.toMatchObject({ code: "interrupted" });
  await waitUntil("the request arrived", () => client.server.seen.length === 1);
  controller.abort();
  await outcome;
});

test("a redirect is not followed, because it would take the token elsewhere", async () => {
  await using client = await openClient(inTurn({ status: 302, headers: { location: "/v5/elsewhere" } }));
  await expect(listAll(client)).rejects.toMatchObject({ code: "pinterest_error" });
  expect(client.server.seen).toHaveLength(1);
});
