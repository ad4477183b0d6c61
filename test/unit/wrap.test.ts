import stringWidth from "string-width";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { wrap, wrapIndented } from "../../src/commands/wrap.ts";

const TEXT =
  "Nothing was loaded yet. Load it all with `pinterest-ads sync --resource campaigns` now, or let the service do it: pinterest-ads schedule (see docs/operations.md).";

// Of the npm that runs the tests.
beforeEach(() => vi.stubEnv("npm_command", undefined));

afterEach(() => vi.unstubAllEnvs());

test.each([20, 30, 45, 60, 80])("at %d columns no line is longer, and no word is lost", (width) => {
  const lines = wrap(TEXT, width, true);
  expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(width);
  expect(lines.join(" ")).toBe(TEXT);
});

test("a command in backticks stays on one line, to be copied, however long it is", () => {
  for (let width = 10; width <= 160; width += 1) {
    const lines = wrap(TEXT, width).join("\n");
    expect(lines).toContain("`pinterest-ads sync --resource campaigns`");
    if (width >= "pinterest-ads schedule".length) expect(lines).toContain("pinterest-ads schedule");
  }
});

test("commands are spelled as they are typed here before lines are counted", () => {
  vi.stubEnv("npm_command", "exec");
  const lines = wrap("Start one with this command line: pinterest-ads schedule", 56);
  expect(lines).toEqual(["Start one with this command line:", "npx pinterest-ads schedule"]);
});

test("an address that is longer than a line stands unbroken, wide characters count double", () => {
  const address = `https://example.com/${"a".repeat(90)}`;
  expect(wrap(`See ${address} there`)).toEqual(["See", address, "there"]);
  expect(wrap("日本 日本 日本", 9)).toEqual(["日本 日本", "日本"]);
});

test("a list keeps its marks, and what follows hangs behind them", () => {
  const text = `2 problems:\n  - ${"long ".repeat(20).trim()}\n  - short`;
  const first = `  - ${"long ".repeat(15).trim()}\n    ${"long ".repeat(5).trim()}`;
  expect(wrapIndented(text, 0)).toBe(`2 problems:\n${first}\n  - short`);
});

test("blank lines stay", () => expect(wrapIndented("a\n\nb", 2)).toBe("  a\n\n  b"));

test("paragraphs stay apart, each line behind its columns; control characters move nothing", () => {
  expect(wrapIndented(`${"word ".repeat(20)}\nnext\u001b[2J one`, 4)).toBe(
    `    ${"word ".repeat(15).trim()}\n    ${"word ".repeat(5).trim()}\n    next [2J one`,
  );
});
