import { expect, test } from "vitest";
import {
  day,
  decimal,
  flag,
  given,
  integer,
  json,
  micro,
  ratio,
  text,
  time,
} from "../../src/resources/column.ts";
import { defineResource } from "../../src/resources/define.ts";
import { resources } from "../../src/resources/index.ts";
import {
  addColumnStatement,
  commentColumnStatement,
  commentTableStatement,
  createTableStatement,
  defineTable,
} from "../../src/warehouse/ddl.ts";
import { quoteIdentifier, quoteLiteral } from "../../src/warehouse/names.ts";

const resource = defineResource({
  kind: "list",
  name: "things",
  group: "entities",
  description: "Things of an ad account's owner. One row per thing.",
  path: "/ad_accounts/{ad_account_id}/things",
  category: "ads_read",
  oauthScopes: ["ads:read"],
  scope: "ad_account",
  listing: "full",
  key: ["ad_account_id", "day"],
  columns: [
    given("ad_account_id", "Ad account."),
    day("day", "Day."),
    text("name", "Name."),
    integer("count", "Count."),
    micro("spend", "Spend."),
    decimal("price", "Price."),
    ratio("rate", "Rate."),
    flag("on", "On."),
    time("at", "At."),
    json("more", "More."),
  ],
});

test("a table follows from its resource: types, key, metadata", () => {
  const table = defineTable(resource);
  expect(table.name).toBe("pinterest_ads_things");
  expect(table.key).toEqual(["ad_account_id", "day"]);
  expect(table.columns.map(({ name, type, notNull }) => [name, type, notNull])).toEqual([
    ["ad_account_id", "text", true],
    ["day", "date", true],
    ["name", "text", false],
    ["count", "bigint", false],
    ["spend", "bigint", false],
    ["price", "numeric", false],
    ["rate", "double precision", false],
    ["on", "boolean", false],
    ["at", "timestamp with time zone", false],
    ["more", "jsonb", false],
    ["_run_id", "uuid", false],
    ["_synced_at", "timestamp with time zone", false],
    ["_extra", "jsonb", false],
    ["_deleted_at", "timestamp with time zone", false],
  ]);
});

test("a history that only grows has no mark of deletion", () => {
  const columns = defineTable({ ...resource, listing: "first_page" }).columns.map(({ name }) => name);
  expect(columns).toContain("_extra");
  expect(columns).not.toContain("_deleted_at");
});

test.each(resources.map((one) => [one.name, one] as const))("every column of %s has a comment", (_, one) => {
  const table = defineTable(one);
  expect([table.comment, ...table.columns.map(({ comment }) => comment)]).not.toContain("");
});

test("statements quote every name and literal", () => {
  const table = {
    ...defineTable(resource),
    name: 'odd "table"',
    columns: defineTable(resource).columns.slice(0, 3),
  };
  const [, , name] = table.columns;
  if (!name) throw new Error("no column");
  expect(createTableStatement("ads data", table)).toBe(
    [
      'create table "ads data"."odd ""table""" (',
      '  "ad_account_id" text not null,',
      '  "day" date not null,',
      '  "name" text,',
      '  primary key ("ad_account_id", "day")',
      ")",
    ].join("\n"),
  );
  expect(addColumnStatement("ads data", table, name)).toBe(
    'alter table "ads data"."odd ""table""" add column "name" text',
  );
  expect(commentTableStatement("ads data", table)).toBe(
    `comment on table "ads data"."odd ""table""" is 'Things of an ad account''s owner. One row per thing.'`,
  );
  expect(commentColumnStatement("ads data", table, name)).toBe(
    `comment on column "ads data"."odd ""table"""."name" is 'Name.'`,
  );
});

test.each([
  ["plain", "'plain'"],
  ["it's", "'it''s'"],
  ["a\\b", "E'a\\\\b'"],
  ["\\'", "E'\\\\'''"],
])("the literal %j is written %s", (text, literal) => {
  expect(quoteLiteral(text)).toBe(literal);
});

test("a quote in a name is doubled", () => {
  expect(quoteIdentifier('a"; drop table x; --')).toBe('"a""; drop table x; --"');
});
