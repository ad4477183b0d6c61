const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
const MINUS = 0x2d;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;

/** Shorter ones are exact as doubles. */
const LONG_NUMBER = 16;

/** Whether a byte may belong to a number. */
const IN_NUMBER = new Uint8Array(256);
for (const character of "0123456789+-.eE") IN_NUMBER[character.charCodeAt(0)] = 1;

/** What `findRowEnd` answers when the row goes on behind the bytes that are there. */
export const UNFINISHED = -1;

/**
 * Where the JSON object that begins at `start` ends (the position behind its closing brace), or `UNFINISHED`.
 * Appends begin and end of every long number to `numbers`. Knows strings, braces and
 * numbers only: what else is wrong with the object shows when it is parsed.
 */
export function findRowEnd(bytes: Uint8Array, start: number, numbers: number[]): number {
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
      while (at < end && IN_NUMBER[bytes[at] as number]) at += 1;
      if (at === end) return UNFINISHED;
      if (at - begin >= LONG_NUMBER) numbers.push(begin, at);
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
