import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseJson } from "../../src/pinterest/json.ts";
import { given, integer, json, text, time } from "../../src/resources/column.ts";
import { defineResource } from "../../src/resources/define.ts";
import { decodeField } from "../../src/warehouse/copy-text.ts";
import {
  compileParser,
  isRejection,
  type ParsedRow,
  type Rejection,
} from "../../src/warehouse/parse-record.ts";
import { repairText } from "../../src/warehouse/repair-text.ts";

const things = defineResource({
  kind: "list",
  name: "things",
  group: "entities",
  description: "Things. One row per thing.",
  path: "/ad_accounts/{ad_account_id}/things",
  category: "ads_read",
  oauthScopes: ["ads:read"],
  scope: "ad_account",
  listing: "full",
  key: ["ad_account_id", "id"],
  droppedFields: ["credentials"],
  columns: [
    given("ad_account_id", "Ad account."),
    text("id", "Id."),
    text("name", "Name."),
    integer("budget", "Budget."),
    time("created_at", "Creation."),
    text("owner_id", "Owner.", { from: ["owner", "id"] }),
    json("owner", "Owner as sent."),
    text("location", "URL.", { masked: true }),
  ],
});
const columns = [...things.columns.map(({ name }) => name), "_extra"];
const GIVEN = { ad_account_id: "1" };
const parse = compileParser(things);

function row(record: unknown): Record<string, string | null> {
  const parsed = parse(record, GIVEN);
  if (isRejection(parsed)) throw new Error(parsed.reason);
  const values = parsed.line.split("\t").map(decodeField);
  return Object.fromEntries(columns.map((name, index) => [name, values[index] ?? null]));
}

function rejection(record: unknown): Rejection {
  const parsed = parse(record, GIVEN);
  if (!isRejection(parsed)) throw new Error(`accepted: ${parsed.line}`);
  return parsed;
}

test("every declared column is filled from its place, what is absent or null is null", () => {
  expect(row({ id: "7", budget: 5, created_at: 0, owner: { id: "u", more: 1 }, name: null })).toEqual({
    ad_account_id: "1",
    id: "7",
    name: null,
    budget: "5",
    created_at: "1970-01-01T00:00:00.000Z",
    owner_id: "u",
    owner: '{"id":"u","more":1}',
    location: null,
    _extra: null,
  });
});

test("a text cannot break out of its cell", () => {
  const name = 'tab\tnew\nline\r\\N \\. "quoted"';
  expect(row({ id: "7", name })).toMatchObject({ name, id: "7", _extra: null });
  expect(row({ id: "7", name: "\\N" })).toMatchObject({ name: "\\N" });
});

describe("undeclared fields", () => {
  test("are kept in _extra and reported as drift with their type", () => {
    const parsed = parse(
      { id: "7", b: [1], a: "x", n: null, big: JSON.rawJSON("12345678901234567890") },
      GIVEN,
    );
    expect(parsed).toMatchObject({
      drift: [
        { field: "b", type: "array" },
        { field: "a", type: "string" },
        { field: "n", type: "null" },
        { field: "big", type: "number" },
      ],
    });
    expect(row({ id: "7", b: [1], big: JSON.rawJSON("12345678901234567890") })["_extra"]).toBe(
      '{"b":[1],"big":12345678901234567890}',
    );
  });

  test.each<[string, unknown]>([
    ["the same text", "1"],
    ["a bare number", 1],
    ["null", null],
  ])("that repeat a given column as %s are none", (_, value) => {
    expect(row({ id: "7", ad_account_id: value })["_extra"]).toBeNull();
  });

  test("that repeat a given column as a number beyond 2^53 are none", () => {
    const parsed = parse(parseJson('{"id":"7","ad_account_id":549755885175000123}'), {
      ad_account_id: "549755885175000123",
    });
    expect(parsed).toMatchObject({ drift: [], key: ["549755885175000123", "7"] });
  });

  test.each<[string, unknown]>([
    ["another text", "2"],
    ["an object that cannot be turned into a text", { toString: 1, valueOf: 1 }],
  ])("that say something else than a given column are kept: %s", (_, value) => {
    expect(row({ id: "7", ad_account_id: value })).toMatchObject({
      ad_account_id: "1",
      _extra: JSON.stringify({ ad_account_id: value }),
    });
  });

  test("may be named like parts of every object", () => {
    const record = JSON.parse(
      '{"id":"7","constructor":null,"toString":1,"__proto__":{"x":1},"hasOwnProperty":2}',
    );
    expect(JSON.parse(row(record)["_extra"] ?? "")).toEqual(
      JSON.parse('{"constructor":null,"toString":1,"__proto__":{"x":1},"hasOwnProperty":2}'),
    );
  });

  test("with endless names are counted under their beginning, and kept in full", () => {
    const field = `${"x".repeat(199)}🎉${"y".repeat(5000)}`;
    const parsed = parse({ id: "7", [field]: 1 }, GIVEN) as ParsedRow;
    expect(parsed.drift[0]?.field).toBe(`${"x".repeat(199)}\uFFFD`);
    expect(row({ id: "7", [field]: 1 })["_extra"]).toBe(JSON.stringify({ [field]: 1 }));
  });
});

describe("texts that Postgres cannot hold", () => {
  test("are repaired and counted, one per column and one for _extra", () => {
    const parsed = parse({ id: "7", name: "a\0", owner: { id: "\ud83d" }, x: "\0", y: "\0" }, GIVEN);
    expect(parsed).toMatchObject({ textsRepaired: 4 });
    expect(row({ id: "7\0" })["id"]).toBe("7\uFFFD");
  });

  test("are repaired in the names of drift and in rejections too", () => {
    expect(parse({ id: "7", "f\0": 1 }, GIVEN)).toMatchObject({ drift: [{ field: "f\uFFFD" }] });
    expect(rejection({ id: "7\ud83d", budget: "\0" })).toMatchObject({
      record: '{"id":"7\uFFFD","budget":"\uFFFD"}',
      key: ["1", "7\uFFFD"],
    });
  });
});

describe("a rejection says why, keeps the record and its key", () => {
  test.each<[string, unknown, string | RegExp, Rejection["key"]]>([
    ["a wrong type", { id: "7", budget: "much" }, 'budget: expected a whole number, got "much"', ["1", "7"]],
    [
      "a wrong moment",
      { id: 7, created_at: "then" },
      'created_at: expected a moment, got "then"',
      ["1", "7"],
    ],
    ["no key", { name: "x" }, "id is missing", undefined],
    ["a null key", { id: null }, "id is missing", undefined],
    ["an empty key", { id: "" }, "the key is empty or too long", undefined],
    ["an object as key", { id: {} }, "id: expected a text, got an object", undefined],
    ["a key too long for an index", { id: "9".repeat(2001) }, "the key is empty or too long", undefined],
    ["a key of too many bytes", { id: "é".repeat(1001) }, "the key is empty or too long", undefined],
    ["a text", "x", "the record is not an object", undefined],
    ["a number", 7, "the record is not an object", undefined],
    ["null", null, "the record is not an object", undefined],
    ["an array", [{ id: "7" }], "the record is not an object", undefined],
  ])("%s", (_, record, reason, key) => {
    expect(rejection(record)).toEqual({ reason, record: JSON.stringify(record), key });
  });

  test("a key as long as an index takes it is accepted", () => {
    expect(row({ id: "9".repeat(1999) })["id"]).toHaveLength(1999);
  });

  test.each(["name", "owner", "unknown"])("nesting without end in %s", (field) => {
    const depth = 200_000;
    const record = { id: "7", [field]: JSON.parse("[".repeat(depth) + "]".repeat(depth)) };
    const rejected = rejection(record);
    expect(rejected).toMatchObject({ reason: expect.stringContaining("nested too deeply"), key: ["1", "7"] });
    expect(JSON.parse(rejected.record)).toMatchObject({ id: "7" });
    expect(rejection([record])).toMatchObject({ key: undefined });
  });
});

describe("secrets land nowhere", () => {
  const SECRET = "hunter2";
  const credentials = { user: "u", password: SECRET };
  test.each<[string, unknown]>([
    ["in a row", { id: "7", credentials }],
    ["in a rejection", { id: "7", budget: "x", credentials }],
    ["in a rejection without key", { credentials }],
    ["wrapped in another field", { id: "7", feed: { credentials } }],
    ["wrapped in a list", { id: "7", feeds: [{ credentials }] }],
    ["in a list instead of a record", [{ id: "7", credentials }]],
    ["in a declared object", { id: "7", owner: { id: "u", credentials } }],
    ["as a plain text", { id: "7", budget: "x", credentials: SECRET }],
    ["in a URL", { id: "7", location: `https://user:${SECRET}@host/feed.csv` }],
    ["in the URL of a rejection", { location: `https://user:${SECRET}@host/feed.csv` }],
    ["in place of a URL", { id: "7", location: [{ credentials }] }],
    ["in a URL of a wrong type", { id: "7", location: [`https://user:${SECRET}@host/feed.csv`] }],
    [
      "beside nesting without end",
      { id: "7", credentials, x: JSON.parse("[".repeat(2e5) + "]".repeat(2e5)) },
    ],
  ])("%s", (_, record) => {
    expect(JSON.stringify(parse(record, GIVEN))).not.toContain(SECRET);
  });
});

test("no field is lost: it is in its column, in _extra or in the rejection", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ maxLength: 4 }), fc.jsonValue()), (fields) => {
      const record = { ...fields, id: "7" };
      const sent = Object.keys(record).filter((field) => field !== "credentials");
      const parsed = parse(record, GIVEN);
      const kept = parseJson(isRejection(parsed) ? parsed.record : (row(record)["_extra"] ?? "{}")) as object;
      const expected = isRejection(parsed) ? sent : sent.filter((field) => !columns.includes(field));
      expect(Object.keys(kept).toSorted()).toEqual(expected.map(repairText).toSorted());
    }),
  );
});
