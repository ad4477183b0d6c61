import fc from "fast-check";
import { expect, test } from "vitest";
import { repairText, toJsonText } from "../../src/warehouse/repair-text.ts";

const anyText = fc.string({ unit: "binary", maxLength: 20 });
/** UTF-16 units at random, lone surrogates and NUL among them. */
const anyUnits = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.constantFrom(0, 0xd83d, 0xdc00, 0x5c)), {
    maxLength: 20,
  })
  .map((units) => String.fromCharCode(...units));

test.each([
  ["plain ✓ 🎉", "plain ✓ 🎉"],
  ["nul \0 end", "nul \uFFFD end"],
  ["high \ud83d end", "high \uFFFD end"],
  ["low \ude00 end", "low \uFFFD end"],
  ["\ude00\ud83d", "\uFFFD\uFFFD"],
  ["\\u0000", "\\u0000"],
])("%j becomes %j", (value, repaired) => {
  expect(repairText(value)).toBe(repaired);
});

test("what Postgres can hold stays as it is, the rest becomes so and keeps its length", () => {
  fc.assert(
    fc.property(anyUnits, (value) => {
      const repaired = repairText(value);
      expect(repaired.isWellFormed() && !repaired.includes("\0")).toBe(true);
      expect(repaired.length).toBe(value.length);
      expect(repaired === value).toBe(value.isWellFormed() && !value.includes("\0"));
    }),
  );
});

test("JSON that needs no repair is what JSON.stringify makes of it", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const { text, repaired } = toJsonText(value);
      if (!repaired) expect(text).toBe(JSON.stringify(value));
    }),
  );
  expect(toJsonText({ text: "\\u0000 \\ud83d" })).toEqual({
    text: JSON.stringify({ text: "\\u0000 \\ud83d" }),
    repaired: false,
  });
});

test("texts and field names are repaired at any depth", () => {
  fc.assert(
    fc.property(fc.dictionary(anyText, anyUnits), anyUnits, (record, unit) => {
      const { text } = toJsonText([[{ [unit]: [record] }]]);
      const strings: string[] = [];
      JSON.parse(text, (key, value) => {
        strings.push(key, typeof value === "string" ? value : "");
        return value;
      });
      expect(strings.filter((string) => repairText(string) !== string)).toEqual([]);
    }),
  );
});

test("numbers keep all their digits when the JSON around them is repaired", () => {
  expect(toJsonText({ "\0": JSON.rawJSON("12345678901234567890") })).toEqual({
    text: '{"\uFFFD":12345678901234567890}',
    repaired: true,
  });
});
