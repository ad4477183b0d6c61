import { setTimeout as wait } from "node:timers/promises";
import type { Knex } from "knex";
import type { Client, QueryResultRow } from "pg";
import { ConnectorError } from "../errors.ts";
import { errorCode } from "./database.ts";
import { lockKey } from "./locks.ts";
import { quoteIdentifier, TABLE_PREFIX } from "./names.ts";
import { createTokenCipher, type TokenCipher } from "./token-cipher.ts";

/** Rotated tokens as stored; times in epoch milliseconds. */
export interface SavedTokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly accessExpiresAt: number | undefined;
  readonly refreshExpiresAt: number | undefined;
  readonly scopes: readonly string[] | undefined;
  readonly refreshedAt: number;
}

export interface SavedRefusal {
  readonly at: number;
  readonly fingerprint: string;
  readonly reason: string;
}

export interface OAuthTokensRow {
  readonly seedFingerprint: string | undefined;
  /** `absent`: none were saved yet. `unreadable`: the encryption key is not the one they were saved with. */
  readonly tokens: SavedTokens | "absent" | "unreadable";
  readonly refusal: SavedRefusal | undefined;
  readonly unfinishedSince: number | undefined;
}

/** The tokens of one app in `pinterest_ads_oauth_tokens`. Every method commits by itself. */
export interface OAuthTokens {
  read(): Promise<OAuthTokensRow | undefined>;
  /** Runs `work` while no other process does, by an advisory lock on a connection of its own; no transaction is open. */
  exclusively<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>;
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

const TABLE = `${TABLE_PREFIX}oauth_tokens`;
const LOCK_POLL_MS = 200;

/** Throws `schema_missing`, `database_permission` or `database_unreachable`; never with a token in the text. */
export function openTokenStore(options: OAuthTokensOptions): OAuthTokens {
  const { knex, schema, appId } = options;
  const cipher = createTokenCipher(options.encryptionKey);
  const table = `${quoteIdentifier(schema)}.${TABLE}`;
  const lock = lockKey(schema, `oauth-tokens:${appId}`);

  async function query(sql: string, values: readonly unknown[]): Promise<QueryResultRow[]> {
    return withClient(knex, async (client) => (await client.query(sql, [...values])).rows);
  }

  async function exclusively<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    return withClient(knex, async (client) => {
      while (!(await tryLock(client, lock))) await pause(signal);
      try {
        return await work();
      } finally {
        // If the connection is gone, Postgres has released the lock itself.
        await client.query("select pg_advisory_unlock(hashtextextended($1, 0))", [lock]).catch(() => undefined);
      }
    });
  }

  return {
    exclusively,
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
      await withClient(knex, (client) => saveRow(client, table, appId, cipher, seedFingerprint, tokens));
    },
  };
}

async function saveRow(
  client: Client,
  table: string,
  appId: string,
  cipher: TokenCipher,
  seedFingerprint: string,
  tokens: SavedTokens,
): Promise<void> {
  const row = {
    app_id: appId,
    access_token: cipher.seal(tokens.accessToken, placeOf(appId, "access_token")),
    refresh_token: cipher.seal(tokens.refreshToken, placeOf(appId, "refresh_token")),
    access_token_expires_at: toDate(tokens.accessExpiresAt),
    refresh_token_expires_at: toDate(tokens.refreshExpiresAt),
    scopes: tokens.scopes ?? null,
    seed_fingerprint: seedFingerprint,
    key_id: cipher.keyId,
    refreshed_at: new Date(tokens.refreshedAt),
    refresh_started_at: null,
    refused_at: null,
    refused_fingerprint: null,
    refused_reason: null,
  };
  const columns = Object.keys(row);
  const sql = `insert into ${table} (${columns.join(", ")})
    values (${columns.map((_, index) => `$${index + 1}`).join(", ")})
    on conflict (app_id) do update set ${columns.map((name) => `${name} = excluded.${name}`).join(", ")}`;
  await inDurableTransaction(client, () => client.query(sql, Object.values(row)));
}
