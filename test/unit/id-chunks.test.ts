import fc from "fast-check";
import { expect, test } from "vitest";
import { endpoint } from "../../src/pinterest/endpoint.ts";
import { chunkIds } from "../../src/pinterest/id-chunks.ts";

const BASE_URL = "https://api.pinterest.com/v5";
const PATH = "/ad_accounts/549755885175/ads/analytics";

test("chunks hold every id once and in order, and neither too many nor too long a URL", () => {
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^\d{6,18}$|^[a-zé ,&]{1,9}$/), { maxLength: 900 }),
      fc.integer({ min: 0, max: 7_900 }),
      fc.integer({ min: 1, max: 400 }),
      (ids, columns, maxIds) => {
        const query = { granularity: "DAY", columns: "C,".repeat(columns / 2).slice(0, 7_500) };
        const chunks = chunkIds({
          baseUrl: BASE_URL,
          path: PATH,
          query,
          idsParameter: "ad_ids",
          ids,
          maxIds,
        });
        expect(chunks.flat()).toEqual(ids);
        const lengths = chunks.map(
          (chunk) => endpoint(BASE_URL, PATH, { ...query, ad_ids: chunk }).href.length,
        );
        expect(Math.max(0, ...lengths)).toBeLessThan(8_000);
        expect(Math.max(0, ...chunks.map((chunk) => chunk.length))).toBeLessThanOrEqual(
          Math.min(250, maxIds),
        );
        expect(chunks.every((chunk) => chunk.length > 0)).toBe(true);
      },
    ),
    { numRuns: 50 },
  );
});

test("as many ids as fit go into one request", () => {
  const ids = Array.from({ length: 1_000 }, (_, n) => String(549755885175000 + n));
  const few = chunkIds({ path: PATH, query: {}, idsParameter: "ad_ids", ids });
  expect(few.map((chunk) => chunk.length)).toEqual([250, 250, 250, 250]);
  const query = { columns: "TOTAL_CHECKOUT,".repeat(300) };
  const [first = [], second = []] = chunkIds({ path: PATH, query, idsParameter: "ad_ids", ids });
  const larger = endpoint(BASE_URL, PATH, { ...query, ad_ids: [...first, ...second.slice(0, 1)] });
  expect(larger.href.length).toBeGreaterThanOrEqual(8_000);
});

test("columns that leave no room for an id are a matter of configuration", () => {
  const request = {
    path: PATH,
    query: { columns: "C".repeat(7_950) },
    idsParameter: "ad_ids",
    ids: ["1".repeat(18)],
  };
  expect(() => chunkIds(request)).toThrow(expect.objectContaining({ code: "configuration" }));
});
