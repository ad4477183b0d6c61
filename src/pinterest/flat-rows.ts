import { LONG_NUMBER } from "./long-numbers.ts";
import { UNFINISHED } from "./row-end.ts";

/** A row as it was written: names and values. */
export type Row = Record<string, unknown>;

/** What stands there is no plain row, or no JSON: `JSON.parse` has to say. */
export const NOT_FLAT = -2;

/** Reads plain rows: objects of numbers, unescaped ASCII texts, true, false and null, as nearly all rows are. */
export interface FlatRowReader {
  /** Reads the row whose brace stands at `start`; returns the position behind it, UNFINISHED or NOT_FLAT. */
  read(bytes: Buffer, start: number): number;
  /** The row that was read last. */
  row(): Row;
}

/** Objects that are used as maps bring names without end. */
const NAMES_MAX = 1000;
/** Names that were left out between two that stand in their order; more are looked up. */
const TRIES = 4;
const ZERO = 0x30;
const NINE = 0x39;
const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
const SPACE = 0x20;
const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const FIRST_NON_ASCII = 0x7f;
const LITERALS = [
  { source: Buffer.from("null"), value: null },
  { source: Buffer.from("true"), value: true },
  { source: Buffer.from("false"), value: false },
];

interface Name {
  readonly text: string;
  readonly bytes: Buffer;
}

/**
 * Pinterest leaves out metrics that are zero, so that every row has other names. `JSON.parse` makes a class of objects
 * for each combination, which takes most of its time; here all rows get every name that was seen so far, undefined
 * where they lack it. Names come in the same order in every row, so that the next one is guessed and compared.
 * Long numbers become texts, as everywhere in reports.
 */
export function createFlatRowReader(): FlatRowReader {
  const names: Name[] = [];
  const positions = new Map<string, number>();
  let template: Row = {};
  let row: Row = {};
  let next = 0;
  let value: unknown;

  function learn(text: string, bytes: Buffer): number {
    if (names.length === NAMES_MAX || text in Object.prototype) return NOT_FLAT;
    positions.set(text, names.length);
    names.push({ text, bytes });
    template = makeTemplate(names);
    return names.length - 1;
  }

  /** Position among `names` of the name at `start`, behind its quote; UNFINISHED or NOT_FLAT. */
  function findName(bytes: Buffer, start: number): number {
    for (let tries = 0; tries < TRIES && next + tries < names.length; tries += 1) {
      const name = names[next + tries];
      if (name && startsWith(bytes, start, name.bytes)) return next + tries;
    }
    const end = findPlainEnd(bytes, start);
    if (end < 0) return end;
    const text = bytes.toString("latin1", start, end);
    return positions.get(text) ?? learn(text, Buffer.from(bytes.subarray(start, end + 1)));
  }

  /** Reads the value at `start` into `value` and returns the position behind it. */
  function readValue(bytes: Buffer, start: number): number {
    if (start >= bytes.length) return UNFINISHED;
    const first = bytes[start] as number;
    if (first === QUOTE) {
      const end = findPlainEnd(bytes, start + 1);
      if (end < 0) return end;
      value = bytes.toString("latin1", start + 1, end);
      return end + 1;
    }
    if (first === MINUS || (first >= ZERO && first <= NINE)) return readNumber(bytes, start);
    for (const literal of LITERALS) {
      if (!startsWith(bytes, start, literal.source)) continue;
      value = literal.value;
      return start + literal.source.length;
    }
    return NOT_FLAT;
  }

  /** Whole numbers and plain fractions; whatever else a number may be is left to `JSON.parse`. */
  function readNumber(bytes: Buffer, start: number): number {
    const negative = bytes[start] === MINUS;
    const digits = negative ? start + 1 : start;
    let at = digits;
    let whole = 0;
    let byte = SPACE;
    for (; at < bytes.length; at += 1) {
      byte = bytes[at] as number;
      if (byte < ZERO || byte > NINE) break;
      whole = whole * 10 + byte - ZERO;
    }
    const wholeEnd = at;
    if (at === bytes.length) return UNFINISHED;
    if (wholeEnd === digits || (bytes[digits] === ZERO && wholeEnd > digits + 1)) return NOT_FLAT;
    if (byte === POINT) {
      for (at += 1; at < bytes.length; at += 1) {
        byte = bytes[at] as number;
        if (byte < ZERO || byte > NINE) break;
      }
      if (at === bytes.length) return UNFINISHED;
      if (at === wholeEnd + 1) return NOT_FLAT;
    }
    // Exponents, and what is no number at all.
    if (byte !== COMMA && byte !== CLOSING_BRACE && byte > SPACE) return NOT_FLAT;
    if (at - digits >= LONG_NUMBER) value = bytes.toString("latin1", start, at);
    else if (at > wholeEnd) value = Number(bytes.toString("latin1", start, at));
    else value = negative ? -whole : whole;
    return at;
  }

  function read(bytes: Buffer, start: number): number {
    if (start >= bytes.length) return UNFINISHED;
    let at = skipSpace(bytes, start + 1);
    if (bytes[start] !== OPENING_BRACE) return NOT_FLAT;
    const fresh: Row = { ...template };
    next = 0;
    for (;;) {
      if (at >= bytes.length) return UNFINISHED;
      if (bytes[at] !== QUOTE) return NOT_FLAT;
      const position = findName(bytes, at + 1);
      const name = names[position];
      if (!name) return position;
      next = position + 1;
      at = skipSpace(bytes, at + 1 + name.bytes.length);
      if (at >= bytes.length) return UNFINISHED;
      if (bytes[at] !== COLON) return NOT_FLAT;
      at = readValue(bytes, skipSpace(bytes, at + 1));
      if (at < 0) return at;
      fresh[name.text] = value;
      at = skipSpace(bytes, at);
      if (at >= bytes.length) return UNFINISHED;
      const sign = bytes[at];
      if (sign === CLOSING_BRACE) {
        row = fresh;
        return at + 1;
      }
      if (sign !== COMMA) return NOT_FLAT;
      at = skipSpace(bytes, at + 1);
    }
  }

  return { read, row: () => row };
}

/** An object with these names, none of which has a value; made by JSON.parse, whose objects are the fastest to copy. */
function makeTemplate(names: readonly Name[]): Row {
  const made = JSON.parse(JSON.stringify(Object.fromEntries(names.map(({ text }) => [text, null]))));
  for (const { text } of names) made[text] = undefined;
  return made;
}

function startsWith(bytes: Buffer, start: number, expected: Buffer): boolean {
  const { length } = expected;
  if (start + length > bytes.length) return false;
  for (let index = 0; index < length; index += 1) if (bytes[start + index] !== expected[index]) return false;
  return true;
}

/** The closing quote of an unescaped ASCII text; UNFINISHED or NOT_FLAT. */
function findPlainEnd(bytes: Buffer, start: number): number {
  for (let at = start; at < bytes.length; at += 1) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) return at;
    if (byte === BACKSLASH || byte < SPACE || byte >= FIRST_NON_ASCII) return NOT_FLAT;
  }
  return UNFINISHED;
}

/** The first position from `from` on that holds no space of JSON. */
export function skipSpace(bytes: Buffer, from: number): number {
  for (let at = from; at < bytes.length; at += 1) {
    const byte = bytes[at] as number;
    // Anything else below it is no space of JSON, and for JSON.parse to refuse.
    if (byte !== SPACE && byte !== LINE_FEED && byte !== CARRIAGE_RETURN && byte !== TAB) return at;
  }
  return bytes.length;
}
