import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { listCollections, RESOURCES } from "../../src/simulator/listings.ts";
import { POISON_KINDS } from "../../src/simulator/poison.ts";
import { type Simulator, startSimulator } from "../../src/simulator/simulator.ts";
import { ask, askAll, EVERY_STATUS, first, idsOf, refresh } from "./simulator-client.ts";

let simulator: Simulator;
let ads: string;

beforeEach(async () => {
  simulator = await startSimulator();
  ads = `/ad_accounts/${first(simulator.world.accounts).id}/ads?${EVERY_STATUS}&page_size=50`;
});

afterEach(async () => {
  await simulator.close();
});

describe("answers that are spoilt", () => {
  test.each([
    ["rate_limited", 429, "application/json"],
    ["internal_error", 500, "application/json"],
    ["unavailable", 503, "text/html; charset=utf-8"],
    ["html", 200, "text/html; charset=utf-8"],
    ["missing_items", 200, "application/json"],
    ["cut_json", 200, "application/json"],
  ] as const)("%s strikes as often as told, then the answer is good", async (kind, status, type) => {
    simulator.faults = [{ kind, count: 2, path: "/ads" }];
    expect((await ask(simulator, "/ad_accounts")).body.items).toHaveLength(2);
    for (let nth = 0; nth < 2; nth++) {
      const answer = await ask(simulator, ads);
      expect([answer.status, answer.headers.get("content-type")]).toEqual([status, type]);
      expect(answer.body.items ?? []).toEqual([]);
      expect(simulator.requests.at(-1)?.fault).toBe(kind);
    }
    expect((await ask(simulator, ads)).body.items).toHaveLength(50);
  });

  test.each(["connection_reset", "truncated_body"] as const)("%s breaks the connection", async (kind) => {
    simulator.faults = [{ kind, count: 1 }];
    await expect(ask(simulator, ads)).rejects.toThrow();
    expect((await ask(simulator, ads)).body.items).toHaveLength(50);
  });

  test("hang never answers", async () => {
    simulator.faults = [{ kind: "hang" }];
    const abort = new AbortController();
    const asked = ask(simulator, ads, { signal: abort.signal });
    const refused = expect(asked).rejects.toThrow("aborted");
    await expect.poll(() => simulator.requests.at(-1)?.fault, { timeout: 5_000 }).toBe("hang");
    expect(simulator.requests.at(-1)?.status).toBeNull();
    abort.abort();
    await refused;
  });

  test("closing cuts requests that hang", async () => {
    simulator.faults = [{ kind: "hang" }];
    const refused = expect(ask(simulator, ads)).rejects.toThrow();
    await expect.poll(() => simulator.requests.length, { timeout: 5_000 }).toBe(1);
    await simulator.close();
    await refused;
  });

  test.each([
    [undefined, "1"],
    [0.25, "0.25"],
    [null, null],
  ])("a Retry-After of %s is sent as %s", async (retryAfterSeconds, header) => {
    simulator.faults = [
      { kind: "rate_limited", ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) },
    ];
    expect((await ask(simulator, ads)).headers.get("retry-after")).toBe(header);
  });

  test("a revoked token fails until it is refreshed", async () => {
    simulator.faults = [{ kind: "token_revoked", count: 1, skip: 1 }];
    const statuses = [];
    for (let nth = 0; nth < 3; nth++) statuses.push((await ask(simulator, ads)).status);
    expect(statuses).toEqual([200, 401, 401]);
    const { body } = await refresh(simulator, simulator.refreshToken);
    expect((await ask(simulator, ads, { token: body["access_token"] ?? null })).status).toBe(200);
  });

  test("the OAuth endpoint is struck only when named, and keeps the refresh token valid", async () => {
    simulator.faults = [{ kind: "internal_error" }];
    expect((await refresh(simulator, simulator.refreshToken)).status).toBe(200);
    await simulator.close();
    simulator = await startSimulator({
      faults: [{ kind: "internal_error", count: 1, path: "/oauth/token" }],
    });
    expect((await refresh(simulator, simulator.refreshToken)).status).toBe(500);
    expect((await refresh(simulator, simulator.refreshToken)).status).toBe(200);
  });
});

describe("pages that are spoilt", () => {
  test("repeated_bookmark names the bookmark it was asked with", async () => {
    simulator.faults = [{ kind: "repeated_bookmark" }];
    const { bookmark } = (await ask(simulator, ads)).body;
    expect((await ask(simulator, `${ads}&bookmark=${bookmark}`)).body.bookmark).toBe(bookmark);
  });

  test("empty_page brings nothing and leads on", async () => {
    simulator.faults = [{ kind: "empty_page", count: 2 }];
    const { body } = await ask(simulator, ads);
    expect(body.items).toEqual([]);
    expect(body.bookmark).not.toBeNull();
    expect(idsOf(await askAll(simulator, ads))).toEqual(idsOf(first(simulator.world.accounts).ads));
  });

  test.each(POISON_KINDS)(
    "poison %s comes on top of the page, which is otherwise complete",
    async (poison) => {
      const good = await ask(simulator, ads);
      simulator.faults = [{ kind: "poisoned_record", poison }];
      const { text } = await ask(simulator, ads);
      const item = first(simulator.poisoned);
      expect(item).toMatchObject({ kind: poison, resource: "ads" });
      expect(text).toBe(good.text.replace('{"items":[', `{"items":[${item.text},`));
      expect(item.id !== null && text.includes(item.id)).toBe(item.id !== null);
    },
  );

  test("the same page is poisoned in the same way again", async () => {
    simulator.faults = [{ kind: "poisoned_record" }];
    const one = await ask(simulator, ads);
    expect((await ask(simulator, ads)).text).toBe(one.text);
  });

  test.each(RESOURCES)("poison changes a documented field of %s", async (resource) => {
    const [account] = simulator.world.accounts;
    const [owner] = simulator.world.owners;
    const paths: Record<string, string> = {
      ad_accounts: "/ad_accounts",
      product_group_promotions: `/ad_accounts/${account?.id}/product_group_promotions?ad_group_id=${account?.adGroups[0]?.id}`,
      catalogs: "/catalogs",
      processing_results: `/catalogs/feeds/${owner?.feeds[0]?.id}/processing_results`,
    };
    simulator.faults = [{ kind: "poisoned_record", poison: "wrong_type" }];
    const [place] = listCollections(simulator.world, resource);
    const usual = place?.ownerUserId ? `/catalogs/${resource}` : `/ad_accounts/${account?.id}/${resource}`;
    const { body } = await ask(simulator, paths[resource] ?? usual);
    const poisoned = first(body.items);
    const model = body.items.at(-1) ?? { id: "" };
    const changed = Object.keys(model).filter((field) => poisoned[field] !== model[field] && field !== "id");
    expect(changed.filter((field) => typeof model[field] !== "object")).toHaveLength(1);
    expect(first(simulator.poisoned).resource).toBe(resource);
  });
});

describe("rates", () => {
  test("two runs over the same requests are struck in the same places", async () => {
    const again = await startSimulator();
    const plan = [{ kind: "internal_error", rate: 0.5 }] as const;
    simulator.faults = plan;
    again.faults = plan;
    for (let nth = 0; nth < 20; nth++) {
      await ask(simulator, ads);
      await ask(again, ads);
    }
    const struck = simulator.requests.map(({ fault }) => fault);
    expect(again.requests.map(({ fault }) => fault)).toEqual(struck);
    expect(new Set(struck)).toEqual(new Set(["internal_error", null]));
    await again.close();
  });

  test("however many rules there are, the third try of a request is good", async () => {
    simulator.faults = (["internal_error", "unavailable", "html", "cut_json", "rate_limited"] as const).map(
      (kind) => ({ kind, rate: 0.9 }),
    );
    const tries = [];
    for (let nth = 0; nth < 3; nth++) tries.push((await ask(simulator, ads)).body.items ?? []);
    expect(tries.at(-1)).toHaveLength(50);
  });
});

test("a client that tries again and refreshes its token reads the whole truth through every fault", async () => {
  simulator.faults = (
    [
      "rate_limited",
      "internal_error",
      "unavailable",
      "connection_reset",
      "truncated_body",
      "cut_json",
      "html",
      "missing_items",
      "token_revoked",
      "empty_page",
    ] as const
  ).map((kind) => ({ kind, rate: 0.1 }));
  const { campaigns, adGroups, ads: truth, id } = first(simulator.world.accounts);
  for (const [resource, records] of Object.entries({ campaigns, ad_groups: adGroups, ads: truth })) {
    const read = await readPatiently(`/ad_accounts/${id}/${resource}?${EVERY_STATUS}&page_size=5`);
    expect(read).toEqual(records);
  }
  const struck = new Set(simulator.requests.map(({ fault }) => fault));
  expect(struck.size).toBe(11);
});

async function readPatiently(path: string) {
  const items = [];
  let refreshToken = simulator.refreshToken;
  let token = simulator.accessToken;
  let bookmark: string | null = "";
  while (bookmark !== null) {
    const next: string = bookmark === "" ? path : `${path}&bookmark=${encodeURIComponent(bookmark)}`;
    for (let tries = 0; ; tries++) {
      expect(tries).toBeLessThan(6);
      const [answer] = await Promise.allSettled([ask(simulator, next, { token })]);
      if (answer.status === "rejected") continue;
      if (answer.value.status === 401) {
        const unused = simulator.refreshTokensUsed.at(-1)?.token === refreshToken;
        expect(unused).toBe(false);
        const { body } = await refresh(simulator, refreshToken);
        refreshToken = body["refresh_token"] ?? "";
        token = body["access_token"] ?? "";
      }
      const page = answer.value.body;
      if (answer.value.status !== 200 || page.items === undefined || page.message !== undefined) continue;
      if (!answer.value.text.endsWith("}")) continue;
      items.push(...page.items);
      bookmark = page.bookmark;
      break;
    }
  }
  return items;
}
