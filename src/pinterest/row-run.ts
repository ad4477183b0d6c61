import { parseWithKeys } from "./escaped-keys.ts";
import { createFlatRowReader, type Row, skipSpace } from "./flat-rows.ts";
import { findLongNumbers } from "./long-numbers.ts";
import { isObject, isUnparsable } from "./problem.ts";
import { createQuote } from "./quoting.ts";
import { findRowEnd, UNFINISHED } from "./row-end.ts";

/** Rows that stand next to each other, and the position behind the last one. */
export interface RowRun {
  readonly rows: readonly Row[];
  readonly end: number;
}

/** Reads rows where an array holds them. */
export interface RowReader {
  /** At least one row of those that begin at `start`; undefined when not one whole row is there. */
  read(bytes: Buffer, start: number): RowRun | undefined;
}

/** Parsed at once: small enough to keep memory flat, large enough that the cost of a call does not count. */
const LONGEST_RUN_BYTES = 64 * 1024;
const CLOSING_BRACKET = 0x5d;
const CLOSING_BRACE = 0x7d;
const COMMA = 0x2c;
const SPACE = 0x20;

/**
 * Plain rows are read by hand, others by `JSON.parse`. Throws `SyntaxError` or `RangeError` for what is not JSON.
 *
 * Finding out where a row ends by looking at every byte takes longer than to parse it. So a likely end is guessed,
 * and `JSON.parse` proves it: what is between brackets as a whole and parses ends where a row ends, because JSON
 * can be read in one way only. Where the guess is wrong, every byte is looked at.
 */
export function createRowReader(): RowReader {
  const flat = createFlatRowReader();
  const quote = createQuote();
  let distrusted: Buffer | undefined;
  let distrustedUntil = 0;

  function read(bytes: Buffer, start: number): RowRun | undefined {
    return readFlat(bytes, start) ?? readAny(bytes, start);
  }

  /** Plain rows one after the other; undefined when the first one is none, or not all there. */
  function readFlat(bytes: Buffer, start: number): RowRun | undefined {
    const rows: Row[] = [];
    let end = start;
    for (let at = start; ; ) {
      const behind = flat.read(bytes, at);
      if (behind < 0) break;
      rows.push(flat.row());
      end = behind;
      at = skipSpace(bytes, end);
      if (at >= bytes.length || bytes[at] !== COMMA) break;
      at = skipSpace(bytes, at + 1);
    }
    return rows.length > 0 ? { rows, end } : undefined;
  }

  function readAny(bytes: Buffer, start: number): RowRun | undefined {
    const end = bytes === distrusted && start < distrustedUntil ? UNFINISHED : guessEnd(bytes, start);
    if (end === UNFINISHED) return readOne(bytes, start);
    const rows = readGuess(bytes, start, end);
    if (rows) return { rows, end };
    // Guesses that fail on every row of a large report would make the effort grow with its square.
    distrusted = bytes;
    distrustedUntil = end;
    return readOne(bytes, start);
  }

  function readGuess(bytes: Buffer, start: number, end: number): readonly Row[] | undefined {
    const numbers: number[] = [];
    if (!findLongNumbers(bytes, start, end, numbers)) return undefined;
    try {
      const rows = parseWithKeys(quote(bytes, start, end, numbers)) as unknown[];
      return rows.every(isObject) ? rows : undefined;
    } catch (error) {
      if (isUnparsable(error)) return undefined;
      throw error;
    }
  }

  function readOne(bytes: Buffer, start: number): RowRun | undefined {
    const numbers: number[] = [];
    const end = findRowEnd(bytes, start, numbers);
    if (end === UNFINISHED) return undefined;
    return { rows: parseWithKeys(quote(bytes, start, end, numbers)) as Row[], end };
  }

  return { read };
}

/** The last brace before the array's likely end, or within reach. */
function guessEnd(bytes: Buffer, start: number): number {
  const reach = Math.min(bytes.length, start + LONGEST_RUN_BYTES);
  const run = bytes.subarray(start, reach);
  for (let at = run.indexOf(CLOSING_BRACKET); at >= 0; at = run.indexOf(CLOSING_BRACKET, at + 1)) {
    let last = at - 1;
    while ((run[last] ?? CLOSING_BRACE) <= SPACE) last -= 1;
    if (run[last] === CLOSING_BRACE) return start + last + 1;
  }
  const last = run.lastIndexOf(CLOSING_BRACE);
  return last < 0 ? UNFINISHED : start + last + 1;
}
