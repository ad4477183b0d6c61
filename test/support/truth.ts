import { listResources } from "../../src/resources/index.ts";
import type { ApiRecord } from "../../src/simulator/json.ts";
import { listEntries, RESOURCES, type WorldEntry } from "../../src/simulator/listings.ts";
import type { Simulator } from "../../src/simulator/simulator.ts";
import { type CopiedRow, type CopiedTable, identify, readCopied } from "./copied-table.ts";
import { canonicalJson, storable } from "./exact-json.ts";

/** The tables that are copied from lists. */
export const COPIED_TABLES: readonly string[] = listResources.map(({ name }) => name);

/** The simulator's name of a table's listing: the last part of its path. Throws when it does not serve it. */
export function listingOf(table: string): string {
  const resource = listResources.find(({ name }) => name === table);
  const listing = resource?.path.split("/").at(-1) ?? table;
  if (!RESOURCES.includes(listing))
    throw new Error(
      `the simulator does not serve ${listing}: ${table} needs a line in src/simulator/listings.ts`,
    );
  return listing;
}

/** What the documentation says must not land. */
const NEVER_STORED: readonly string[] = ["credentials"];
/** Above this an epoch counts milliseconds. */
const LARGEST_EPOCH_SECONDS = 100_000_000_000;
const DIFFERENCES_SHOWN = 20;

/**
 * Where the warehouse differs from what the simulator's world holds now, one line each, at most 20; empty when it is
 * a complete and exact copy. Compares every field of every record with what is documented for its column's
 * type in the live catalog, without looking at the connector's definitions. Rows marked as deleted must
 * be missing in the world.
 */
export async function findDifferences(
  url: string,
  schema: string,
  simulator: Pick<Simulator, "world" | "listSecrets">,
  tables: readonly string[] = COPIED_TABLES,
): Promise<string[]> {
  const differences: string[] = [];
  for (const name of tables) {
    const table = await readCopied(url, schema, name);
    differences.push(...compareTable(table, simulator));
  }
  return differences.slice(0, DIFFERENCES_SHOWN);
}

/** The same for one table that was already read. */
export function compareTable(
  table: CopiedTable,
  simulator: Pick<Simulator, "world" | "listSecrets">,
): string[] {
  const secrets = simulator.listSecrets();
  const expected = expectRows(table, simulator);
  const seen = new Set<string>();
  const differences = [...expected].flatMap(([key, { values, record }]) => {
    seen.add(key);
    return [...compareRow(table, key, values), ...findHomeless(table, record)];
  });
  for (const [key, row] of table.rows) {
    if (!seen.has(key) && row.deletedAt === null)
      differences.push(`${table.name} ${key}: is not in the world`);
    if (row.extra !== null) differences.push(`${table.name} ${key}: has _extra ${row.extra}`);
    const text = JSON.stringify(row);
    if (secrets.some((secret) => text.includes(secret)))
      differences.push(`${table.name} ${key}: holds a secret`);
  }
  return differences;
}

/** The rows that the world's records must have become, by key. */
export function expectRows(
  table: Pick<CopiedTable, "name" | "types">,
  simulator: Pick<Simulator, "world" | "listSecrets">,
): Map<string, { values: Record<string, string | null>; record: ApiRecord }> {
  const secrets = simulator.listSecrets();
  const entries = listEntries(simulator.world, listingOf(table.name));
  return new Map(
    entries.map((entry) => {
      const values = expectValues(table.types, entry, secrets);
      return [identify(table.name, values), { values, record: entry.record }];
    }),
  );
}

/** What a record must have become, column by column, as the canonical texts of `CopiedRow.values`. */
export function expectValues(
  types: CopiedTable["types"],
  entry: Omit<WorldEntry, "record"> & { record: Readonly<Record<string, unknown>> },
  secrets: readonly string[],
): Record<string, string | null> {
  const columns = Object.entries(types);
  return Object.fromEntries(
    columns.map(([column, type]) => {
      const value = findValue(column, entry);
      const hidden = column === "location" && typeof value === "string" ? mask(value, secrets) : value;
      return [column, asStored(hidden, type)];
    }),
  );
}

/** What may be kept of a record that cannot be loaded, as canonical JSON: all of it but its secrets. */
export function expectKept(record: unknown, secrets: readonly string[]): string {
  if (typeof record !== "object" || record === null || Array.isArray(record)) return canonicalJson(record);
  const kept = Object.entries(record).filter(([field]) => !NEVER_STORED.includes(field));
  const masked = kept.map(([field, value]) =>
    field === "location" && typeof value === "string" ? [field, mask(value, secrets)] : [field, value],
  );
  return canonicalJson(Object.fromEntries(masked));
}

function compareRow(table: CopiedTable, key: string, expected: CopiedRow["values"]): string[] {
  const row = table.rows.get(key);
  if (!row) return [`${table.name} ${key}: is missing`];
  if (row.deletedAt !== null) return [`${table.name} ${key}: is marked as deleted`];
  return Object.entries(expected)
    .filter(([column, value]) => row.values[column] !== value)
    .map(([column, value]) => `${table.name} ${key} ${column}: ${row.values[column]}, not ${value}`);
}

/** Fields of a record that no column holds. */
function findHomeless({ name, types }: CopiedTable, record: ApiRecord): string[] {
  return Object.keys(record)
    .filter((field) => !(field in types) && !NEVER_STORED.includes(field))
    .filter((field) => !(name === "ad_accounts" && field === "id"))
    .map((field) => `${name}: no column holds the field ${field}`);
}

/** The value of a column: a field of its name, or the place of the record, or what is taken out of `owner`. */
function findValue(
  column: string,
  {
    adAccountId,
    ownerUserId,
    feedId,
    record,
  }: Omit<WorldEntry, "record"> & { record: Readonly<Record<string, unknown>> },
): unknown {
  const owner = record["owner"] as { id?: unknown; username?: unknown } | undefined;
  switch (column) {
    case "ad_account_id":
      return adAccountId ?? record["id"];
    case "owner_user_id":
      return ownerUserId ?? owner?.id;
    case "owner_username":
      return owner?.username;
    case "feed_id":
      return feedId ?? record["feed_id"];
    default:
      return record[column];
  }
}

function mask(location: string, secrets: readonly string[]): string {
  const withoutUser = location.replace(/\/\/[^/@]*@/, "//***@");
  return secrets.reduce((text, secret) => text.replaceAll(secret, "***"), withoutUser);
}

function asStored(value: unknown, type: string): string | null {
  if (value === null || value === undefined) return null;
  if (type === "jsonb") return canonicalJson(value);
  if (type === "timestamp with time zone") return asMicroseconds(value);
  return storable(String(value));
}

function asMicroseconds(value: unknown): string {
  const epoch = Number(value);
  if (Number.isNaN(epoch)) return String(Date.parse(String(value)) * 1000);
  return String(epoch > LARGEST_EPOCH_SECONDS ? epoch * 1000 : epoch * 1_000_000);
}
