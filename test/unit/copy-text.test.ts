import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeField, encodeField, NULL_FIELD } from "../../src/warehouse/copy-text.ts";

test.each([
  ["plain", "plain"],
  ["", ""],
  ["a\tb", "a\\tb"],
  ["a\nb\rc", "a\\nb\\rc"],
  ["\\", "\\\\"],
  ["\\N", "\\\\N"],
  ["\\.", "\\\\."],
  ["\\t", "\\\\t"],
])("%j is encoded as %j", (text, field) => {
  expect(encodeField(text)).toBe(field);
});

test("any text comes back from its field, which never looks like NULL or spans cells or lines", () => {
  const tricky = fc.string({ unit: fc.constantFrom("\\", "\t", "\n", "\r", "N", ".", "t", "n", "é", "🎉") });
  fc.assert(
    fc.property(fc.oneof(tricky, fc.string({ unit: "binary-ascii" })), (text) => {
      const field = encodeField(text);
      expect(decodeField(field)).toBe(text);
      expect(field).not.toBe(NULL_FIELD);
      expect(field).not.toMatch(/[\t\n\r]/);
    }),
  );
});

test("NULL comes back as null", () => {
  expect(decodeField(NULL_FIELD)).toBeNull();
});
