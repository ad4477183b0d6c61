import { expect, test } from "vitest";
import { formatDuration, formatMoment, printable } from "../../src/commands/format.ts";
import { formatCount, plural } from "../../src/counting.ts";

test.each([
  [0, "0 ms"],
  [839.6, "840 ms"],
  [999.4, "999 ms"],
  [999.6, "1.0 s"],
  [12_340, "12.3 s"],
  [59_940, "59.9 s"],
  [59_960, "1 min 0 s"],
  [119_600, "2 min 0 s"],
  [245_000, "4 min 5 s"],
  [3_600_000, "60 min 0 s"],
])("%d ms reads %s", (milliseconds, text) => {
  expect(formatDuration(milliseconds)).toBe(text);
});

test.each([
  [0, "0", "0 runs"],
  [1, "1", "1 run"],
  [12_345, "12,345", "12,345 runs"],
])("%d reads %s, and with its noun %s", (count, text, runs) => {
  expect(formatCount(count)).toBe(text);
  expect(plural(count, "run")).toBe(runs);
});

test("a moment reads in UTC", () => {
  expect(formatMoment(new Date("2026-01-31T07:30:00.999+02:00"))).toBe("2026-01-31 05:30:00");
});

test.each([
  ["a\u001b[31mred\u001b[0m", "a [31mred [0m"],
  ["two\r\nlines\ttab", "two lines tab"],
  ["right\u202eleft", "right left"],
  ["nul\0del\u007f", "nul del "],
  ["héllo 漢字 🎉", "héllo 漢字 🎉"],
])("%j is printed as %j", (text, printed) => {
  expect(printable(text)).toBe(printed);
});
