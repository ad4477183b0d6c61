import { once } from "node:events";
import type { Client } from "pg";
import { from as copyFrom } from "pg-copy-streams";
import type { Resource } from "../resources/define.ts";
import { decodeField, encodeField, NULL_FIELD } from "./copy-text.ts";
import { errorCode } from "./database.ts";
import { watchKeyOrder } from "./key-order.ts";
import { quoteIdentifier, tableName } from "./names.ts";
import type { ParsedRow, Rejection } from "./parse-record.ts";

/** Rows per COPY: larger ones gain nothing and cost memory. */
const BATCH_ROWS = 10_000;
/** Characters per COPY, so that wide rows do not pile up. */
const BATCH_CHARACTERS = 4_000_000;
/** Classes of SQLSTATE that blame the data: data exceptions, and limits such as depth or size of a value. */
const DATA_ERROR = /^(?:22|54)/;

/** Temporary tables of one connection; gone with it, whatever happens. */
export const STAGE = "pinterest_ads_stage";
export const REJECTED_STAGE = "pinterest_ads_stage_rejected";

/** Where the rows of one slice wait until the merge makes them visible. */
export interface Stage {
  add(row: Pick<ParsedRow, "line" | "key">): Promise<void>;
  reject(rejection: Rejection): Promise<void>;
  /** Writes what is still in memory. No row may be added afterwards. */
  flush(): Promise<StageCounts>;
  drop(): Promise<void>;
}

export interface StageCounts {
  readonly staged: number;
  readonly rejected: number;
  /** Rejected records of which not even the key can be read: so many rows may seem missing and are not. */
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
  const rows = openBatches(client, `${STAGE} (${columns.map(quoteIdentifier).join(", ")})`, refuse);
  const rejections = openBatches(client, `${REJECTED_STAGE} (reason, record, key)`, rethrow);
  const order = watchKeyOrder();
  let staged = 0;
  let rejected = 0;
  let unidentified = 0;

  async function reject(rejection: Rejection): Promise<void> {
    rejected += 1;
    if (rejection.key === "unreadable") unidentified += 1;
    const key = typeof rejection.key === "string" ? NULL_FIELD : encodeField(arrayLiteral(rejection.key));
    await rejections.add([encodeField(rejection.reason), encodeField(rejection.record), key].join("\t"));
  }

  async function refuse(line: string, error: Error): Promise<void> {
    staged -= 1;
    const values = line.split("\t").map(decodeField);
    const key = resource.key.map((name) => values[columns.indexOf(name)] ?? "");
    const record = Object.fromEntries(columns.slice(1).map((name, index) => [name, values[index + 1]]));
    await reject({ reason: `Postgres: ${error.message}`, record: JSON.stringify(record), key });
  }

  return {
    async add({ line, key }) {
      staged += 1;
      order.see(key);
      await rows.add(`${staged}\t${line}`);
    },
    reject,
    async flush() {
      await rows.flush();
      await rejections.flush();
      return { staged, rejected, unidentified, unique: order.isStrict() };
    },
    drop: () => dropStage(client),
  };
}

async function createStage(client: Client, resource: Resource): Promise<void> {
  const columns = [...resource.columns.map((column) => quoteIdentifier(column.name)), '"_extra"'].join(", ");
  // Typed like the table, so that the merge need not cast; empty, hence `limit 0`.
  await client.query(
    `create temporary table ${STAGE} as select 0::bigint as _n, ${columns} from ${quoteIdentifier(tableName(resource))} limit 0`,
  );
  await client.query(`create temporary table ${REJECTED_STAGE} (reason text, record text, key text[])`);
}

async function dropStage(client: Client): Promise<void> {
  await client.query(`drop table if exists pg_temp.${STAGE}, pg_temp.${REJECTED_STAGE}`);
}

interface Batches {
  add(line: string): Promise<void>;
  flush(): Promise<void>;
}

type RefuseLine = (line: string, error: Error) => Promise<void>;

function openBatches(client: Client, target: string, refuse: RefuseLine): Batches {
  let batch: string[] = [];
  let characters = 0;
  let underway: Promise<void> = Promise.resolve();

  async function send(): Promise<void> {
    await underway;
    const lines = batch;
    batch = [];
    characters = 0;
    underway = copyOrSplit(client, target, lines, refuse);
    // Met again by the next `send` or `flush`; unhandled until then it would end the process.
    underway.catch(() => undefined);
  }

  return {
    async add(line) {
      batch.push(line);
      characters += line.length;
      if (batch.length >= BATCH_ROWS || characters >= BATCH_CHARACTERS) await send();
    },
    async flush() {
      await send();
      await underway;
    },
  };
}

/** COPY is all or nothing: halving finds the lines that Postgres refuses in log2(n) tries each. */
async function copyOrSplit(
  client: Client,
  target: string,
  lines: readonly string[],
  refuse: RefuseLine,
): Promise<void> {
  if (lines.length === 0) return;
  try {
    await copy(client, target, lines);
  } catch (error) {
    if (!(error instanceof Error) || !DATA_ERROR.test(errorCode(error) ?? "")) throw error;
    const [only] = lines;
    if (lines.length === 1 && only !== undefined) return refuse(only, error);
    const middle = Math.floor(lines.length / 2);
    await copyOrSplit(client, target, lines.slice(0, middle), refuse);
    await copyOrSplit(client, target, lines.slice(middle), refuse);
  }
}

const CHUNK_CHARACTERS = 256_000;

async function copy(client: Client, target: string, lines: readonly string[]): Promise<void> {
  const stream = client.query(copyFrom(`copy pg_temp.${target} from stdin`));
  const finished = once(stream, "finish");
  // The stream reports a refused row while it is written to; `finished` carries it to the caller.
  finished.catch(() => undefined);
  let chunk: string[] = [];
  let characters = 0;
  for (const line of lines) {
    chunk.push(line);
    characters += line.length;
    if (characters < CHUNK_CHARACTERS) continue;
    if (!stream.write(`${chunk.join("\n")}\n`)) await Promise.race([once(stream, "drain"), finished]);
    chunk = [];
    characters = 0;
  }
  stream.end(chunk.length > 0 ? `${chunk.join("\n")}\n` : undefined);
  await finished;
}

async function rethrow(_line: string, error: Error): Promise<void> {
  throw error;
}

function arrayLiteral(values: readonly string[]): string {
  return `{${values.map((value) => `"${value.replace(/[\\"]/g, "\\$&")}"`).join(",")}}`;
}
