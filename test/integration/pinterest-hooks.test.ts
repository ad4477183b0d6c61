import { expect, test } from "vitest";
import type { Tokens } from "../../src/pinterest/tokens.ts";
import { openClient } from "../support/pinterest-client.ts";
import { inTurn } from "../support/scripted-server.ts";

const CAMPAIGNS = { path: "/ad_accounts/1/campaigns", category: "ads_read" } as const;
const REFUSED = { code: 2, message: "Authentication failed." };

test("every request sent, every wait and the quota are told with their category", async () => {
  const told: unknown[][] = [];
  await using client = await openClient(
    inTurn(
      { status: 503 },
      { status: 429, headers: { "retry-after": "3" } },
      { headers: { "x-ratelimit-remaining": "7", "x-ratelimit-reset": "60" } },
      { headers: { "x-ratelimit-remaining": "8", "x-ratelimit-reset": "60" } },
    ),
    {
      random: () => 0.5,
      onCall: (...facts) => told.push(["call", ...facts]),
      onWaited: (...facts) => told.push(["waited", ...facts]),
      onQuota: (...facts) => told.push(["quota", ...facts]),
    },
  );
  await client.pinterest.get(CAMPAIGNS);
  const resetAt = client.clock.now() + 60_000;
  await client.pinterest.get(CAMPAIGNS);
  expect(told).toEqual([
    ["call", "ads_read"],
    ["waited", "ads_read", "backing_off", 750],
    ["call", "ads_read"],
    ["waited", "ads_read", "rate_limited", 3150],
    ["call", "ads_read"],
    ["quota", "ads_read", { remaining: 7, resetAt }],
    ["call", "ads_read"],
    // An answer that was counted earlier and comes later does not fill the quota up.
    ["quota", "ads_read", { remaining: 7, resetAt }],
  ]);
});

test("the question whether a token is accepted at all is told as what it is", async () => {
  const calls: string[] = [];
  let generation = 0;
  const current = async () => ({ token: `pina_${generation}`, generation });
  const tokens: Tokens = {
    access: current,
    renew: () => {
      generation += 1;
      return current();
    },
    keepAlive: async () => undefined,
    close: async () => undefined,
  };
  await using client = await openClient(
    ({ url }) =>
      url.pathname.endsWith("/ad_accounts") ? { json: { items: [] } } : { status: 401, json: REFUSED },
    { tokens, onCall: (category) => calls.push(category) },
  );
  await expect(client.pinterest.get({ ...CAMPAIGNS, category: "catalogs_read" })).rejects.toThrow();
  const probes = client.server.seen.filter(({ url }) => url.pathname.endsWith("/ad_accounts"));
  expect(probes.length).toBeGreaterThan(0);
  expect(calls.filter((category) => category === "ads_read")).toHaveLength(probes.length);
  expect(calls).toHaveLength(client.server.seen.length);
});
