import fc from "fast-check";
import { expect, test } from "vitest";
import { parseJson } from "../../src/pinterest/json.ts";

test.each([
  ["9007199254740993", "an integer beyond 2^53"],
  ["-9223372036854775808", "a negative one"],
  ["123456789012345678901234567890", "one beyond 64 bits"],
  ["0.12345678901234567890", "a long fraction"],
  ["1e400", "one beyond the range of doubles"],
  ["1.00000000000000000001e3", "a long one with exponent"],
])("%s survives exactly (%s)", (source) => {
  const parsed = parseJson(`{"items":[{"n": ${source}}]}`);
  expect(JSON.stringify(parsed)).toBe(`{"items":[{"n":${source}}]}`);
  expect((parsed as { items: { n: unknown }[] }).items[0]?.n).toSatisfy((value) => JSON.isRawJSON(value));
});

test.each([
  ["1000000000000000", 1e15],
  ["0.1000000000000000", 0.1],
  ["5000000.000000000000", 5e6],
  ["1e3", 1000],
  ["2.5E-3", 0.0025],
  ["0e10", 0],
  ["9007199254740992", 2 ** 53],
])("%s, which a double holds, stays a number", (source, value) => {
  expect(parseJson(source)).toBe(value);
  expect(parseJson(`[${source}]`)).toEqual([value]);
});

test("ids in quotes are not taken for numbers", () => {
  const text = '{"id":"549755885175123456","note":": 12345678901234567"}';
  expect(parseJson(text)).toEqual(JSON.parse(text));
});

test("a key named __proto__ is data", () => {
  const parsed = parseJson('{"__proto__":{"n":9007199254740993}}') as object;
  expect(Object.keys(parsed)).toEqual(["__proto__"]);
  expect(Object.getPrototypeOf(parsed)).toBe(Object.prototype);
});

test("what is not JSON is a SyntaxError", () => {
  expect(() => parseJson('{"items":[{"n":12345678901234567')).toThrow(SyntaxError);
  expect(() => parseJson("<html>")).toThrow(SyntaxError);
});

test("any integer at any place is written back digit by digit", () => {
  const space = fc.constantFrom("", " ", "\n", "\t  ");
  fc.assert(
    fc.property(fc.bigInt(), fc.bigInt(), space, (first, second, gap) => {
      const text = `{"a":${gap}${first},"b":[${gap}${second}${gap},${gap}{"c":${gap}${first}}]}`;
      expect(JSON.stringify(parseJson(text))).toBe(`{"a":${first},"b":[${second},{"c":${first}}]}`);
    }),
  );
});

test("any JSON whose numbers fit doubles comes back as it was", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      expect(JSON.stringify(parseJson(text))).toBe(text);
    }),
  );
});
