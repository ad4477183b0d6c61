import type { Column, ColumnType } from "../resources/column.ts";
import type { Resource } from "../resources/define.ts";
import { encodeField, NULL_FIELD } from "./copy-text.ts";
import { clip, isRecord } from "./json-tree.ts";
import { type ParsedValue, parsers } from "./parse-value.ts";
import { repairText, toJsonText } from "./repair-text.ts";
import { compileSecrets } from "./secrets.ts";

/** A record that can be loaded: its columns and `_extra`, encoded as one line of COPY without its end. */
export interface ParsedRow {
  readonly line: string;
  /** The key's values in the key's order. */
  readonly key: readonly string[];
  /** Undeclared fields and the JSON type of each. */
  readonly drift: readonly { field: string; type: string }[];
  readonly textsRepaired: number;
}

/** A record that cannot be loaded, with the reason and its text without secrets. */
export interface Rejection {
  readonly reason: string;
  readonly record: string;
  /** The key's values in the key's order; undefined when one of them cannot be read. */
  readonly key: readonly string[] | undefined;
}

const NO_DRIFT: ParsedRow["drift"] = [];

/** Types whose text may hold signs that COPY gives a meaning to; numbers, days, moments and flags do not. */
const MAY_HOLD_SIGNS: ReadonlySet<ColumnType> = new Set<ColumnType>(["text", "jsonb"]);

export type ParseRecord = (record: unknown, given: Readonly<Record<string, string>>) => ParsedRow | Rejection;

/** A b-tree entry holds some 2,700 bytes; a longer key would fail the whole merge, not the one record. */
const KEY_BYTES_MAX = 2000;
/** The names of undeclared fields are a key as well; what is longer is counted under its beginning. */
const FIELD_NAME_MAX = 200;
/** Levels of nesting that are kept of a record which nests thousands of them. */
const LEVELS_KEPT = 100;

export function isRejection(result: ParsedRow | Rejection): result is Rejection {
  return "reason" in result;
}

/**
 * A function that turns records of a resource into rows.
 * Never throws: what cannot be loaded comes back as a rejection. Dropped fields are gone before
 * anything looks at the record, so that a secret lands neither in a row nor in a rejection.
 */
export function compileParser(resource: Resource): ParseRecord {
  const fields: KnownFields = {
    declared: new Set(resource.columns.filter((column) => !column.given).map((column) => column.path[0])),
    repeated: new Map(
      Object.entries(resource.repeatedFields ?? {}).flatMap(([field, name]) => {
        const column = resource.columns.find((candidate) => candidate.name === name);
        return column ? [[field, column] as const] : [];
      }),
    ),
  };
  const clean = compileSecrets(resource);
  const parse: ParseRecord = (raw, given) => {
    const record = clean(raw);
    if (isRecord(record)) return parseObject(resource, fields, record, given);
    return { reason: "the record is not an object", record: toJsonText(record).text, key: undefined };
  };
  return (record, given) => {
    try {
      return parse(record, given);
    } catch (error) {
      // The stack is what ends first: JSON.stringify takes a few thousand levels, and so does Postgres.
      if (!(error instanceof RangeError)) throw error;
      return rejectNested(resource, clean(clip(record, LEVELS_KEPT)), given);
    }
  };
}

/** Fields of a record that are not drift. */
interface KnownFields {
  readonly declared: ReadonlySet<string | undefined>;
  /** Fields that repeat a column, with the column. */
  readonly repeated: ReadonlyMap<string, Column>;
}

function parseObject(
  resource: Resource,
  known: KnownFields,
  record: Record<string, unknown>,
  given: Readonly<Record<string, string>>,
): ParsedRow | Rejection {
  const fields: string[] = [];
  const key: string[] = [];
  let textsRepaired = 0;
  for (const column of resource.columns) {
    const parsed = parseColumn(column, record, given);
    if (parsed === undefined) {
      if (resource.key.includes(column.name))
        return reject(resource, record, given, `${column.name} is missing`);
      fields.push(NULL_FIELD);
    } else if ("problem" in parsed) {
      return reject(resource, record, given, `${column.name}: ${parsed.problem}`);
    } else {
      if (parsed.repaired) textsRepaired += 1;
      fields.push(MAY_HOLD_SIGNS.has(column.type) ? encodeField(parsed.text) : parsed.text);
      // Key columns come first and in key order; `defineResource` sees to it.
      if (key.length < resource.key.length) key.push(parsed.text);
    }
  }
  if (!isUsableKey(key)) return reject(resource, record, given, "the key is empty or too long");
  const extra = Object.keys(record).filter((field) => isUndeclared(field, known, record, given));
  if (extra.length === 0) {
    fields.push(NULL_FIELD);
    return { line: fields.join("\t"), key, drift: NO_DRIFT, textsRepaired };
  }
  const json = toJsonText(Object.fromEntries(extra.map((field) => [field, record[field]])));
  if (json.repaired) textsRepaired += 1;
  const drift = extra.map((field) => ({
    field: repairText(field.slice(0, FIELD_NAME_MAX)),
    type: jsonType(record[field]),
  }));
  return { line: [...fields, encodeField(json.text)].join("\t"), key, drift, textsRepaired };
}

/** A record may repeat a column under another name; only when it says something else is that worth keeping. */
function isUndeclared(
  field: string,
  { declared, repeated }: KnownFields,
  record: Record<string, unknown>,
  given: Readonly<Record<string, string>>,
): boolean {
  if (declared.has(field) || record[field] === undefined) return false;
  const column = repeated.get(field);
  const stored = column && parseColumn(column, record, given);
  const expected = Object.hasOwn(given, field)
    ? given[field]
    : stored && "text" in stored
      ? stored.text
      : undefined;
  if (expected === undefined) return true;
  const value = parsers.text(record[field]);
  return record[field] !== null && !("text" in value && value.text === expected);
}

function parseColumn(
  column: Column,
  record: Record<string, unknown>,
  given: Readonly<Record<string, string>>,
): ParsedValue | undefined {
  const value = column.given ? given[column.name] : readPath(record, column.path);
  if (value !== undefined && value !== null) return parsers[column.type](value);
  return column.absent === undefined ? undefined : { text: column.absent };
}

function readPath(record: Record<string, unknown>, path: readonly string[]): unknown {
  const [first, second] = path;
  // The usual case, some sixty times a row of metrics.
  if (first !== undefined && second === undefined && !(first in Object.prototype)) return record[first];
  let value: unknown = record;
  for (const field of path) {
    if (!isRecord(value) || !Object.hasOwn(value, field)) return undefined;
    value = value[field];
  }
  return value;
}

function readKey(
  resource: Resource,
  record: Record<string, unknown>,
  given: Readonly<Record<string, string>>,
): readonly string[] | undefined {
  const values = resource.key.map((name) => {
    const column = resource.columns.find((candidate) => candidate.name === name);
    const parsed = column && parseColumn(column, record, given);
    return parsed && "text" in parsed ? parsed.text : "";
  });
  return isUsableKey(values) ? values : undefined;
}

function isUsableKey(key: readonly string[]): boolean {
  const bytes = key.reduce((sum, value) => sum + Buffer.byteLength(value), 0);
  return !key.includes("") && bytes <= KEY_BYTES_MAX;
}

function reject(
  resource: Resource,
  record: Record<string, unknown>,
  given: Readonly<Record<string, string>>,
  reason: string,
): Rejection {
  return { reason, record: toJsonText(record).text, key: readKey(resource, record, given) };
}

function rejectNested(
  resource: Resource,
  clipped: unknown,
  given: Readonly<Record<string, string>>,
): Rejection {
  const reason = `the record is nested too deeply; what lies below level ${LEVELS_KEPT} is left out here`;
  if (isRecord(clipped)) return reject(resource, clipped, given, reason);
  return { reason, record: toJsonText(clipped).text, key: undefined };
}

function jsonType(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value === "object" && JSON.isRawJSON(value) ? "number" : typeof value;
}
