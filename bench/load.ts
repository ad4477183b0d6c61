import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { Client } from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { ads as resource } from "../src/resources/ads.ts";
import { inTransaction, openWarehouse, type Warehouse, withConnection } from "../src/warehouse/database.ts";
import { mergeStage } from "../src/warehouse/merge.ts";
import { migrate } from "../src/warehouse/migrate.ts";
import { compileParser, isRejection, type ParsedRow } from "../src/warehouse/parse-record.ts";
import { openStage } from "../src/warehouse/stage.ts";
import { makeAd } from "./ads.ts";
import { withBenchDatabase } from "./database.ts";

/**
 * Our stage and merge against (a) a bare COPY of the same rows into the same keyed table and (b) knex
 * insert / onConflict / merge in batches of 500. Prints rows per second and ratios measured in one run.
 * Rows are made and parsed before the clock starts, so that all three are timed on loading alone.
 */
const ROWS = Number(process.argv[2] ?? 100_000);
const ROUNDS = Number(process.argv[3] ?? 3);
const KNEX_BATCH = 500;
const ACCOUNT = "549755885175";

const TABLE = "pinterest_ads_ads";
const names = [...resource.columns.map((column) => column.name), "_extra", "_run_id", "_synced_at"];
/** What our merge writes beside the record; the others write it as well, so that all load the same rows. */
const METADATA = `${randomUUID()}\t${new Date().toISOString()}`;

function makeRows(version: number): ParsedRow[] {
  const parse = compileParser(resource);
  return Array.from({ length: ROWS }, (_, index) => {
    const row = parse(makeAd(index, version), { ad_account_id: ACCOUNT });
    if (isRejection(row)) throw new Error(row.reason);
    return row;
  });
}

async function time(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return ROWS / ((performance.now() - startedAt) / 1000);
}

async function stageAndMerge(client: Client, rows: readonly ParsedRow[]): Promise<void> {
  const stage = await openStage(client, resource);
  for (const row of rows) {
    const full = stage.add(row);
    if (full) await full;
  }
  const staged = await stage.flush();
  const options = { runId: randomUUID(), scopeId: ACCOUNT, complete: true };
  await inTransaction(client, () => mergeStage(client, resource, staged, options));
  await stage.drop();
}

async function bareCopy(client: Client, rows: readonly ParsedRow[]): Promise<void> {
  const stream = client.query(copyFrom(`copy ${TABLE} (${names.join(", ")}) from stdin`));
  for (let start = 0; start < rows.length; start += 500) {
    const chunk = `${rows
      .slice(start, start + 500)
      .map((row) => `${row.line}\t${METADATA}`)
      .join("\n")}\n`;
    if (!stream.write(chunk)) await once(stream, "drain");
  }
  stream.end();
  await once(stream, "finish");
}

async function knexUpsert(warehouse: Warehouse, rows: readonly Record<string, unknown>[]): Promise<void> {
  await warehouse.knex.transaction(async (transaction) => {
    for (let start = 0; start < rows.length; start += KNEX_BATCH)
      await transaction(TABLE)
        .insert(rows.slice(start, start + KNEX_BATCH))
        .onConflict([...resource.key])
        .merge();
  });
}

/** The same rows as objects for knex: what COPY reads, decoded. */
async function readRows(client: Client): Promise<Record<string, unknown>[]> {
  const { rows } = await client.query(`select ${names.join(", ")} from ${TABLE}`);
  for (const row of rows)
    for (const name of ["tracking_urls", "rejected_reasons", "rejection_labels", "quiz_pin_data"])
      if (row[name] !== undefined && row[name] !== null) row[name] = JSON.stringify(row[name]);
  return rows;
}

/** WAL of everything, and rows of the table that another transaction has written since. */
async function walBytes(
  client: Client,
  work: () => Promise<void>,
): Promise<{ bytes: number; changed: number }> {
  const before = await client.query(
    "select pg_current_wal_insert_lsn() as lsn, pg_snapshot_xmax(pg_current_snapshot())::text as next_transaction",
  );
  await work();
  const after = await client.query(
    `select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), $1)::float8 as bytes,
            (select count(*)::int from ${TABLE} where xmin::text::bigint >= $2::bigint) as changed`,
    [before.rows[0].lsn, before.rows[0].next_transaction],
  );
  return after.rows[0];
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function print(label: string, values: readonly number[], note = ""): void {
  process.stdout.write(
    `${label.padEnd(34)}${Math.round(median(values)).toLocaleString("en-US").padStart(9)} rows/s  ${note}\n`,
  );
}

await withBenchDatabase(async (url) => {
  const warehouse = openWarehouse({ url, schema: "public", connections: 3 });
  await migrate(warehouse, [resource]);
  const [first, second] = [makeRows(0), makeRows(1)];
  const rates: Record<string, number[]> = {
    copy: [],
    first: [],
    updated: [],
    unchanged: [],
    knex: [],
    knexUpdated: [],
  };
  let wal = { bytes: 0, changed: 0 };
  await withConnection(warehouse, async (client) => {
    const clear = () => client.query(`truncate ${TABLE}`);
    for (let round = 0; round < ROUNDS; round += 1) {
      await clear();
      rates.copy?.push(await time(() => bareCopy(client, first)));
      const rows = await readRows(client);
      await clear();
      rates.knex?.push(await time(() => knexUpsert(warehouse, rows)));
      rates.knexUpdated?.push(await time(() => knexUpsert(warehouse, rows)));
      await clear();
      rates.first?.push(await time(() => stageAndMerge(client, first)));
      rates.updated?.push(await time(() => stageAndMerge(client, second)));
      wal = await walBytes(client, async () => {
        rates.unchanged?.push(await time(() => stageAndMerge(client, second)));
      });
    }
  });
  await warehouse.close();
  const ratio = (a: string, b: string) => (median(rates[a] ?? []) / median(rates[b] ?? [])).toFixed(2);
  process.stdout.write(
    `${ROWS.toLocaleString("en-US")} ads, ${names.length} columns, median of ${ROUNDS} rounds\n`,
  );
  print("(a) bare COPY into the keyed table", rates.copy ?? []);
  print("(b) knex, batches of 500, first", rates.knex ?? []);
  print("(b) knex, batches of 500, again", rates.knexUpdated ?? []);
  print(
    "ours, first load",
    rates.first ?? [],
    `${ratio("first", "copy")} x (a), ${ratio("first", "knex")} x (b)`,
  );
  print("ours, every row updated", rates.updated ?? [], `${ratio("updated", "copy")} x (a)`);
  print(
    "ours, nothing changed",
    rates.unchanged ?? [],
    `${wal.changed} rows written, ${wal.bytes} bytes of WAL in all`,
  );
});
