/** So many digits (and a dot) may be a number that a double does not hold. */
export const LONG_NUMBER = 16;
/** A run that goes through a place reaches at least so far from it, to one side. */
const HALF_RUN = LONG_NUMBER / 2;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const LONG = new RegExp(`^-?[\\d.]{${LONG_NUMBER}}`);

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const COLON = 0x3a;
const OPENING_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSING_BRACKET = 0x5d;
const CLOSING_BRACE = 0x7d;
const SPACE = 0x20;

const IN_RUN = 1;
const IN_NUMBER = 2;
/** What a byte may be part of: a run of digits, or any number. A table, because every other test takes longer. */
const KINDS = new Uint8Array(256);
for (const sign of "+-eE") KINDS[sign.charCodeAt(0)] = IN_NUMBER;
for (const sign of "0123456789.") KINDS[sign.charCodeAt(0)] = IN_RUN | IN_NUMBER;

/** What cannot stand between a text and the next one without ending the JSON or needing another sign in between. */
const NO_NAME = new Set([BACKSLASH, COMMA, COLON, CLOSING_BRACKET, CLOSING_BRACE]);

/** Where a long number stands; "text": it is part of a text; "unclear": only reading every string would show. */
type Place = "behind_name" | "text" | "unclear";

/**
 * Appends begin and end of the long numbers in bytes[start, end) to `numbers`: those that need quotes to keep all
 * their digits. Returns false when it is unclear whether something is a number or part of a text.
 *
 * A long number behind `"name":` is no part of a text: if the first quote ended a text, the bare name behind it
 * would be no JSON. This holds for whatever `JSON.parse` then accepts, and costs a fraction of a scan: of any 16
 * digits in a row, one stands at a multiple of 16, so that the others need not be looked at.
 */
export function findLongNumbers(bytes: Buffer, start: number, end: number, numbers: number[]): boolean {
  for (let at = start; at < end; at += LONG_NUMBER) {
    if (!isInRun(bytes, at) || !(isInRun(bytes, at - HALF_RUN) || isInRun(bytes, at + HALF_RUN))) continue;
    let first = at;
    while (first > start && isInRun(bytes, first - 1)) first -= 1;
    let behind = at + 1;
    while (behind < end && isInRun(bytes, behind)) behind += 1;
    if (behind - first < LONG_NUMBER) continue;
    at = behind - ((behind - start) % LONG_NUMBER);
    if (bytes[first - 1] === MINUS) first -= 1;
    const place = placeOf(bytes, start, first);
    if (place === "unclear") return false;
    if (place === "text") continue;
    while (behind < end && isInNumber(bytes, behind)) behind += 1;
    if (isLongNumber(bytes, first, behind)) numbers.push(first, behind);
  }
  return true;
}

/**
 * Whether bytes[start, end), which consist of signs that numbers have and are no part of a text, need quotes.
 * What is no number, or a bare number where a name belongs, must not become JSON by getting them.
 */
export function isLongNumber(bytes: Buffer, start: number, end: number): boolean {
  const source = bytes.toString("latin1", start, end);
  if (!LONG.test(source) || !NUMBER.test(source)) return false;
  let next = end;
  while ((bytes[next] ?? COLON) <= SPACE) next += 1;
  return bytes[next] !== COLON;
}

function placeOf(bytes: Buffer, start: number, number: number): Place {
  const before = skipSpaceBack(bytes, start, number - 1);
  const sign = bytes[before];
  if (sign === COMMA || sign === OPENING_BRACKET) return "unclear";
  if (sign !== COLON) return "text";
  const closing = skipSpaceBack(bytes, start, before - 1);
  if (bytes[closing] !== QUOTE) return "text";
  for (let at = closing - 1; at > start; at -= 1) {
    const byte = bytes[at] ?? QUOTE;
    if (byte === QUOTE) return bytes[at - 1] === BACKSLASH ? "unclear" : "behind_name";
    if (NO_NAME.has(byte)) return "unclear";
  }
  return "unclear";
}

function skipSpaceBack(bytes: Buffer, start: number, from: number): number {
  let at = from;
  while (at > start && (bytes[at] ?? 0) <= SPACE) at -= 1;
  return at;
}

function isInRun(bytes: Buffer, at: number): boolean {
  return ((KINDS[bytes[at] ?? SPACE] ?? 0) & IN_RUN) !== 0;
}

/** Whether the byte may belong to a number, wherever in it. */
export function isInNumber(bytes: Buffer, at: number): boolean {
  return KINDS[bytes[at] ?? SPACE] !== 0;
}
