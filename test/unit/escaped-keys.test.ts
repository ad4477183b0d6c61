import fc from "fast-check";
import { expect, test } from "vitest";
import { parseWithKeys } from "../../src/pinterest/escaped-keys.ts";
import { parseJson } from "../../src/pinterest/json.ts";
import { readReportRows } from "../../src/pinterest/report-rows.ts";

/** Keys that V8 has met before; each may be taken for one of the others. */
const confused = [
  "\\",
  "\\n",
  '\\"',
  "a\\",
  "\\u",
  '"',
  "\n",
  "\r",
  '\n"',
  '"n',
  'a"',
  "a\n",
  "\u0000",
  "é\\",
];

test.each(confused.flatMap((seen) => confused.map((key) => ({ seen, key }))))(
  "after an object with the key $seen, the key $key is still itself",
  ({ seen, key }) => {
    // A name before it that no other case uses: V8 goes by what stood behind it before.
    const before = `${confused.indexOf(seen)}:${confused.indexOf(key)}`;
    JSON.parse(JSON.stringify({ [before]: [], [seen]: 0 }));
    const parsed = parseWithKeys(JSON.stringify({ [before]: 1, [key]: 2 }));
    expect(Object.entries(parsed as object)).toEqual([
      [before, 1],
      [key, 2],
    ]);
  },
);

test.each<[string, string, [string, unknown][]]>([
  ["spelled in other ways", '{"\\u0061\\/\\ud83d\\ude00" \n:\t1}', [["a/😀", 1]]],
  [
    "twice: the last one counts, at the place of the first",
    '{"a":1,"b":2,"\\u0061":3}',
    Object.entries({ a: 3, b: 2 }),
  ],
  ["like a number, before the same one", '{"\\u0031":1,"1":5}', [["1", 5]]],
  [
    "that needs its escapes, twice",
    '{"a\\n":1,"b":2,"\\u0061\\u000a":3}',
    Object.entries({ "a\n": 3, b: 2 }),
  ],
  ["with any space behind it", '{"\\n"\r\n\t :1}', [["\n", 1]]],
  ["__proto__", '{"\\u005f_proto__":{"a":1}}', [["__proto__", { a: 1 }]]],
  ["empty, next to it", '{"":1,"\\n":2}', Object.entries({ "": 1, "\n": 2 })],
  ["what stands in for others", '{"\ue0000":1,"\\n":2}', Object.entries({ "\ue0000": 1, "\n": 2 })],
  ["in a list in an object", '{"a":[{"\\n":{"\\t":"\\\\"}}]}', [["a", [{ "\n": { "\t": "\\" } }]]]],
])("a key %s", (_, text, entries) => {
  expect(Object.entries(parseWithKeys(text) as object)).toEqual(entries);
});

test("values with escapes, and colons behind them, are left alone", () => {
  const value = { a: 'one "two": three\\', b: ["\\", "\\:", '":'] };
  expect(parseWithKeys(JSON.stringify(value))).toEqual(value);
});

test("a reviver sees the keys as they are, and what they hold", () => {
  const seen: [string, unknown][] = [];
  const parsed = parseWithKeys('{"a":{"\\n":1.0}}', (key, value, { source }) => {
    seen.push([key, value]);
    return source === undefined ? value : source;
  });
  expect(parsed).toEqual({ a: { "\n": "1.0" } });
  expect(seen).toEqual([
    ["\n", 1],
    ["a", { "\n": "1.0" }],
    ["", { a: { "\n": "1.0" } }],
  ]);
});

test("pages and report rows are parsed so", async () => {
  // What V8 then takes the next one for.
  JSON.parse('{"before":[],"\\\\":0}');
  const row = '{"before":1,"\\"":2}';
  expect(parseJson(row)).toEqual({ before: 1, '"': 2 });
  for (const text of [`{"1":[${row}]}`, `{"1":[${row},{"a":{"b":[]}}, {"c": 1}]}`]) {
    const rows: unknown[] = [];
    for await (const batch of readReportRows(inPieces(text))) rows.push(...batch);
    expect(rows[0]).toMatchObject({ before: 1, '"': 2 });
  }
});

async function* inPieces(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

test.each([
  '{"\\x":1}',
  '{\\"a":1}',
  '{"b":1 \\"a":1}',
  '{"\\n',
  '{"\\n"',
  '{"\\n":',
  '{"a\\',
  '{"\\n":1}}',
  "\\",
])("%s is no JSON", (text) => {
  expect(() => parseWithKeys(text)).toThrow(SyntaxError);
});

test("any JSON comes back, whatever was parsed before", () => {
  const key = fc.string({
    unit: fc.constantFrom("\\", '"', "\n", "n", "u", "a", ":", "\ue000"),
    maxLength: 3,
  });
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.integer(),
      key,
      tie("object"),
      fc.array(tie("value"), { maxLength: 3 }),
    ),
    object: fc
      .uniqueArray(fc.tuple(key, tie("value")), { selector: ([name]) => name, maxLength: 4 })
      .map(Object.fromEntries),
  }));
  fc.assert(
    fc.property(value, fc.constantFrom(undefined, 1, "\t"), (sent, space) => {
      const text = JSON.stringify(sent, null, space);
      // Not with toEqual: two objects are the same when the texts of them are, in the order of their keys.
      expect(JSON.stringify(parseWithKeys(text), null, space)).toBe(text);
    }),
    { numRuns: 2000 },
  );
});
