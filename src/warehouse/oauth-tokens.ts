import { setTimeout as wait } from "node:timers/promises";
import type { Knex } from "knex";
import pg, { type Client, type QueryResultRow } from "pg";
import { ConnectorError } from "../errors.ts";
import { errorCode } from "./connection-error.ts";
import { inTransaction } from "./database.ts";
import { lockKey } from "./locks.ts";
import { quoteIdentifier } from "./names.ts";
import {
  OAUTH_TOKENS_TABLE,
  type OAuthTokensRow,
  readRow,
  type SavedRefusal,
  type SavedTokens,
  sealRow,
} from "./oauth-token-row.ts";
import { createTokenCipher } from "./token-cipher.ts";

/** The tokens of one app in `pinterest_ads_oauth_tokens`. Every method commits by itself. */
export interface OAuthTokens {
  read(): Promise<OAuthTokensRow | undefined>;
  /** Runs `work` while no other process does, by an advisory lock on a connection of its own; no transaction is open. */
  exclusively<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>;
  /** Throws when the connection with that lock has been lost meanwhile. */
  assertExclusive(): Promise<void>;
  begin(at: number): Promise<void>;
  save(seedFingerprint: string, tokens: SavedTokens): Promise<void>;
  refuse(refusal: SavedRefusal): Promise<void>;
}

export interface OAuthTokensOptions {
  readonly knex: Knex;
  readonly schema: string;
  /** 32 bytes. */
  readonly encryptionKey: Buffer;
  readonly appId: string;
}

const LOCK_POLL_MS = 200;

/** Throws `schema_missing`, `database_permission` or `database_unreachable`; never with a token in the text. */
export function openTokenStore(options: OAuthTokensOptions): OAuthTokens {
  const { knex, schema, appId } = options;
  const cipher = createTokenCipher(options.encryptionKey);
  const table = `${quoteIdentifier(schema)}.${OAUTH_TOKENS_TABLE}`;
  const lock = lockKey(schema, `oauth-tokens:${appId}`);

  // Slices may hold all other connections while they wait for a token: the one with the lock must do for the work.
  let locked: Client | undefined;
  let lost = false;

  async function use<T>(work: (client: Client) => Promise<T>): Promise<T> {
    // The pool may have none to spare before a token is there, and the token may only live on in this process.
    if (lost) return withOwnClient(knex, work);
    if (!locked) return withClient(knex, work);
    try {
      return await work(locked);
    } catch (error) {
      if (isRefusedStatement(error)) throw error;
      // Whatever is left of it: with another one beside it there would be one too many.
      locked.connection.stream.destroy();
      lost = true;
      throw error;
    }
  }

  const query = (sql: string, values: readonly unknown[]) => use((client) => run(client, sql, values));

  async function exclusively<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    return withClient(knex, async (client) => {
      while (!(await tryLock(client, lock))) await pause(signal);
      locked = client;
      try {
        return await work();
      } finally {
        locked = undefined;
        lost = false;
        await unlock(client, lock);
      }
    });
  }

  return {
    exclusively,
    async assertExclusive() {
      if (lost) throw lockLost();
      await query("select", []);
    },
    async read() {
      const [row] = await query(`select * from ${table} where app_id = $1`, [appId]);
      return row && readRow(row, cipher, appId);
    },
    async begin(at) {
      await query(
        `insert into ${table} (app_id, refresh_started_at) values ($1, $2)
         on conflict (app_id) do update set refresh_started_at = excluded.refresh_started_at`,
        [appId, new Date(at)],
      );
    },
    async refuse({ at, fingerprint, reason }) {
      await query(
        `insert into ${table} (app_id, refused_at, refused_fingerprint, refused_reason) values ($1, $2, $3, $4)
         on conflict (app_id) do update set refused_at = excluded.refused_at,
           refused_fingerprint = excluded.refused_fingerprint, refused_reason = excluded.refused_reason,
           refresh_started_at = null`,
        [appId, new Date(at), fingerprint, reason],
      );
    },
    async save(seedFingerprint, tokens) {
      const row = sealRow(appId, cipher, seedFingerprint, tokens);
      await use((client) => writeRow(client, table, row));
    },
  };
}

function lockLost(): ConnectorError {
  return new ConnectorError(
    "database_unreachable",
    "The connection broke that kept other processes from refreshing the tokens",
    { nextStep: "Check the database and the network to it; then run again." },
  );
}

async function writeRow(client: Client, table: string, row: Record<string, unknown>): Promise<void> {
  const columns = Object.keys(row);
  const sql = `insert into ${table} (${columns.join(", ")})
    values (${columns.map((_, index) => `$${index + 1}`).join(", ")})
    on conflict (app_id) do update set ${columns.map((name) => `${name} = excluded.${name}`).join(", ")}`;
  await inTransaction(client, async () => {
    // The former token is void already, so this must survive a crash of the server whatever its default is.
    await run(client, "set local synchronous_commit = on", []);
    await run(client, sql, Object.values(row));
  });
}

async function tryLock(client: Client, lock: string): Promise<boolean> {
  const [row] = await run(client, "select pg_try_advisory_lock(hashtextextended($1, 0)) as mine", [lock]);
  return row?.mine === true;
}

async function unlock(client: Client, lock: string): Promise<void> {
  try {
    await client.query("select pg_advisory_unlock(hashtextextended($1, 0))", [lock]);
  } catch {
    // Ends the session and with it the lock, which must not go back to the pool held.
    await client.end();
  }
}

async function pause(signal: AbortSignal): Promise<void> {
  try {
    await wait(LOCK_POLL_MS, undefined, { signal });
  } catch (error) {
    throw signal.aborted
      ? new ConnectorError("interrupted", "Stopped while another process refreshed the tokens")
      : error;
  }
}

async function withClient<T>(knex: Knex, work: (client: Client) => Promise<T>): Promise<T> {
  const client: Client = await knex.client.acquireConnection().catch((error: unknown) => {
    throw describeError(error);
  });
  try {
    return await work(client);
  } finally {
    await knex.client.releaseConnection(client);
  }
}

/** In place of the pool's that broke, for once: the two together count as one. */
async function withOwnClient<T>(knex: Knex, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(knex.client.connectionSettings);
  // Without a listener a break of the connection would end the process; the query under way tells of it.
  client.on("error", () => undefined);
  try {
    await client.connect();
    return await work(client);
  } catch (error) {
    throw error instanceof ConnectorError ? error : describeError(error);
  } finally {
    await client.end();
  }
}

async function run(client: Client, sql: string, values: readonly unknown[]): Promise<QueryResultRow[]> {
  try {
    return (await client.query(sql, [...values])).rows;
  } catch (error) {
    throw describeError(error);
  }
}

/** SQLSTATEs with which the connection ends, or leads to a server that takes no writes any more since a failover. */
const ENDS_CONNECTION = /^(?:08|57P|25006)/;

/** True when nothing but the statement failed, and the next one may do. */
function isRefusedStatement(error: unknown): boolean {
  const cause = error instanceof ConnectorError ? error.cause : error;
  return cause instanceof pg.DatabaseError && !ENDS_CONNECTION.test(cause.code ?? "");
}

const UNDEFINED_TABLE = "42P01";
const UNDEFINED_COLUMN = "42703";
const FORBIDDEN: ReadonlySet<string | undefined> = new Set(["42501", "25006"]);

function describeError(error: unknown): ConnectorError {
  const code = errorCode(error);
  const why = error instanceof Error ? error.message : String(error);
  if (code === UNDEFINED_TABLE || code === UNDEFINED_COLUMN)
    return new ConnectorError("schema_missing", `The table of the tokens is not as expected: ${why}`, {
      nextStep: "Run `pinterest-ads migrate`.",
      cause: error,
    });
  if (FORBIDDEN.has(code))
    return new ConnectorError("database_permission", `The tokens cannot be stored: ${why}`, {
      nextStep: `Grant select, insert and update on ${OAUTH_TOKENS_TABLE} to the role in DATABASE_URL.`,
      cause: error,
    });
  return new ConnectorError("database_unreachable", `The stored tokens cannot be reached: ${why}`, {
    nextStep: "Check DATABASE_URL and the database; then run again.",
    cause: error,
  });
}
