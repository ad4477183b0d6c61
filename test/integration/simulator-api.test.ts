import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Simulator, startSimulator } from "../../src/simulator/simulator.ts";
import { ask, askAll, EVERY_STATUS, first, idsOf } from "./simulator-client.ts";

let simulator: Simulator;
let account: string;

beforeAll(async () => {
  simulator = await startSimulator();
  account = first(simulator.world.accounts).id;
});

afterAll(async () => {
  await simulator.close();
});

const ads = (query: string) => `/ad_accounts/${account}/ads?${query}`;
const world = () => first(simulator.world.accounts);
const owner = () => first(simulator.world.owners);

describe("listings", () => {
  test.each(["campaigns", "ad_groups", "ads"] as const)(
    "%s: following bookmarks brings every record once",
    async (resource) => {
      const records = { campaigns: world().campaigns, ad_groups: world().adGroups, ads: world().ads }[
        resource
      ];
      const path = `/ad_accounts/${account}/${resource}?page_size=7&${EVERY_STATUS}`;
      expect(await askAll(simulator, path)).toEqual(records);
    },
  );

  test.each([
    ["/catalogs", () => owner().catalogs],
    ["/catalogs/feeds", () => owner().feeds],
    ["/catalogs/product_groups", () => owner().leaves.get("product_groups")?.records],
  ])("%s: following bookmarks brings every record once", async (path, records) => {
    expect(await askAll(simulator, `${path}?page_size=2`)).toEqual(records());
  });

  test("archived and draft entities are hidden unless asked for", async () => {
    const shown = await askAll(simulator, ads("page_size=250"));
    expect(new Set(shown.map(({ status }) => status))).toEqual(new Set(["ACTIVE", "PAUSED"]));
  });

  test("repeated and comma-joined statuses mean the same", async () => {
    const repeated = await ask(
      simulator,
      ads("page_size=250&entity_statuses=ARCHIVED&entity_statuses=DRAFT"),
    );
    const joined = await ask(simulator, ads("page_size=250&entity_statuses=ARCHIVED,DRAFT"));
    expect(joined.body.items).toEqual(repeated.body.items);
    expect(joined.body.items.length).toBeGreaterThan(0);
  });

  test("a page holds 25 items unless told otherwise", async () => {
    expect((await ask(simulator, ads(""))).body.items).toHaveLength(25);
  });

  test("order sorts by id", async () => {
    const ascending = idsOf(await askAll(simulator, ads(`order=ASCENDING&${EVERY_STATUS}&page_size=50`)));
    const descending = idsOf(await askAll(simulator, ads(`order=DESCENDING&${EVERY_STATUS}&page_size=50`)));
    expect(descending).toEqual(ascending.toReversed());
  });

  test("an id filter brings what it names and nothing else", async () => {
    const wanted = idsOf(world().ads).slice(3, 5);
    const { body } = await ask(simulator, ads(`ad_ids=${wanted.join("&ad_ids=")}&${EVERY_STATUS}`));
    expect(idsOf(body.items)).toEqual(wanted);
  });

  test("product group promotions exist below catalog-sales campaigns alone", async () => {
    for (const campaign of world().campaigns) {
      const group = first(world().adGroups.filter(({ campaign_id }) => campaign_id === campaign.id));
      const { body } = await ask(
        simulator,
        `/ad_accounts/${account}/product_group_promotions?ad_group_id=${group.id}&${EVERY_STATUS}`,
      );
      expect(body.items.length > 0).toBe(campaign["objective_type"] === "CATALOG_SALES");
    }
  });

  test("processing results: a bookmark leads to the first page again", async () => {
    const path = `/catalogs/feeds/${first(owner().feeds).id}/processing_results?page_size=2`;
    const one = await ask(simulator, path);
    const two = await ask(simulator, `${path}&bookmark=${one.body.bookmark}`);
    expect(one.body.bookmark).not.toBeNull();
    expect(two.body).toEqual(one.body);
  });

  test("ids are neighbours that JavaScript numbers cannot tell apart", () => {
    const [one, two] = idsOf(world().ads);
    expect(one).not.toBe(two);
    expect(Number(one)).toBe(Number(two));
  });

  test("catalogs belong to the owner of the ad account that is acted through", async () => {
    const [, second] = simulator.world.accounts;
    const { body } = await ask(simulator, `/catalogs?ad_account_id=${second?.id}`);
    expect(body.items).toEqual(simulator.world.owners[1]?.catalogs);
  });

  test("an entity that vanishes between two pages neither hides nor repeats the others", async () => {
    const separate = await startSimulator();
    const { id, ads: records } = first(separate.world.accounts);
    const path = `/ad_accounts/${id}/ads?${EVERY_STATUS}&page_size=100`;
    const one = await ask(separate, path);
    const before = idsOf(records);
    records.splice(10, 1);
    const two = await ask(separate, `${path}&bookmark=${one.body.bookmark}`);
    expect([...idsOf(one.body.items), ...idsOf(two.body.items)]).toEqual(before);
    await separate.close();
  });
});

describe("refusals", () => {
  test.each([
    ["page_size 0", () => ads("page_size=0"), 400, 400],
    ["page_size 251", () => ads("page_size=251"), 400, 400],
    ["page_size that is no number", () => "/catalogs?page_size=3e", 400, 1],
    ["a made-up bookmark", () => ads("bookmark=abc"), 400, 400],
    ["an empty bookmark", () => ads("bookmark="), 400, 400],
    ["an unknown status", () => ads("entity_statuses=ACTIVE,GONE"), 400, 400],
    ["an unknown order", () => ads("order=UP"), 400, 400],
    ["an unknown flag value", () => "/ad_accounts?include_shared_accounts=maybe", 400, 400],
    ["two id filters", () => ads("ad_ids=1&campaign_ids=2"), 400, 400],
    ["251 ids", () => ads(`ad_ids=${Array.from({ length: 251 }, (_, id) => id).join(",")}`), 400, 400],
    ["an id with letters", () => ads("ad_ids=12a"), 400, 400],
    ["promotions of nothing", () => `/ad_accounts/${account}/product_group_promotions`, 400, 400],
    ["an unknown ad account", () => "/ad_accounts/123/ads", 404, 2],
    ["an ad account that is no id", () => "/ad_accounts/me/ads", 400, 400],
    ["catalogs of an unknown ad account", () => "/catalogs?ad_account_id=123", 404, 2],
    ["an unknown feed", () => "/catalogs/feeds/123/processing_results", 404, 4161],
    ["groups of an unknown feed", () => "/catalogs/product_groups?feed_id=123", 404, 4161],
    ["feeds of an unknown catalog", () => "/catalogs/feeds?catalog_id=123", 404, 678],
    ["an unknown endpoint", () => "/pins", 404, 404],
  ])("%s", async (_, path, status, code) => {
    const answer = await ask(simulator, path());
    expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code });
    expect(answer.body.message).not.toBe("");
  });

  test("a bookmark of another listing", async () => {
    const { body } = await ask(simulator, ads("page_size=5"));
    const answer = await ask(simulator, ads(`page_size=5&bookmark=${body.bookmark}&order=ASCENDING`));
    expect(answer.status).toBe(400);
  });

  test.each([
    ["ads", (id: string) => `/ad_accounts/${id}/ads`, 403, 29],
    ["catalogs", (id: string) => `/catalogs?ad_account_id=${id}`, 401, 29],
    ["withdrawn", (id: string) => `/catalogs?ad_account_id=${id}`, 403, 29],
    ["suspended", (id: string) => `/ad_accounts/${id}/ads`, 403, 2625],
    ["suspended", (id: string) => `/catalogs?ad_account_id=${id}`, 403, 2625],
    ["hidden", (id: string) => `/ad_accounts/${id}/ads`, 404, 2],
  ] as const)("an ad account denied in the way of '%s'", async (denial, path, status, code) => {
    simulator.denyAccount(account, denial);
    const answer = await ask(simulator, path(account));
    expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code });
    const listed = await ask(simulator, "/ad_accounts");
    expect(idsOf(listed.body.items).includes(account)).toBe(denial !== "hidden");
    simulator.allowAccount(account);
    expect((await ask(simulator, path(account))).status).toBe(200);
  });

  test("a user without a catalog", async () => {
    const separate = await startSimulator({ ownersWithoutCatalog: 2 });
    const answers = await Promise.all(
      ["/catalogs", "/catalogs/feeds", "/catalogs/product_groups"].map((path) => ask(separate, path)),
    );
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
      [200, undefined],
      [404, 650],
      [409, 4182],
    ]);
    await separate.close();
  });
});

test("a shared owner has one set of catalogs for all its ad accounts", async () => {
  const separate = await startSimulator({ accounts: 3, sharedOwner: true });
  const lists = await Promise.all(
    separate.world.accounts.map(({ id }) => ask(separate, `/catalogs?ad_account_id=${id}`)),
  );
  expect(separate.world.owners).toHaveLength(1);
  expect(new Set(lists.map(({ text }) => text)).size).toBe(1);
  await separate.close();
});

test("a page is compressed for a client that accepts gzip", async () => {
  const { headers } = await ask(simulator, ads("page_size=25"));
  expect(headers.get("content-encoding")).toBe("gzip");
});

test("what was asked is recorded without the token", async () => {
  const before = simulator.requests.length;
  await ask(simulator, ads("entity_statuses=ACTIVE&entity_statuses=PAUSED&colour=red"));
  const recorded = simulator.requests[before];
  expect(recorded).toMatchObject({
    method: "GET",
    path: `/ad_accounts/${account}/ads`,
    query: { entity_statuses: ["ACTIVE", "PAUSED"], colour: ["red"] },
    undocumented: ["colour"],
    tokenGeneration: 0,
    status: 200,
    fault: null,
  });
  expect(JSON.stringify(recorded)).not.toContain(simulator.accessToken);
});

test("only the latest requests are kept", async () => {
  const separate = await startSimulator({ requestsKept: 5 });
  for (let nth = 0; nth < 1_010; nth++) await ask(separate, "/user_account");
  expect(separate.requests.length).toBeLessThanOrEqual(1_005);
  expect(separate.requests.at(-1)?.number).toBe(1_010);
  await separate.close();
});

test("a port in use is a configuration error", async () => {
  const port = Number(new URL(simulator.url).port);
  await expect(startSimulator({ port })).rejects.toMatchObject({ code: "configuration" });
});
