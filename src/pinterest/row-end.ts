import { isInNumber, isLongNumber, LONG_NUMBER } from "./long-numbers.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
const MINUS = 0x2d;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;

/** What `findRowEnd` answers when the row goes on behind the bytes that are there. */
export const UNFINISHED = -1;

/**
 * Where the JSON object that begins at `start` ends (the position behind its closing brace), or `UNFINISHED`.
 * Appends begin and end of the long numbers to `numbers`. Knows strings, braces and
 * numbers only: what else is wrong with the object shows when it is parsed.
 */
export function findRowEnd(bytes: Buffer, start: number, numbers: number[]): number {
  const end = bytes.length;
  let depth = 0;
  let at = start;
  while (at < end) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) {
      at = findStringEnd(bytes, at);
      if (at === UNFINISHED) return UNFINISHED;
    } else if ((byte >= DIGIT_0 && byte <= DIGIT_9) || byte === MINUS) {
      const begin = at;
      while (at < end && isInNumber(bytes, at)) at += 1;
      if (at === end) return UNFINISHED;
      if (at - begin >= LONG_NUMBER && isLongNumber(bytes, begin, at)) numbers.push(begin, at);
    } else {
      at += 1;
      if (byte === OPENING_BRACE) depth += 1;
      else if (byte === CLOSING_BRACE && --depth === 0) return at;
    }
  }
  return UNFINISHED;
}

/** Where the JSON string that begins at `start` ends: the position behind its closing quote, or `UNFINISHED`. */
export function findStringEnd(bytes: Uint8Array, start: number): number {
  const end = bytes.length;
  for (let at = start + 1; at < end; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) return at + 1;
    if (byte === BACKSLASH) at += 1;
  }
  return UNFINISHED;
}
