import fc from "fast-check";
import { expect, test } from "vitest";
import { watchKeyOrder } from "../../src/warehouse/key-order.ts";

function isStrict(keys: readonly (readonly string[])[]): boolean {
  const order = watchKeyOrder();
  for (const key of keys) order.see(key);
  return order.isStrict();
}

test.each<[string, string[][], boolean]>([
  ["none", [], true],
  ["one", [["a", "1"]], true],
  ["ascending", [["1"], ["2"], ["10"]], true],
  ["descending", [["10"], ["9"], ["1"]], true],
  ["a repeated neighbour", [["1"], ["2"], ["2"]], false],
  ["a repeated one further on", [["1"], ["2"], ["1"]], false],
  ["up and down", [["1"], ["3"], ["2"]], false],
  [
    "ordered by the second part",
    [
      ["a", "1"],
      ["a", "2"],
      ["b", "1"],
    ],
    true,
  ],
  [
    "equal in the first part only",
    [
      ["a", "2"],
      ["a", "1"],
      ["b", "1"],
    ],
    false,
  ],
])("%s: %o", (_, keys, strict) => {
  expect(isStrict(keys)).toBe(strict);
});

test("keys called strictly ordered hold no duplicate", () => {
  const key = fc.tuple(fc.constantFrom("", "a", "b", "aa"), fc.string({ maxLength: 2 }));
  fc.assert(
    fc.property(fc.array(key, { maxLength: 6 }), (keys) => {
      const distinct = new Set(keys.map((parts) => JSON.stringify(parts))).size;
      if (isStrict(keys)) expect(distinct).toBe(keys.length);
    }),
    { numRuns: 1000 },
  );
});

test("ids sorted as numbers are strictly ordered, whichever way", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.bigInt({ min: 0n, max: 10n ** 20n })), (ids) => {
      const sorted = ids.toSorted((a, b) => (a < b ? -1 : 1)).map((id) => ["1", id.toString()]);
      expect([isStrict(sorted), isStrict(sorted.toReversed())]).toEqual([true, true]);
    }),
  );
});

test("parts in another order make rows that come by entity and then by day strict", () => {
  const keys = [
    ["1", "2024-01-01", "7"],
    ["1", "2024-01-02", "7"],
    ["1", "2024-01-01", "8"],
  ];
  const byEntity = watchKeyOrder([0, 2, 1]);
  for (const key of keys) byEntity.see(key);
  expect([isStrict(keys), byEntity.isStrict()]).toEqual([false, true]);
  byEntity.see(["1", "2024-01-01", "8"]);
  expect(byEntity.isStrict()).toBe(false);
});
