import { setTimeout as delay } from "node:timers/promises";
import { Client } from "pg";
import { ConnectorError } from "../../errors.ts";
import { WAREHOUSE } from "./cluster.ts";
import { type Files, hasCode } from "./files.ts";
import { isRunning, readPostmaster } from "./postmaster.ts";

const POLL_MS = 25;
const CONNECT_TIMEOUT_MS = 5_000;

/** SQLSTATEs of a server that refuses our role or password. */
const REFUSED = ["28P01", "28000"];
/** SQLSTATE of a database that does not exist. */
const NO_DATABASE = "3D000";

export interface Waiting {
  readonly deadline: number;
  readonly signal?: AbortSignal | undefined;
  /** Ends the waiting: nothing is there any more that could become ready. */
  readonly hasEnded: () => boolean;
}

export function warehouseUrl(port: number, password: string, database = WAREHOUSE): string {
  return `postgres://${WAREHOUSE}:${password}@127.0.0.1:${port}/${database}`;
}

/**
 * Waits until the server of this cluster answers a query, and creates the warehouse's database should somebody
 * have dropped it. Nobody is asked before postmaster.pid says "ready": the port may be another server's.
 * @returns its port; undefined when it ended or the deadline passed, then with the last error, if any.
 */
export async function waitUntilReady(
  files: Files,
  password: string,
  { deadline, signal, hasEnded }: Waiting,
): Promise<{ port: number | undefined; failure?: unknown }> {
  let failure: unknown;
  while (Date.now() < deadline && !hasEnded()) {
    signal?.throwIfAborted();
    const port = await readyPort(files);
    if (port !== undefined) {
      try {
        await greet(port, password);
        return { port };
      } catch (error) {
        if (hasCode(error, ...REFUSED)) throw passwordRefused(files, error);
        failure = error;
      }
    }
    await delay(POLL_MS);
  }
  return { port: undefined, failure };
}

async function readyPort(files: Files): Promise<number | undefined> {
  const postmaster = await readPostmaster(files);
  if (postmaster === undefined || !postmaster.ready) return undefined;
  return (await isRunning(files, postmaster)) ? postmaster.port : undefined;
}

async function greet(port: number, password: string): Promise<void> {
  try {
    await query(warehouseUrl(port, password), "SELECT 1");
  } catch (error) {
    if (!hasCode(error, NO_DATABASE)) throw error;
    await query(warehouseUrl(port, password, "postgres"), `CREATE DATABASE ${WAREHOUSE}`);
  }
}

async function query(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  // A server that stops while the connection is idle would otherwise end the process.
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.query(sql);
  } finally {
    await client.end();
  }
}

function passwordRefused(files: Files, cause: unknown): ConnectorError {
  return new ConnectorError("embedded_postgres", "The embedded Postgres refuses its own password.", {
    nextStep: `Restore ${files.password}, or delete ${files.directory} to begin with an empty warehouse.`,
    cause,
  });
}
