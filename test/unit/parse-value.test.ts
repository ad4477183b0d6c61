import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ColumnType } from "../../src/resources/column.ts";
import { parsers } from "../../src/warehouse/parse-value.ts";

const exact = (digits: string) => JSON.rawJSON(digits);

describe("a value is stored as", () => {
  test.each<[ColumnType, unknown, string]>([
    ["text", "plain", "plain"],
    ["text", "", ""],
    ["text", "123", "123"],
    ["text", 123, "123"],
    ["text", 1e21, "1000000000000000000000"],
    ["text", 1.5, "1.5"],
    ["text", exact("12345678901234567890"), "12345678901234567890"],
    ["text", 12345678901234567890n, "12345678901234567890"],
    ["bigint", 0, "0"],
    ["bigint", -0, "0"],
    ["bigint", "-0", "0"],
    ["bigint", " 42 ", "42"],
    ["bigint", "007", "7"],
    ["bigint", 5_000_000, "5000000"],
    ["bigint", "5.000", "5"],
    ["bigint", "5.", "5"],
    ["bigint", "5e6", "5000000"],
    ["bigint", "1.5e1", "15"],
    ["bigint", "10e-1", "1"],
    ["bigint", "-2.50E+1", "-25"],
    ["bigint", "0e9999", "0"],
    ["bigint", "-.0e1", "0"],
    ["bigint", exact("9007199254740993"), "9007199254740993"],
    // A double prints as these digits although it holds others, so that parsing JSON leaves it a number.
    ["text", Number("807615098254857700"), "807615098254857700"],
    ["bigint", Number("807615098254857700"), "807615098254857700"],
    ["bigint", exact("9.007199254740993e15"), "9007199254740993"],
    ["bigint", exact("9223372036854775807"), "9223372036854775807"],
    ["bigint", exact("-9223372036854775808"), "-9223372036854775808"],
    ["numeric", "12.340", "12.340"],
    ["numeric", 0.1, "0.1"],
    ["numeric", 1e-7, "1e-7"],
    ["numeric", exact("0.12345678901234567890123"), "0.12345678901234567890123"],
    ["double", ".5", ".5"],
    ["double", 2, "2"],
    ["boolean", true, "t"],
    ["boolean", "false", "f"],
    ["date", "2024-02-29", "2024-02-29"],
    ["date", "2024-02-29T00:00:00Z", "2024-02-29"],
    ["date", "2024-02-29 00:00:00.000+00:00", "2024-02-29"],
    ["jsonb", "text", '"text"'],
    ["jsonb", { b: 1, a: [null] }, '{"b":1,"a":[null]}'],
    ["jsonb", { id: exact("12345678901234567890") }, '{"id":12345678901234567890}'],
  ])("%s %o: %s", (type, value, text) => {
    expect(parsers[type](value)).toMatchObject({ text });
  });
});

describe("a moment is stored as", () => {
  test.each<[unknown, string]>([
    [0, "1970-01-01T00:00:00.000Z"],
    [1_700_000_000, "2023-11-14T22:13:20.000Z"],
    ["1700000000", "2023-11-14T22:13:20.000Z"],
    [1_700_000_000.25, "2023-11-14T22:13:20.250Z"],
    [1_700_000_000_123, "2023-11-14T22:13:20.123Z"],
    [-86_400, "1969-12-31T00:00:00.000Z"],
    ["2024-02-29", "2024-02-29 00:00:00Z"],
    ["2024-02-29T12:30", "2024-02-29 12:30Z"],
    ["2024-02-29T12:30:15", "2024-02-29 12:30:15Z"],
    ["2024-02-29 12:30:15.123456z", "2024-02-29 12:30:15.123456Z"],
    ["2024-02-29T12:30:15,5+0530", "2024-02-29 12:30:15.5+0530"],
    ["2024-02-29T12:30:15-05", "2024-02-29 12:30:15-05:00"],
  ])("%s: %s", (value, text) => {
    expect(parsers.timestamptz(value)).toEqual({ text });
  });
});

describe("a value that would have to be bent is a problem", () => {
  test.each<[ColumnType, unknown]>([
    ["text", true],
    ["text", {}],
    ["text", []],
    ["text", Number.NaN],
    ["text", Number.POSITIVE_INFINITY],
    ["bigint", ""],
    ["bigint", "1,000"],
    ["bigint", "0x10"],
    ["bigint", "1_000"],
    ["bigint", 1.5],
    ["bigint", "1.0000000000000000001e0"],
    ["bigint", "1e-400"],
    ["bigint", "5e-1"],
    ["bigint", "1e400"],
    ["bigint", "1e9999"],
    ["bigint", "9223372036854775808"],
    ["bigint", "-9223372036854775809"],
    ["bigint", "9.223372036854775808e18"],
    ["bigint", true],
    ["bigint", [1]],
    ["numeric", "NaN"],
    ["numeric", "Infinity"],
    ["numeric", "1e99999"],
    ["numeric", "."],
    ["numeric", "-"],
    ["numeric", "one"],
    ["double", {}],
    ["boolean", 1],
    ["boolean", "yes"],
    ["boolean", "TRUE"],
    ["date", "2023-02-29"],
    ["date", "2024-13-01"],
    ["date", "0000-01-01"],
    ["date", "20240229"],
    ["date", "2024-02-29T00:00:01Z"],
    ["date", "2024-02-29T00:00:00+02:00"],
    ["date", 20240229],
    ["timestamptz", ""],
    ["timestamptz", "yesterday"],
    ["timestamptz", "now"],
    ["timestamptz", "infinity"],
    ["timestamptz", "2023-02-29"],
    ["timestamptz", "2024-02-29T25:00:00Z"],
    ["timestamptz", "2024-02-29T12:60:00Z"],
    ["timestamptz", "29.02.2024"],
    ["timestamptz", 1.7e15],
    ["timestamptz", -1e15],
    ["timestamptz", "1e9999"],
    ["timestamptz", { seconds: 1 }],
  ])("%s %o", (type, value) => {
    expect(parsers[type](value)).toEqual({ problem: expect.any(String) });
  });

  test("and does not repeat a long text", () => {
    const parsed = parsers.bigint("x".repeat(10_000));
    expect("problem" in parsed && parsed.problem.length).toBeLessThan(100);
  });
});

test("an integer of any size is stored digit by digit, or is a problem when a bigint cannot hold it", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), (integer) => {
      const fits = integer >= -(2n ** 63n) && integer < 2n ** 63n;
      for (const value of [exact(integer.toString()), integer.toString(), integer])
        expect(parsers.bigint(value)).toEqual(
          fits ? { text: integer.toString() } : { problem: expect.any(String) },
        );
      expect(parsers.text(exact(integer.toString()))).toMatchObject({ text: integer.toString() });
    }),
  );
});

test("an integer is the same however its exponent is written", () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      fc.integer({ min: 0, max: 30 }),
      (integer, shift) => {
        const text = integer.toString();
        const digits = text.replace("-", "").padStart(shift + 1, "0");
        const point = digits.length - shift;
        const scientific = `${text.startsWith("-") ? "-" : ""}${digits.slice(0, point)}.${digits.slice(point)}e${shift}`;
        expect(parsers.bigint(scientific)).toEqual({ text });
        expect(parsers.bigint(`${text}${"0".repeat(shift)}e-${shift}`)).toEqual({ text });
      },
    ),
  );
});

test("epoch seconds and milliseconds of one moment are the same moment", () => {
  // Milliseconds are told from 1973-03-03 on; before, the number could as well count seconds.
  const seconds = fc.integer({ min: 1e8 + 1, max: 4_102_444_800 });
  fc.assert(
    fc.property(seconds, (epoch) => {
      const moment = { text: new Date(epoch * 1000).toISOString() };
      for (const value of [epoch, epoch * 1000, String(epoch), String(epoch * 1000), exact(`${epoch}`)])
        expect(parsers.timestamptz(value)).toEqual(moment);
    }),
  );
});

test("no JSON value makes a parser throw", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      for (const parse of Object.values(parsers)) expect(Object.keys(parse(value))).not.toEqual([]);
    }),
  );
});
