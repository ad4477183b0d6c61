import knexModule, { type Knex } from "knex";
import type { Client } from "pg";
import { ConnectorError } from "../errors.ts";
import { describeConnectionError, displayUrl, errorCode } from "./connection-error.ts";
import { assertSessions } from "./pooler.ts";
import { readAddress } from "./tls.ts";

/** A pool of connections to the warehouse, every one with `search_path` set to its schema. */
export interface Warehouse {
  readonly knex: Knex;
  readonly schema: string;
  /** Plain connection settings, for the one connection that lives outside the pool. */
  readonly url: string;
  /** Breaks every connection of the pool; Postgres rolls back what they were doing, and new ones can be opened. */
  cutConnections(): void;
  close(): Promise<void>;
}

/** Backends look this often whether a killed client is still there while they work for it. */
const CLIENT_CHECK_INTERVAL = "1s";
const CONNECT_TIMEOUT_MS = 10_000;
const CLOSE_TIMEOUT_MS = 2000;
const APPLICATION_NAME = "pinterest-ads-warehouse";

/** knex prints what it also throws, with its stack and to stdout, where log lines or a document belong. */
const SILENT = { warn() {}, error() {}, deprecate() {}, debug() {} };

export interface WarehouseOptions {
  readonly url: string;
  readonly schema: string;
  /** Connections the pool may open at most. */
  readonly connections: number;
}

/** Opens a pool; connects only when first used. */
export function openWarehouse(options: WarehouseOptions): Warehouse {
  const clients = new Set<Client>();
  const prepare = (client: Client, done: (error: unknown, client: Client) => void) => {
    clients.add(client);
    client.once("end", () => clients.delete(client));
    prepareSession(client).then(
      () => done(undefined, client),
      (error) => done(error, client),
    );
  };
  const cutConnections = () => {
    for (const client of clients) client.connection.stream.destroy();
  };
  const knex = knexModule({
    client: "pg",
    connection: connectionSettings(options.url),
    searchPath: [options.schema],
    pool: { min: 0, max: options.connections, afterCreate: prepare },
    acquireConnectionTimeout: 60_000,
    log: SILENT,
  });
  return {
    knex,
    schema: options.schema,
    url: options.url,
    cutConnections,
    async close() {
      // A connection that is silently gone never says goodbye.
      const patience = setTimeout(cutConnections, CLOSE_TIMEOUT_MS);
      await knex.destroy();
      clearTimeout(patience);
    },
  };
}

/** What pg needs for one connection; throws `configuration` when the URL's TLS parameters or their files are wrong. */
export function connectionSettings(databaseUrl: string) {
  const problems: string[] = [];
  const { url, ssl, negotiation } = readAddress(databaseUrl, problems);
  if (problems.length > 0) throw new ConnectorError("configuration", problems.join("; "));
  return {
    connectionString: url,
    // Always given: else pg looks for them in the environment, and reads them in its own way.
    ssl,
    sslnegotiation: negotiation,
    application_name: APPLICATION_NAME,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    // Else the first probe comes after two hours, and a connection that is silently gone is waited for until then.
    keepAliveInitialDelayMillis: 30_000,
  };
}

/** Which one it is, for people: its place and schema, as in "localhost:5432/ads, schema public". */
export function nameWarehouse({ url, schema }: Pick<Warehouse, "url" | "schema">): string {
  return `${displayUrl(url)}, schema ${schema}`;
}

/** Runs `work` with one connection of the pool to itself, for COPY, temporary tables and transactions. */
export async function withConnection<T>(
  warehouse: Warehouse,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client: Client = await warehouse.knex.client.acquireConnection();
  try {
    return await work(client);
  } finally {
    await warehouse.knex.client.releaseConnection(client);
  }
}

/** All of `work` or nothing of it. */
export async function inTransaction<T>(client: Client, work: () => Promise<T>): Promise<T> {
  // Whatever the database's default: the merge must see what another run committed while it waited for its turn.
  await client.query("begin isolation level read committed");
  try {
    const result = await work();
    await client.query("commit");
    return result;
  } catch (error) {
    // A lost connection has rolled back by itself, and asking it again would hide the first error.
    await client.query("rollback").catch(() => undefined);
    throw error;
  }
}

export interface DatabaseFacts {
  /** As in server_version_num: 180004 is 18.4. */
  readonly version: number;
  readonly encoding: string;
  readonly database: string;
}

/** What does not change while a process runs need not be looked for again. */
const looked = new WeakSet<Warehouse>();

/**
 * Throws `database_unreachable`, which says plainly why and never the password, or `pooled_connection`, when the
 * warehouse cannot be used.
 */
export async function checkConnection(warehouse: Warehouse): Promise<DatabaseFacts> {
  try {
    const { rows } = await warehouse.knex.raw(
      "select current_setting('server_version_num')::int as version, current_setting('server_encoding') as encoding, current_database() as database",
    );
    if (!looked.has(warehouse)) await assertSessions((work) => withConnection(warehouse, work));
    looked.add(warehouse);
    return rows[0];
  } catch (error) {
    throw describeConnectionError(error, warehouse.url);
  }
}

/** What a session needs whatever the role's or the database's defaults are. */
const SESSION_SETTINGS = [
  // A slice that waits for Pinterest is idle for longer than some servers like, and a large merge takes its time.
  "set idle_session_timeout = 0",
  "set statement_timeout = 0",
  "set lock_timeout = 0",
  // Tables filled a moment ago have no statistics: judged by guesses, statements that take milliseconds would be
  // compiled for a second.
  "set jit = off",
  // Without it the backend of a killed run goes on with its merge unseen, and holds its locks meanwhile.
  `set client_connection_check_interval = '${CLIENT_CHECK_INTERVAL}'`,
];
/** Older servers do not know all of them, and one on Windows refuses to check its clients. */
const REFUSED_SETTING: ReadonlySet<string | undefined> = new Set(["42704", "22023"]);

async function prepareSession(client: Client): Promise<void> {
  for (const setting of SESSION_SETTINGS)
    try {
      await client.query(setting);
    } catch (error) {
      if (!REFUSED_SETTING.has(errorCode(error))) throw error;
    }
}
