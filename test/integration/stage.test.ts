import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseJson } from "../../src/pinterest/json.ts";
import type { Resource } from "../../src/resources/define.ts";
import { withConnection } from "../../src/warehouse/database.ts";
import { compileParser, isRejection } from "../../src/warehouse/parse-record.ts";
import { repairText } from "../../src/warehouse/repair-text.ts";
import { openStage, REJECTED_STAGE, STAGE, type StageCounts } from "../../src/warehouse/stage.ts";
import { openTestWarehouse, type TestWarehouse } from "../support/test-warehouse.ts";
import { things } from "../support/things.ts";

let db: TestWarehouse;
const warnings: string[] = [];

beforeAll(async () => {
  process.on("warning", ({ message }) => warnings.push(message));
  db = await openTestWarehouse([things]);
});

afterAll(() => db.close());

interface Staged {
  readonly counts: StageCounts;
  readonly rows: Record<string, unknown>[];
  readonly rejected: Record<string, unknown>[];
}

/** Stages records and reads back what Postgres holds of them. */
async function stage(records: Iterable<unknown>, resource: Resource = things): Promise<Staged> {
  return withConnection(db.warehouse, async (client) => {
    const opened = await openStage(client, resource);
    const parse = compileParser(resource);
    for (const record of records) {
      const parsed = parse(record, { ad_account_id: "1" });
      if (isRejection(parsed)) await opened.reject(parsed);
      else await opened.add(parsed);
    }
    const counts = await opened.flush();
    const { rows } = await client.query(
      `select *, labels::text as labels_text from pg_temp.${STAGE} order by _n`,
    );
    const { rows: rejected } = await client.query(
      `select reason, record, key from pg_temp.${REJECTED_STAGE} order by _n`,
    );
    await opened.drop();
    return { counts, rows, rejected };
  });
}

describe("what Postgres holds is what was sent", () => {
  const anyText = fc.oneof(
    fc.string({
      unit: fc.constantFrom("\\", "\t", "\n", "\r", "N", ".", "\0", "\ud83d", "\ude00", "🎉", "é", "'", '"'),
    }),
    fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
    fc.constantFrom("\\N", "\\.", "", " ", "null", "\u2028", "\ufeff"),
  );

  test("any text, in a column, in an object and as an undeclared field", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(anyText, anyText), { minLength: 1, maxLength: 40 }),
        async (texts) => {
          const records = texts.map(([name, other], id) => ({
            id,
            name,
            labels: [other],
            extra: { [other]: name },
          }));
          const { rows, counts } = await stage(records);
          expect(counts).toEqual({
            staged: texts.length,
            rejected: 0,
            identified: texts.length,
            unidentified: 0,
            unique: true,
          });
          const expected = texts.map(([name, other]) => ({
            name: repairText(name),
            labels: [repairText(other)],
            _extra: { extra: { [repairText(other)]: repairText(name) } },
          }));
          expect(rows).toMatchObject(expected);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("any text of a rejection and its key", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyText, { minLength: 1, maxLength: 40 }), async (texts) => {
        const { rejected } = await stage(texts.map((id) => ({ id, budget: "much" })));
        expect(rejected).toEqual(
          texts.map((id) => ({
            reason: 'budget: expected a whole number, got "much"',
            record: JSON.stringify({ id: repairText(id), budget: "much" }),
            key: id === "" ? null : ["1", repairText(id)],
          })),
        );
      }),
      { numRuns: 30 },
    );
  });

  test("any JSON", async () => {
    const values = fc.array(fc.jsonValue(), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(values, async (labels) => {
        const { rows, counts } = await stage(labels.map((value, id) => ({ id, labels: value })));
        expect(counts.rejected).toBe(0);
        // As texts: where they end as objects, the parser that reads them back is one that gets every key right.
        const sent = labels.map((value) => parseJson(JSON.stringify(value)));
        expect(rows.map((row) => parseJson(String(row["labels_text"])))).toEqual(sent);
      }),
      { numRuns: 30 },
    );
  });

  test("numbers beyond what JavaScript can hold", async () => {
    const digits = "12345678901234567890.123456789012345678901234567890";
    const [row] = await withConnection(db.warehouse, async (client) => {
      const opened = await openStage(client, things);
      const parsed = compileParser(things)(
        { id: 1, price: JSON.rawJSON(digits), labels: [JSON.rawJSON(digits)], x: JSON.rawJSON(digits) },
        { ad_account_id: "1" },
      );
      if (isRejection(parsed)) throw new Error(parsed.reason);
      await opened.add(parsed);
      await opened.flush();
      return (await client.query(`select price::text, labels::text, _extra::text from pg_temp.${STAGE}`))
        .rows;
    });
    expect(row).toEqual({ price: digits, labels: `[${digits}]`, _extra: `{"x": ${digits}}` });
  });
});

describe("a row that only Postgres refuses is set apart, the rest of its batch is kept", () => {
  test.each<[string, object, RegExp]>([
    ["a number in an object that overflows", { labels: [JSON.rawJSON("1e999999")] }, /overflow|out of range/],
    [
      "a number in an undeclared field that overflows",
      { x: JSON.rawJSON("1e999999") },
      /overflow|out of range/,
    ],
    ["a ratio beyond a double", { rate: "1e400" }, /out of range/],
    ["a ratio that vanishes in a double", { rate: "1e-400" }, /out of range/],
    ["a moment in a time zone that does not exist", { created_at: "2024-01-01T00:00:00+23:00" }, /time zone/],
  ])("%s", async (_, refused, reason) => {
    const records = [{ id: 1 }, { id: 2, name: "tab\t\\N", ...refused }, { id: 3 }, { id: 4 }];
    const { counts, rows, rejected } = await stage(records);
    expect(counts).toEqual({ staged: 3, rejected: 1, identified: 4, unidentified: 0, unique: true });
    expect(rows.map(({ id }) => id)).toEqual(["1", "3", "4"]);
    expect(rejected).toEqual([
      {
        key: ["1", "2"],
        reason: expect.stringMatching(reason),
        record: expect.stringContaining('"name":"tab\\t\\\\N"'),
      },
    ]);
    expect(rejected[0]?.["reason"]).toMatch(/^Postgres: /);
  });

  test("even if it is every row", async () => {
    const { counts, rows, rejected } = await stage(
      Array.from({ length: 50 }, (_, id) => ({ id, rate: "1e400" })),
    );
    expect(counts).toMatchObject({ staged: 0, rejected: 50 });
    expect([rows.length, rejected.length]).toEqual([0, 50]);
  });

  test("anywhere among batches of many megabytes, wide rows among them", async () => {
    const count = 1500;
    const refused = new Set([0, 1, 700, 701, count - 1]);
    const wide = "wide ✓ ".repeat(1000);
    const records = Array.from({ length: count }, (_, id) => ({
      id,
      name: id % 500 === 0 ? wide.repeat(500) : wide,
      ...(refused.has(id) ? { rate: "1e400" } : {}),
    }));
    const { counts, rows, rejected } = await stage(records);
    expect(counts).toEqual({
      staged: count - refused.size,
      rejected: refused.size,
      identified: count,
      unidentified: 0,
      unique: true,
    });
    expect(rows.map(({ id }) => Number(id))).toEqual([...records.keys()].filter((id) => !refused.has(id)));
    expect(rows.every(({ id, name }) => name === records[Number(id)]?.name)).toBe(true);
    expect(rejected.map(({ key }) => Number((key as string[])[1]))).toEqual([...refused]);
  });
});

test("rows are numbered as they came, each once, also when others were refused in between", async () => {
  const records = Array.from({ length: 40 }, (_, id) => ({
    id,
    name: "wide".repeat(50_000),
    rate: id % 5 ? "1" : "1e400",
  }));
  const { rows } = await stage(records);
  const numbers = rows.map(({ _n }) => Number(_n));
  expect(new Set(numbers).size).toBe(32);
  expect(rows.map(({ id }) => Number(id))).toEqual(numbers.map((number) => number - 1));
});

test("what came without a readable key is counted, records or not", async () => {
  const { counts, rejected } = await stage([{ id: 1 }, { name: "x" }, { id: "" }, null, "text"]);
  expect(counts).toEqual({ staged: 1, rejected: 4, identified: 1, unidentified: 4, unique: true });
  expect(rejected.map(({ key }) => key)).toEqual([null, null, null, null]);
});

test("a stage needs the table, and says so", async () => {
  const lacking = { ...things, name: "not_there" };
  await expect(stage([], lacking)).rejects.toThrow('relation "pinterest_ads_not_there" does not exist');
});

test("rejections of the parser and of Postgres may come at once, megabytes of each, and none is lost", async () => {
  const count = 300;
  const records = Array.from({ length: count }, (_, id) => ({
    id,
    name: `${id} `.repeat(20_000),
    ...[{ rate: "1e400" }, { budget: "much" }, {}][id % 3],
  }));
  const { counts, rows, rejected } = await stage(records);
  expect(counts).toMatchObject({ staged: count / 3, rejected: (2 * count) / 3 });
  expect(rows.every(({ id, name }) => name === records[Number(id)]?.name)).toBe(true);
  const kept = rejected.map(({ key, record }) => [
    Number((key as string[])[1]),
    JSON.parse(record as string).name,
  ]);
  expect(new Map(kept as [number, string][])).toEqual(
    new Map(records.filter(({ id }) => id % 3 < 2).map(({ id, name }) => [id, name])),
  );
});

test("after all this, no connection was ever asked for two things at once", () => {
  expect(warnings).toEqual([]);
});
