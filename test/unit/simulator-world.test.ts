import { expect, test } from "vitest";
import { listEntries, RESOURCES } from "../../src/simulator/listings.ts";
import { advanceWorld } from "../../src/simulator/world/advance.ts";
import { buildWorld } from "../../src/simulator/world/build.ts";
import type { Move } from "../../src/simulator/world/move.ts";
import { DEFAULT_SIZE } from "../../src/simulator/world/size.ts";
import type { World } from "../../src/simulator/world/world.ts";

const build = (seed = 1) => buildWorld(seed, DEFAULT_SIZE);

const keysOf = (world: World, resource: string) =>
  listEntries(world, resource).map(({ record }) => record.id);

test("the same seed makes the same world, and the same future", () => {
  const [one, two] = [build(), build()];
  expect(advanceWorld(one)).toEqual(advanceWorld(two));
  expect(one).toEqual(two);
});

test("another seed makes another world", () => {
  expect(build(2).accounts[0]?.ads).not.toEqual(build(1).accounts[0]?.ads);
});

test.each(RESOURCES)("%s: ids are unique, 18 digits and stay so over time", (resource) => {
  const world = build();
  for (let day = 0; day < 6; day++) {
    const ids = keysOf(world, resource);
    expect(ids.length).toBeGreaterThan(0);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !/^[1-9]\d{17}$/.test(id))).toEqual([]);
    advanceWorld(world);
  }
});

test.each(["campaigns", "ad_groups", "ads", "product_group_promotions"] as const)(
  "%s: every status occurs",
  (resource) => {
    const statuses = listEntries(build(), resource).map(({ record }) => record["status"]);
    expect(new Set(statuses)).toEqual(new Set(["ACTIVE", "PAUSED", "ARCHIVED", "DRAFT", "DELETED_DRAFT"]));
  },
);

test("over some days every kind of move happens to ads", () => {
  const world = build();
  const moves: Move[] = [];
  for (let day = 0; day < 4; day++) moves.push(...advanceWorld(world));
  const kinds = moves.filter(({ resource }) => resource === "ads").map(({ what }) => what);
  expect(new Set(kinds)).toEqual(new Set(["changed", "archived", "vanished", "appeared", "returned"]));
});

test("what vanished is gone with everything below it, and what returns is what it was", () => {
  const world = build();
  const moves = advanceWorld(world);
  const gone = new Set(moves.filter(({ what }) => what === "vanished").map(({ id }) => id));
  for (const { record } of [
    ...listEntries(world, "ads"),
    ...listEntries(world, "product_group_promotions"),
  ]) {
    expect(gone.has(String(record["campaign_id"])) || gone.has(String(record["ad_group_id"]))).toBe(false);
  }
  advanceWorld(world);
  const returned = advanceWorld(world).filter(({ what }) => what === "returned");
  expect(returned.length).toBeGreaterThan(0);
  expect(returned.filter(({ id }) => !gone.has(id))).toEqual([]);
});

test("at any time every product group promotion hangs on an ad group that exists", () => {
  const world = build();
  for (let day = 0; day < 8; day++) {
    advanceWorld(world);
    const groups = new Set(keysOf(world, "ad_groups"));
    const orphans = listEntries(world, "product_group_promotions").filter(
      ({ record }) => !groups.has(String(record["ad_group_id"])),
    );
    expect(orphans).toEqual([]);
  }
});

test("a day brings each feed one more processing result", () => {
  const world = build();
  const before = listEntries(world, "processing_results").length;
  advanceWorld(world);
  const after = listEntries(world, "processing_results");
  expect(after.length - before).toBe(listEntries(world, "feeds").length);
  expect(after.every(({ feedId, ownerUserId }) => feedId !== null && ownerUserId !== null)).toBe(true);
});

test("each catalog vertical has its own fields", () => {
  const feeds = listEntries(build(), "feeds").map(({ record }) => record);
  const fieldsOf = (type: string) =>
    new Set(Object.keys(feeds.find((feed) => feed["catalog_type"] === type) ?? {}));
  expect(fieldsOf("RETAIL").has("catalog_id")).toBe(false);
  expect(fieldsOf("HOTEL").has("default_country")).toBe(false);
  expect(fieldsOf("CREATIVE_ASSETS").has("default_availability")).toBe(false);
});
