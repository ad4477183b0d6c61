import pLimit from "p-limit";
import type { Client } from "pg";
import type { Resource } from "../resources/define.ts";
import { openCopyBatches } from "./copy-batches.ts";
import { decodeField, encodeField, NULL_FIELD } from "./copy-text.ts";
import { watchKeyOrder } from "./key-order.ts";
import { quoteIdentifier, tableName } from "./names.ts";
import type { ParsedRow, Rejection } from "./parse-record.ts";

/** Temporary tables of one connection; gone with it, whatever happens. */
export const STAGE = "pinterest_ads_stage";
export const REJECTED_STAGE = "pinterest_ads_stage_rejected";

/** Where the rows of one slice wait until the merge makes them visible. */
export interface Stage {
  /** Undefined while there is room; else a promise to wait for before the next row. */
  add(row: Pick<ParsedRow, "line" | "key">): Promise<void> | undefined;
  reject(rejection: Rejection): Promise<void>;
  /** Where the stage stands, to come back to with `rewind`. Nobody else may add meanwhile, nor between the two. */
  mark(): Promise<StageMark>;
  /** Takes back every row and rejection since `mark`, as if they had never come, whatever was sent already. */
  rewind(mark: StageMark): Promise<void>;
  /** Writes what is still in memory. No row may be added afterwards. */
  flush(): Promise<StageCounts>;
  drop(): Promise<void>;
}

/** A moment in the life of a stage. */
export interface StageMark {
  readonly added: number;
  readonly refused: number;
  readonly rejected: number;
  readonly unidentified: number;
  readonly rewindOrders: readonly (() => void)[];
}

export interface StageCounts {
  readonly staged: number;
  readonly rejected: number;
  /** Staged rows and rejected records whose key could be read. */
  readonly identified: number;
  /** Everything else that came: it may stand for rows that then only seem to be missing. */
  readonly unidentified: number;
  /** True when the keys came in strict order, which rules out duplicates without looking for them. */
  readonly unique: boolean;
}

/**
 * Opens an empty stage on `client`, which must stay with the slice until the merge.
 * Rows go in by COPY outside any transaction, one batch on its way while the next is filled, so
 * that memory does not grow with the slice. A row that Postgres itself refuses is set apart as a
 * rejection with Postgres' reason; the rest of its batch is kept.
 */
export async function openStage(client: Client, resource: Resource): Promise<Stage> {
  await dropStage(client);
  await createStage(client, resource);
  const columns = ["_n", ...resource.columns.map((column) => column.name), "_extra"];
  const turns = pLimit(1);
  const rows = openCopyBatches(
    client,
    turns,
    `${STAGE} (${columns.map(quoteIdentifier).join(", ")})`,
    refuse,
  );
  const rejections = openCopyBatches(client, turns, `${REJECTED_STAGE} (_n, reason, record, key)`, rethrow);
  const orders = listOrders(resource).map(watchKeyOrder);
  let added = 0;
  let refused = 0;
  let rejected = 0;
  let unidentified = 0;

  async function reject(rejection: Rejection): Promise<void> {
    rejected += 1;
    if (rejection.key === undefined) unidentified += 1;
    const key = rejection.key === undefined ? NULL_FIELD : encodeField(arrayLiteral(rejection.key));
    const texts = [encodeField(rejection.reason), encodeField(rejection.record), key];
    await rejections.add(`${rejected}\t${texts.join("\t")}`);
  }

  async function refuse(line: string, error: Error): Promise<void> {
    refused += 1;
    const values = line.split("\t").map(decodeField);
    const key = resource.key.map((name) => values[columns.indexOf(name)] ?? "");
    const record = Object.fromEntries(columns.slice(1).map((name, index) => [name, values[index + 1]]));
    await reject({ reason: `Postgres: ${error.message}`, record: JSON.stringify(record), key });
  }

  /** Rows first: what Postgres refuses of them goes to the rejections. */
  async function flush(): Promise<void> {
    await rows.flush();
    await rejections.flush();
  }

  return {
    add({ line, key }) {
      added += 1;
      for (const order of orders) order.see(key);
      return rows.add(`${added}\t${line}`);
    },
    reject,
    async mark() {
      await flush();
      return { added, refused, rejected, unidentified, rewindOrders: orders.map((order) => order.mark()) };
    },
    async rewind(mark) {
      if (added === mark.added && rejected === mark.rejected) return;
      await flush();
      await turns(async () => {
        await client.query(`delete from pg_temp.${STAGE} where _n > $1`, [mark.added]);
        await client.query(`delete from pg_temp.${REJECTED_STAGE} where _n > $1`, [mark.rejected]);
      });
      ({ added, refused, rejected, unidentified } = mark);
      for (const rewindOrder of mark.rewindOrders) rewindOrder();
    },
    async flush() {
      await flush();
      const staged = added - refused;
      const identified = staged + rejected - unidentified;
      return { staged, rejected, identified, unidentified, unique: orders.some((order) => order.isStrict()) };
    },
    async drop() {
      // A slice may fail while a batch is on its way: it must not meet the connection's next user.
      await rows.settle();
      await rejections.settle();
      await dropStage(client);
    },
  };
}

/** Orders in which keys may come: that of the key, and of metrics, by entity and then by day. */
function listOrders({ key }: Resource): (readonly number[] | undefined)[] {
  const day = key.indexOf("date");
  if (day < 0) return [undefined];
  const others = [...key.keys()].filter((part) => part !== day);
  return [undefined, [...others, day]];
}

async function createStage(client: Client, resource: Resource): Promise<void> {
  const columns = [...resource.columns.map((column) => quoteIdentifier(column.name)), '"_extra"'].join(", ");
  // Typed like the table, so that the merge need not cast; empty, hence `limit 0`.
  await client.query(
    `create temporary table ${STAGE} as select 0::bigint as _n, ${columns} from ${quoteIdentifier(tableName(resource))} limit 0`,
  );
  await client.query(
    `create temporary table ${REJECTED_STAGE} (_n bigint, reason text, record text, key text[])`,
  );
}

async function dropStage(client: Client): Promise<void> {
  await client.query(`drop table if exists pg_temp.${STAGE}, pg_temp.${REJECTED_STAGE}`);
}

async function rethrow(_line: string, error: Error): Promise<void> {
  throw error;
}

function arrayLiteral(values: readonly string[]): string {
  return `{${values.map((value) => `"${value.replace(/[\\"]/g, "\\$&")}"`).join(",")}}`;
}
