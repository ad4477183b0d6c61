import { describe, expect, test } from "vitest";
import { given, json, text } from "../../src/resources/column.ts";
import { defineResource, type ListResource, type Resource } from "../../src/resources/define.ts";
import { findResource, listResources, resourceNames, resources } from "../../src/resources/index.ts";
import { orderResources } from "../../src/resources/order.ts";
import { ENTITY_STATUSES } from "../../src/resources/statuses.ts";
import { findListing, RESOURCES } from "../../src/simulator/listings.ts";
import { listingOf } from "../support/truth.ts";

const SNAKE_CASE = /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/;
/** Postgres cuts identifiers after 63 bytes; `pinterest_ads_` is part of every table's name. */
const NAME_LENGTH_MAX = 63 - "pinterest_ads_".length;

const CATEGORIES = { entities: "ads_read", catalogs: "catalogs_read", analytics: "ads_analytics" };
const findList = (name: string) => listResources.find((resource) => resource.name === name);

test("resources come in the order of dependence", () => {
  expect(resourceNames).toEqual(resources.map(({ name }) => name));
  for (const [position, resource] of resources.entries())
    for (const before of listNeeded(resource)) expect(resourceNames.slice(0, position)).toContain(before);
});

/** Names of the resources whose rows or ids are needed to ask for this one. */
function listNeeded(resource: Resource): string[] {
  if (resource.kind === "analytics") return resource.entity?.resource ? [resource.entity.resource] : [];
  const { parent } = resource;
  return parent ? [parent.resource, parent.only?.resource ?? parent.resource] : [];
}

test.each([
  ...["ad_accounts", "campaigns", "ad_groups", "ads", "product_group_promotions"],
  ...["catalogs", "feeds", "feed_processing_results", "product_groups"],
  ...["ad_account_analytics", "campaign_analytics", "ad_group_analytics", "ad_analytics"],
  ...["product_group_analytics", "keyword_analytics"],
  ...["ad_account_targeting_analytics", "campaign_targeting_analytics"],
  ...["ad_group_targeting_analytics", "ad_targeting_analytics"],
])("%s are copied", (name) => expect(resourceNames).toContain(name));

test("the simulator serves every list, and nothing else", () => {
  expect(listResources.map(({ name }) => listingOf(name)).toSorted()).toEqual([...RESOURCES].toSorted());
});

test("a resource is found by its exact name only", () => {
  for (const resource of resources) expect(findResource(resource.name)).toBe(resource);
  expect(findResource("Ads")).toBeUndefined();
  expect(findResource("")).toBeUndefined();
});

describe.each(resources.map((resource) => [resource.name, resource] as const))("%s", (_, resource) => {
  test("is named in snake_case and fits a table name", () => {
    expect(resource.name).toMatch(SNAKE_CASE);
    expect(resource.name.length).toBeLessThanOrEqual(NAME_LENGTH_MAX);
    for (const column of resource.columns) expect(column.name).toMatch(SNAKE_CASE);
  });

  test("says what one row is", () => {
    expect(resource.description).toMatch(/One row per /);
    expect(resource.description).toMatch(/\.$/);
  });

  test.each(resource.columns.map((column) => [column.name, column] as const))(
    "%s has a comment of whole sentences",
    (name, column) => {
      expect(column.comment).toMatch(/^[A-Z0-9][^\n]*\.$/);
      expect(column.comment).not.toMatch(/\.\.|\s\s/);
      if (column.type === "timestamptz") expect(column.comment).toContain("UTC");
      if (column.type === "bigint" && /micro|spend_cap/.test(name))
        expect(column.comment).toContain("millionths");
    },
  );

  test("reads every field once, except those taken out of a nested one", () => {
    const whole = resource.columns
      .filter((column) => column.path.length === 1)
      .map((column) => column.path[0]);
    expect(new Set(whole).size).toBe(whole.length);
    for (const column of resource.columns.filter((candidate) => candidate.path.length > 1))
      expect(whole).toContain(column.path[0]);
  });

  test("joins to columns that exist", () => {
    for (const { comment } of resource.columns)
      for (const [, column, name] of comment.matchAll(/joins to (\w+) of (\w+)/g)) {
        const target = findResource(name ?? "");
        if (target) expect(target.columns.map((candidate) => candidate.name)).toContain(column);
      }
  });

  test("is asked with the scope and limit of its group", () => {
    const catalogs = resource.group === "catalogs";
    expect(resource.category).toBe(CATEGORIES[resource.group]);
    expect(resource.oauthScopes).toEqual([catalogs ? "catalogs:read" : "ads:read"]);
    expect(resource.scope === "owner").toBe(catalogs);
  });

  test("takes a missing catalog for an empty list where catalogs are asked, and nowhere else", () => {
    const answers = resource.kind === "list" ? (resource.emptyAnswers ?? []) : [];
    const noCatalog = { status: 409, code: 4182 };
    if (resource.group === "catalogs") expect(answers).toContainEqual(noCatalog);
    else expect(answers).toEqual([]);
  });
});

test.each(["campaigns", "ad_groups", "ads", "product_group_promotions"])(
  "%s are asked for in every status, archived ones included",
  (name) => {
    expect(findList(name)?.query).toEqual({ entity_statuses: ENTITY_STATUSES, order: "ASCENDING" });
    expect(ENTITY_STATUSES).toEqual(["ACTIVE", "PAUSED", "ARCHIVED", "DRAFT", "DELETED_DRAFT"]);
  },
);

test.each([
  ["campaigns", "campaign_ids"],
  ["ad_groups", "ad_group_ids"],
  ["ads", "ad_ids"],
  ["product_group_promotions", "product_group_promotion_ids"],
])("%s can be asked for by %s", (name, parameter) => {
  expect(findList(name)?.idFilter).toBe(parameter);
});

test("shared ad accounts are asked for", () => {
  expect(findList("ad_accounts")?.query).toEqual({ include_shared_accounts: "true" });
});

test("a feed's credentials are dropped and its location is masked", () => {
  const feeds = findResource("feeds");
  expect(feeds?.droppedFields).toEqual(["credentials"]);
  expect(feeds?.columns.filter((column) => column.masked).map((column) => column.name)).toEqual(["location"]);
});

test("only histories, as that of feed processing, are kept when they left the list", () => {
  const growing = listResources
    .filter((resource) => resource.listing === "first_page")
    .map(({ name }) => name);
  expect(growing).toContain("feed_processing_results");
  const histories = listResources.filter(({ name }) => findListing(listingOf(name)).history);
  expect(growing).toEqual(histories.map(({ name }) => name));
});

test("product group promotions are asked for ad groups of catalog-sales campaigns only", () => {
  expect(findList("product_group_promotions")?.parent).toEqual({
    resource: "ad_groups",
    column: "id",
    parameter: "ad_group_id",
    only: { resource: "campaigns", on: "campaign_id", column: "objective_type", values: ["CATALOG_SALES"] },
  });
});

const feed: ListResource = {
  kind: "list",
  name: "feeds",
  group: "catalogs",
  description: "One row per feed.",
  path: "/feeds",
  category: "catalogs_read",
  oauthScopes: ["catalogs:read"],
  scope: "owner",
  listing: "full",
  key: ["owner_user_id", "id"],
  columns: [given("owner_user_id", "Owner."), text("id", "Id."), json("rules", "Rules.")],
};
const result: ListResource = {
  ...feed,
  name: "results",
  path: "/feeds/{feed_id}/results",
  parent: { resource: "feeds", column: "id", parameter: "feed_id" },
  key: ["owner_user_id", "feed_id", "id"],
  columns: [given("owner_user_id", "Owner."), given("feed_id", "Feed."), text("id", "Id.")],
};
const parent = { resource: "feeds", column: "id", parameter: "feed_id" };
const only = { resource: "feeds", on: "id", column: "id", values: ["x"] };

describe("a resource that contradicts itself is refused", () => {
  test.each<[string, Resource, string]>([
    ["a column twice", { ...feed, columns: [...feed.columns, text("id", "Id.")] }, "id is declared twice"],
    ["an undeclared key", { ...feed, key: ["owner_user_id", "code"] }, "code is not declared"],
    ["an object as key", { ...feed, key: ["owner_user_id", "rules"] }, "rules must be text or date"],
    [
      "a key of another scope",
      { ...feed, key: ["id"], columns: [text("id", "Id.")] },
      "must start with owner",
    ],
    ["key columns further back", { ...feed, columns: feed.columns.toReversed() }, "must come first"],
    [
      "a dropped field declared",
      { ...feed, droppedFields: ["rules"] },
      "rules reads a field that is dropped",
    ],
    ["a path that nothing fills", { ...feed, path: "/{feed_id}" }, "nothing fills {feed_id}"],
    [
      "a given column that nothing fills",
      { ...feed, columns: [...feed.columns, given("feed_id", "Feed.")] },
      "nothing fills the given column feed_id",
    ],
    ["a parent that no column keeps", { ...feed, parent }, "no column keeps feed_id"],
  ])("%s", (_, resource, message) => {
    expect(() => defineResource(resource)).toThrow(message);
  });

  test("a dropped field is refused under another column name too", () => {
    const renamed = {
      ...feed,
      columns: [...feed.columns, text("login", "Login.", { from: ["auth", "user"] })],
    };
    expect(() => defineResource({ ...renamed, droppedFields: ["auth"] })).toThrow("login reads a field");
  });
});

describe("resources that do not fit together are refused", () => {
  test.each<[string, readonly Resource[], string]>([
    ["a name twice", [feed, feed], "feeds is declared twice"],
    ["one list asked twice", [feed, { ...feed, name: "more" }], "more: /feeds of owner is asked"],
    ["a parent that is missing", [result], "feeds must be declared before it"],
    ["a parent that comes later", [result, feed], "feeds must be declared before it"],
    [
      "a parent of another scope",
      [{ ...feed, scope: "ad_account" }, result],
      "feeds is asked per ad_account, not per owner",
    ],
    [
      "a parent's column that is missing",
      [feed, { ...result, parent: { ...parent, column: "code" } }],
      "feeds has no column code",
    ],
    [
      "a filter on a missing resource",
      [feed, { ...result, parent: { ...parent, only: { ...only, resource: "catalogs" } } }],
      "catalogs must be declared before it",
    ],
    [
      "a filter joined by a missing column",
      [feed, { ...result, parent: { ...parent, only: { ...only, on: "catalog_id" } } }],
      "feeds has no column catalog_id",
    ],
    [
      "a filter by a missing column",
      [feed, { ...result, parent: { ...parent, only: { ...only, column: "kind" } } }],
      "feeds has no column kind",
    ],
  ])("%s", (_, list, message) => {
    expect(() => orderResources(list)).toThrow(message);
  });

  test("parents before children are accepted in that order", () => {
    expect(orderResources([feed, result]).map((resource) => resource.name)).toEqual(["feeds", "results"]);
  });
});
