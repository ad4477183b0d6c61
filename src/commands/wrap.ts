import stringWidth from "string-width";
import { spellCommands } from "../spell-commands.ts";
import { printable } from "./format.ts";

/** Terminals are at least this wide; wider ones cost the reader a scroll. */
export const TERMINAL_WIDTH = 80;
/** What stays on one line: a command as it is typed, and what stands in backticks. */
const UNIT = /[^\s`]*`[^`]*`\S*|\S*(?:npx )?(?<![\w/-])pinterest-ads (?:[a-z]|--)\S*|\S+/g;

/**
 * Lines of at most `width` columns, with commands as they are typed here. A longer word, such as an address, stands
 * unbroken, and so does a longer command in backticks unless `breaksCommands`.
 */
export function wrap(text: string, width = TERMINAL_WIDTH, breaksCommands = false): string[] {
  const lines: string[] = [];
  for (const unit of splitUnits(text, breaksCommands ? width : Number.POSITIVE_INFINITY)) {
    const last = lines.at(-1);
    if (last !== undefined && stringWidth(`${last} ${unit}`) <= width)
      lines[lines.length - 1] = `${last} ${unit}`;
    else lines.push(unit);
  }
  return lines;
}

function splitUnits(text: string, widest: number): string[] {
  const units = spellCommands(printable(text)).match(UNIT) ?? [];
  return units.flatMap((unit) => (stringWidth(unit) > widest ? unit.split(" ") : [unit]));
}

/** Its lines wrapped, each behind `indent` columns and its own; what follows the mark of a list hangs behind it. */
export function wrapIndented(text: string, indent: number): string {
  return text
    .split("\n")
    .flatMap((line) => {
      const mark = " ".repeat(indent) + (/^ *(?:- )?/.exec(line)?.[0] ?? "");
      const lines = wrap(line.trim().replace(/^- /, ""), TERMINAL_WIDTH - mark.length);
      if (lines.length === 0) return [""];
      return lines.map((part, index) => (index === 0 ? mark : " ".repeat(mark.length)) + part);
    })
    .join("\n");
}
