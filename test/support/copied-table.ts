import { Client } from "pg";
import { canonicalJson, parseExactly } from "./exact-json.ts";

/** One row of a copied table, every value as one canonical text per meaning. */
export interface CopiedRow {
  /** Columns without the metadata; moments in microseconds since 1970, `jsonb` with sorted names. */
  readonly values: Readonly<Record<string, string | null>>;
  readonly extra: string | null;
  readonly deletedAt: string | null;
  readonly syncedAt: string | null;
  readonly runId: string | null;
  /** Transaction that wrote this version of the row: equal means that nothing was written. */
  readonly xmin: string;
}

export interface CopiedTable {
  /** `campaigns` for the table `pinterest_ads_campaigns`. */
  readonly name: string;
  /** Postgres types by column, metadata left out. */
  readonly types: Readonly<Record<string, string>>;
  /** By key, see `identify`. */
  readonly rows: ReadonlyMap<string, CopiedRow>;
}

/** The documented keys where they are not simply the account (or owner) and `id`. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  ad_accounts: ["ad_account_id"],
  feed_processing_results: ["owner_user_id", "feed_id", "id"],
};

/** Reads a copied table through a connection of its own, with the types that the live catalog gives. */
export async function readCopied(url: string, schema: string, name: string): Promise<CopiedTable> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await readTable(client, schema, name);
  } finally {
    await client.end();
  }
}

/** What a reader of the table sees: everything but who wrote it and when. For comparing two warehouses. */
export function contentOf({ rows }: CopiedTable): Map<string, unknown> {
  return new Map(
    [...rows].map(([key, { values, extra, deletedAt }]) => [
      key,
      { values, extra, deleted: deletedAt !== null },
    ]),
  );
}

async function readTable(client: Client, schema: string, name: string): Promise<CopiedTable> {
  const table = `${client.escapeIdentifier(schema)}.${client.escapeIdentifier(`pinterest_ads_${name}`)}`;
  const catalog = await client.query<{ column: string; type: string }>(
    `select attname as column, format_type(atttypid, atttypmod) as type
       from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum`,
    [table],
  );
  const types = Object.fromEntries(catalog.rows.map(({ column, type }) => [column, type]));
  const columns = Object.entries(types).map(([column, type]) => selectAsText(client, column, type));
  const { rows } = await client.query<Record<string, string | null>>(
    `select ${columns.join(", ")}, xmin::text as xmin from ${table}`,
  );
  const copied = rows.map((row) => toCopiedRow(row, types));
  return {
    name,
    types: Object.fromEntries(Object.entries(types).filter(([column]) => !column.startsWith("_"))),
    rows: new Map(copied.map((row) => [identify(name, row.values), row])),
  };
}

/** The key of a row as one text, from the columns that the documentation names. */
export function identify(name: string, values: Readonly<Record<string, string | null>>): string {
  const scope = "owner_user_id" in values ? "owner_user_id" : "ad_account_id";
  return (KEYS[name] ?? [scope, "id"]).map((column) => values[column]).join(" ");
}

function selectAsText(client: Client, column: string, type: string): string {
  const quoted = client.escapeIdentifier(column);
  const isMoment = type === "timestamp with time zone";
  return `${isMoment ? `(extract(epoch from ${quoted}) * 1000000)::bigint` : quoted}::text as ${quoted}`;
}

function toCopiedRow(
  row: Readonly<Record<string, string | null>>,
  types: Readonly<Record<string, string>>,
): CopiedRow {
  const read = (column: string) => {
    const text = row[column] ?? null;
    if (text === null) return null;
    if (types[column] === "jsonb") return canonicalJson(parseExactly(text));
    return types[column] === "numeric" ? String(Number(text)) : text;
  };
  const names = Object.keys(types).filter((column) => !column.startsWith("_"));
  return {
    values: Object.fromEntries(names.map((column) => [column, read(column)])),
    extra: read("_extra"),
    deletedAt: read("_deleted_at"),
    syncedAt: read("_synced_at"),
    runId: read("_run_id"),
    xmin: row["xmin"] ?? "",
  };
}
