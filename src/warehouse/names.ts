import type { Resource } from "../resources/define.ts";

/** Every table of the connector starts with this, so that it can live in a shared schema. */
export const TABLE_PREFIX = "pinterest_ads_";

/** What knex keeps of versioned migrations; its lock table has the same start. */
export const MIGRATIONS_TABLE = `${TABLE_PREFIX}migrations`;

/** The books: one row per run, one per slice. */
export const RUNS = `${TABLE_PREFIX}sync_runs`;
export const SLICES = `${TABLE_PREFIX}sync_slices`;

/**
 * Under which name the books keep the question which days are final. It is an extra: the run counts its calls, and
 * does not fail with it.
 */
export const READINESS = "metrics_ready";

export function tableName(resource: Pick<Resource, "name">): string {
  return TABLE_PREFIX + resource.name;
}

/** An SQL identifier. Names come from declarations and configuration, never from API values. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function quoteLiteral(value: string): string {
  const escaped = value.replaceAll("'", "''");
  return escaped.includes("\\") ? `E'${escaped.replaceAll("\\", "\\\\")}'` : `'${escaped}'`;
}
