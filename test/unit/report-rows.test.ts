import fc from "fast-check";
import { expect, test } from "vitest";
import { parseWithKeys } from "../../src/pinterest/escaped-keys.ts";
import { readReportRows } from "../../src/pinterest/report-rows.ts";

async function* inChunks(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let turn = 0; at < bytes.length; turn += 1) {
    const size = sizes.length > 0 ? (sizes[turn % sizes.length] ?? 1) : bytes.length;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function readRows(text: string, sizes: readonly number[] = [], idField?: string): Promise<unknown[]> {
  const rows: unknown[] = [];
  for await (const batch of readReportRows(inChunks(Buffer.from(text), sizes), idField)) rows.push(...batch);
  return rows;
}

/** The oracle: JSON.parse, with long numbers as texts of their source. */
function parseWithTexts(text: string): unknown {
  return parseWithKeys(text, (_name, value, { source }) =>
    typeof value === "number" && /^-?[\d.]{16}/.test(source ?? "") ? source : value,
  );
}

/** Texts full of what a scanner may stumble over. */
const trickyText = fc
  .array(
    fc.constantFrom(
      ...'"\\{}[],: \n\u0000é😀a'.split(/(?:)/u),
      "1234567890123456789",
      '"ID": 1234567890123456789,',
      "}],",
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(""));
const number = fc.oneof(
  fc.integer().map(String),
  fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }).map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
  fc.constantFrom("0.12345678901234567890", "-0", "1e5", "549755885175123456"),
);
const { json: jsonText } = fc.letrec<{ json: string }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3 },
    number,
    fc.constantFrom("null", "true", "{}", "[]"),
    trickyText.map((text) => JSON.stringify(text)),
    fc.array(tie("json"), { maxLength: 3 }).map((items) => `[${items.join(" , ")}]`),
    fc
      .array(fc.tuple(trickyText, tie("json")), { maxLength: 3 })
      .map((fields) => `{${fields.map(([name, value]) => `${JSON.stringify(name)} : ${value}`).join(",")}}`),
  ),
}));
const space = fc.constantFrom("", "", " ", "\n\t", "\r\n  ");
const rowText = fc
  .tuple(
    fc.array(
      fc.tuple(fc.oneof(fc.constantFrom("CAMPAIGN_ID", "SPEND", "Campaign ID"), trickyText), jsonText),
      {
        maxLength: 5,
      },
    ),
    space,
  )
  .map(
    ([fields, gap]) =>
      `{${gap}${fields.map(([name, value]) => `${JSON.stringify(name)}${gap}:${gap}${value}`).join(`${gap},`)}${gap}}`,
  );
const rowTexts = fc.array(rowText, { maxLength: 4 });
const id = fc.constantFrom("549755885175", "1", "549755885175123456", "2680067996745");
const day = fc.constantFrom("2026-02-28", "2028-02-29", "2026-03-01");

function nest(key: fc.Arbitrary<string>, inner: fc.Arbitrary<{ text: string; rows: string[] }>) {
  return fc
    .tuple(fc.uniqueArray(fc.tuple(key, inner), { selector: ([name]) => name, maxLength: 3 }), space)
    .map(([entries, gap]) => ({
      text: `${gap}{${gap}${entries.map(([name, { text }]) => `"${name}"${gap}:${gap}${text}`).join(`,${gap}`)}${gap}}`,
      rows: entries.flatMap(([, { rows }]) => rows),
    }));
}

const list = fc
  .tuple(rowTexts, space)
  .map(([rows, gap]) => ({ text: `[${gap}${rows.join(`${gap},${gap}`)}${gap}]`, rows }));
const report = fc.oneof(list, nest(id, list), nest(day, nest(id, list)), nest(id, nest(day, list)));
const chunkSizes = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 5 });

test("every nesting, cut anywhere, yields the rows that JSON.parse sees, with long numbers as texts", async () => {
  await fc.assert(
    fc.asyncProperty(report, chunkSizes, async ({ text, rows }, sizes) => {
      const found = await readRows(text, sizes);
      const seen = rows.map((row): unknown => ({ ...(parseWithTexts(row) as object) }));
      // Days around the rows are added to them; the keys' own test looks at that.
      const days = found.map((row, index) => ({ ...(row as object), ...dateOf(seen[index]) }));
      expect(days).toEqual(seen.map((row) => ({ ...(row as object), ...dateOf(row) })));
    }),
    { numRuns: 400 },
  );
});

function dateOf(row: unknown): { DATE: unknown } {
  return { DATE: (row as { DATE?: unknown }).DATE };
}

test("a report that ends early fails, wherever it breaks off", async () => {
  await fc.assert(
    fc.asyncProperty(
      report,
      chunkSizes,
      fc.double({ min: 0, max: 1, noNaN: true }),
      async (whole, sizes, share) => {
        const text = whole.text.trim();
        const part = text.slice(0, 1 + Math.floor(share * (text.length - 1)));
        fc.pre(part !== text);
        await expect(readRows(part, sizes)).rejects.toMatchObject({ code: "invalid_response" });
      },
    ),
    { numRuns: 200 },
  );
});

test.each(["", " \n\t ", "{}", "[]", "null", ' { "1" : [ ] } ', '{"1":{"2026-01-01":[]}}', '{"1":null}'])(
  "%j has no rows",
  async (text) => {
    expect(await readRows(text)).toEqual([]);
    expect(await readRows(text, [1])).toEqual([]);
  },
);

test.each([
  "<html></html>",
  '{"code":1,"message":"expired"}',
  "[1]",
  '["a"]',
  '[{"a":1},2]',
  '[{"a":1},]',
  '[{"a":1}{"b":2}]',
  '[{"a":1}]]',
  '[{"a":1}] {}',
  '[{"a":1}}',
  '{"1":[{"a":}]}',
  '{"1":[{"a":1]}}',
  '{"1":[{"a":tru}]}',
  '{"1" [{"a":1}]}',
  '{1:[{"a":1}]}',
  '[{"a":00012345678901234567}]',
  "[{12345678901234567:1}]",
  '[{"a":"b"c":12345678901234567}]',
  '{"1":nul1}',
  "[".repeat(100),
])("%j is no report", async (text) => {
  await expect(readRows(text)).rejects.toMatchObject({ code: "invalid_response" });
  await expect(readRows(text, [1])).rejects.toMatchObject({ code: "invalid_response" });
});

test("ids beyond 2^53 keep every digit, within strings and arrays too", async () => {
  const row = '{"AD_ID": 549755885175123457, "NAME": "a: 549755885175123457", "IDS": [549755885175123459]}';
  const expected = {
    AD_ID: "549755885175123457",
    NAME: "a: 549755885175123457",
    IDS: ["549755885175123459"],
  };
  expect(await readRows(`{"1":[${row},${row}]}`)).toEqual([expected, expected]);
  expect(await readRows(`{"1":[${row.replace(/, "IDS.*\]/, "")}]}`)).toEqual([
    { AD_ID: expected.AD_ID, NAME: expected.NAME },
  ]);
});

test.each([
  ['{"549755885175":[{"A":1}]}', { A: 1, CAMPAIGN_ID: "549755885175" }],
  ['{"2026-01-31":{"549755885175":[{"A":1}]}}', { A: 1, DATE: "2026-01-31", CAMPAIGN_ID: "549755885175" }],
  ['{"549755885175":{"2026-01-31":[{"A":1}]}}', { A: 1, DATE: "2026-01-31", CAMPAIGN_ID: "549755885175" }],
  ['{"9":[{"CAMPAIGN_ID":7,"DATE":"2026-02-01"}]}', { CAMPAIGN_ID: 7, DATE: "2026-02-01" }],
  ['{"2026-01-31":[{"CAMPAIGN_ID":7,"DATE":null}]}', { CAMPAIGN_ID: 7, DATE: "2026-01-31" }],
  ['{"rows":[{"A":1}]}', { A: 1 }],
])("what a row of %s lacks, the keys around it tell", async (text, row) => {
  expect(await readRows(text, [], "CAMPAIGN_ID")).toEqual([row]);
});

test("without a field for it, the id around the rows is left out", async () => {
  expect(await readRows('{"549755885175":[{"A":1}]}')).toEqual([{ A: 1 }]);
});

test("a row without an end fails before it fills the memory", async () => {
  let sent = 0;
  async function* endless() {
    yield Buffer.from('[{"a":"');
    const part = Buffer.alloc(4 * 1024 * 1024, "x");
    for (;;) {
      sent += part.length;
      yield part;
    }
  }
  const rows = readReportRows(endless());
  await expect(rows.next()).rejects.toMatchObject({ code: "invalid_response" });
  expect(sent).toBeLessThan(80 * 1024 * 1024);
});

test("batches come while the report arrives", async () => {
  const row = `{"A":"${"x".repeat(1_000)}"}`;
  let sent = 0;
  async function* body() {
    yield Buffer.from("[{}");
    for (; sent < 10_000; sent += 1) yield Buffer.from(`,${row}`);
    yield Buffer.from("]");
  }
  let seen = 0;
  for await (const batch of readReportRows(body())) {
    seen += batch.length;
    expect(sent - seen).toBeLessThan(300);
  }
  expect(seen).toBe(10_001);
});
