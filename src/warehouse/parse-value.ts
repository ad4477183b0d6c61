import type { ColumnType } from "../resources/column.ts";
import { repairText, toJsonText } from "./repair-text.ts";

/** A value as Postgres reads it, or why it cannot be one. */
export type ParsedValue =
  | { readonly text: string; readonly repaired?: boolean }
  | { readonly problem: string };

type ParseValue = (value: unknown) => ParsedValue;

const INT8_MIN = -(2n ** 63n);
const INT8_MAX = 2n ** 63n - 1n;
const INT8_DIGITS = 19;
const INTEGER = /^-?\d+(?:\.0*)?$/;
const NUMBER = /^-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?$/;
/** Above this an epoch counts milliseconds: as seconds it would lie beyond the year 5138. */
const EPOCH_SECONDS_MAX = 1e11;
/** Years that a four-digit ISO date can tell; anything else is a garbled value, not a moment. */
const MOMENT_MIN = Date.parse("0001-01-01T00:00:00Z");
const MOMENT_MAX = Date.parse("9999-12-31T23:59:59.999Z");
const ISO_DAY = /^(\d{4}-\d{2}-\d{2})(?:[T ]00:00(?::00(?:\.0+)?)?(?:Z|\+00:?00)?)?$/;
const ISO_MOMENT =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?) ?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;

/**
 * How each column type reads a JSON value; `null` and absence are handled by the caller.
 * Lenient where nothing is lost (ids as bare numbers, numbers as strings), strict everywhere else:
 * a value that would have to be bent is a problem, never a guess.
 */
export const parsers: Record<ColumnType, ParseValue> = {
  text: parseText,
  bigint: parseBigint,
  numeric: (value) => parseNumber(value),
  double: (value) => parseNumber(value),
  boolean: parseBoolean,
  timestamptz: parseMoment,
  date: parseDay,
  jsonb: parseJsonb,
};

function parseText(value: unknown): ParsedValue {
  const number = numberText(value);
  if (number !== undefined) return { text: number };
  if (typeof value !== "string") return { problem: `expected a text, got ${describe(value)}` };
  const text = repairText(value);
  return { text, repaired: text !== value };
}

function parseBigint(value: unknown): ParsedValue {
  // Nearly every value of a report is one of these.
  if (Number.isSafeInteger(value)) return { text: String(value) };
  const source = numericSource(value);
  if (source === undefined || !NUMBER.test(source))
    return { problem: `expected a whole number, got ${describe(value)}` };
  if (!INTEGER.test(source)) return parseScaledInteger(source);
  return fitBigint(BigInt(source.replace(/\.0*$/, "")), source);
}

/** Whole numbers that JSON writes with an exponent, such as 5e6; digit by digit, because a double would round. */
function parseScaledInteger(source: string): ParsedValue {
  const [mantissa = "", exponent = "0"] = source.toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  const digits = whole + fraction;
  const significant = digits.replace(/0+$/, "");
  const zeros = Number(exponent) - fraction.length + digits.length - significant.length;
  if (significant === "" || significant === "-") return { text: "0" };
  if (zeros < 0) return { problem: `expected a whole number, got ${source}` };
  const integer = zeros < INT8_DIGITS ? BigInt(significant) * 10n ** BigInt(zeros) : undefined;
  return integer === undefined ? { problem: `${source} does not fit a bigint` } : fitBigint(integer, source);
}

function fitBigint(integer: bigint, source: string): ParsedValue {
  if (integer < INT8_MIN || integer > INT8_MAX) return { problem: `${source} does not fit a bigint` };
  return { text: integer.toString() };
}

function parseNumber(value: unknown): ParsedValue {
  if (Number.isSafeInteger(value)) return { text: String(value) };
  const source = numericSource(value);
  if (source !== undefined && NUMBER.test(source)) return { text: source };
  return { problem: `expected a number, got ${describe(value)}` };
}

function parseBoolean(value: unknown): ParsedValue {
  if (value === true || value === "true") return { text: "t" };
  if (value === false || value === "false") return { text: "f" };
  return { problem: `expected true or false, got ${describe(value)}` };
}

function parseMoment(value: unknown): ParsedValue {
  const source = numericSource(value);
  if (source !== undefined && NUMBER.test(source)) return parseEpoch(Number(source));
  const match = typeof value === "string" ? ISO_MOMENT.exec(value) : null;
  if (!match) return { problem: `expected a moment, got ${describe(value)}` };
  const [, date = "", clock = "00:00:00", zone = "Z"] = match;
  const fraction = clock.replace(",", ".");
  const offset = /^[+-]\d{2}$/.test(zone) ? `${zone}:00` : zone.toUpperCase();
  if (!isCalendarDay(date) || Number.isNaN(Date.parse(`${date}T${fraction}${offset}`)))
    return { problem: `${JSON.stringify(value)} is not a moment that exists` };
  // The text goes on as it is: Postgres keeps microseconds, a JavaScript date would cut them.
  return { text: `${date} ${fraction}${offset}` };
}

function parseEpoch(epoch: number): ParsedValue {
  const milliseconds = Math.abs(epoch) > EPOCH_SECONDS_MAX ? epoch : epoch * 1000;
  if (!(milliseconds >= MOMENT_MIN && milliseconds <= MOMENT_MAX))
    return { problem: `${epoch} is not an epoch time` };
  return { text: new Date(milliseconds).toISOString() };
}

/** Rows of metrics hold the same few days again and again, and reading one takes longer than the rest of their key. */
const knownDays = new Map<unknown, ParsedValue>();
const KNOWN_DAYS_MAX = 2000;

function parseDay(value: unknown): ParsedValue {
  const known = knownDays.get(value);
  if (known) return known;
  const parsed = readDay(value);
  if (typeof value === "string" && knownDays.size < KNOWN_DAYS_MAX) knownDays.set(value, parsed);
  return parsed;
}

function readDay(value: unknown): ParsedValue {
  const match = typeof value === "string" ? ISO_DAY.exec(value) : null;
  const date = match?.[1];
  if (date === undefined) return { problem: `expected a day, got ${describe(value)}` };
  return isCalendarDay(date) ? { text: date } : { problem: `${date} is not a day that exists` };
}

function parseJsonb(value: unknown): ParsedValue {
  return toJsonText(value);
}

/** JavaScript rolls 30 February over to March; a day that does not survive the round trip is none. */
function isCalendarDay(date: string): boolean {
  const parsed = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(date) && date > "0001";
}

/** The digits of a JSON number, exact beyond 2^53; undefined for anything else. */
function numberText(value: unknown): string | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? decimalText(value) : undefined;
  if (typeof value === "bigint") return value.toString();
  return typeof value === "object" && value !== null && JSON.isRawJSON(value) ? value.rawJSON : undefined;
}

function numericSource(value: unknown): string | undefined {
  return typeof value === "string" ? value.trim() : numberText(value);
}

/**
 * Without an exponent where the number is whole, so that an id that came as a number stays one. The shortest decimal
 * form is what was sent: `BigInt` would give the double's own digits, 807615098254857728 for 807615098254857700.
 */
function decimalText(value: number): string {
  const text = String(value);
  return Number.isInteger(value) && text.includes("e") ? BigInt(value).toString() : text;
}

/** The kind of a value for an error text; never the value of a text, which may be long. */
function describe(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return JSON.isRawJSON(value) ? value.rawJSON : "an object";
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  return String(value);
}
