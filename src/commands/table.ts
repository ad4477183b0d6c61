import CliTable from "cli-table3";
import stringWidth from "string-width";
import { spellCommands } from "../spell-commands.ts";
import { printable } from "./format.ts";
import { TERMINAL_WIDTH, wrap } from "./wrap.ts";

const GAP = "  ";
/** What people see as one character, however many code points it takes. */
const CHARACTERS = new Intl.Segmenter(undefined, { granularity: "grapheme" });

export interface TableColumn {
  readonly title: string;
  readonly align?: "left" | "right";
}

/** A plain table without borders, at most 80 columns wide: the widest column gives way. */
export function renderTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  overflow: "wrap" | "cut" = "wrap",
): string {
  const cells = rows.map((row) => row.map((cell) => spellCommands(printable(cell))));
  const widths = columns.map((column, index) =>
    Math.max(...[column.title, ...cells.map((row) => row[index] ?? "")].map((cell) => stringWidth(cell))),
  );
  const fitted = narrow(widths);
  const table = new CliTable({
    head: columns.map((column) => column.title),
    colAligns: columns.map((column) => column.align ?? "left"),
    colWidths: fitted,
    wordWrap: overflow === "wrap",
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
    chars: NO_BORDERS,
  });
  table.push(...cells.map((row) => row.map((cell, index) => fitCell(cell, fitted[index] ?? 0, overflow))));
  return table.toString().replace(/[ \t]+$/gm, "");
}

/** Cut here, because cli-table3 cuts through the middle of an emoji and then counts wrongly. */
function fitCell(cell: string, width: number, overflow: "wrap" | "cut"): string {
  if (overflow === "cut") return cut(cell, width);
  return wrap(cell, width, true)
    .map((line) => cut(line, width))
    .join("\n");
}

function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let shown = "";
  for (const { segment } of CHARACTERS.segment(text)) {
    if (stringWidth(shown + segment) >= width) break;
    shown += segment;
  }
  return `${shown}…`;
}

/** Takes from the widest column, one place at a time, until the row fits. */
function narrow(widths: readonly number[]): number[] {
  const fitted = [...widths];
  const gaps = GAP.length * (widths.length - 1);
  while (fitted.reduce((sum, width) => sum + width, gaps) > TERMINAL_WIDTH) {
    const widest = fitted.indexOf(Math.max(...fitted));
    fitted[widest] = (fitted[widest] ?? 0) - 1;
  }
  return fitted;
}

const NO_BORDERS = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: GAP,
};
