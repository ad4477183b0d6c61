import fc from "fast-check";
import stringWidth from "string-width";
import { expect, test } from "vitest";
import { renderTable } from "../../src/commands/table.ts";

const WIDTH = 80;

test("columns are aligned, without borders and without blanks at the ends of lines", () => {
  const columns = [{ title: "table" }, { title: "rows", align: "right" as const }];
  expect(
    renderTable(columns, [
      ["ads", "12,345"],
      ["campaigns", "7"],
    ]),
  ).toBe(["table        rows", "ads        12,345", "campaigns       7"].join("\n"));
});

test("a text that does not fit is wrapped between words, or cut where a row must stay one line", () => {
  const columns = [{ title: "id" }, { title: "error" }];
  const text = "word ".repeat(40).trim();
  const wrapped = renderTable(columns, [["1", text]]).split("\n");
  expect(wrapped.join(" ").match(/word/g)).toHaveLength(40);
  const cut = renderTable(columns, [["1", text]], "cut").split("\n");
  expect(cut).toHaveLength(2);
  expect(cut[1]).toMatch(/…$/);
});

test("wide characters are counted as they are shown", () => {
  const columns = [{ title: "name" }, { title: "n" }];
  const lines = renderTable(columns, [
    ["漢字", "1"],
    ["abcd", "2"],
  ]).split("\n");
  expect(lines.slice(1).map((line) => stringWidth(line))).toEqual([7, 7]);
});

/** What people write in names; of scripts newer than their terminal even terminals do not know the width. */
const characters = [
  "漢",
  "字",
  "한",
  "🎉",
  "👍🏽",
  "👨‍👩‍👧",
  "é",
  "e\u0301",
  "\u200b",
  " ",
  "a",
  "\u001b[31m",
  "\n",
  "…",
];
const cell = fc.oneof(
  fc.string({ maxLength: 120 }),
  fc.string({ unit: fc.constantFrom(...characters), maxLength: 120 }),
);

test.each(["wrap", "cut"] as const)(
  "no line is wider than a terminal, whatever the cells hold (%s)",
  (overflow) => {
    const rows = fc
      .integer({ min: 1, max: 8 })
      .chain((columns) =>
        fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), { minLength: 1, maxLength: 4 }),
      );
    fc.assert(
      fc.property(rows, (table) => {
        const columns = (table[0] ?? []).map((_, index) => ({ title: `column ${index}` }));
        const lines = renderTable(columns, table, overflow).split("\n");
        expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(WIDTH);
      }),
    );
  },
);
