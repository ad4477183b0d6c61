import type { Warehouse } from "./database.ts";

/** Tokens as they may be shown: ages and lifetimes, never the tokens. */
export interface TokenStatus {
  readonly refreshed_at: Date | null;
  readonly access_token_expires_at: Date | null;
  readonly refresh_token_expires_at: Date | null;
  readonly scopes: readonly string[] | null;
  readonly refused_at: Date | null;
  readonly refused_reason: string | null;
}

/** Of the tokens that were refreshed last; undefined before the first refresh. */
export async function readTokenStatus({ knex }: Warehouse): Promise<TokenStatus | undefined> {
  const { rows } = await knex.raw<{ rows: TokenStatus[] }>(
    `select refreshed_at, access_token_expires_at, refresh_token_expires_at, scopes, refused_at, refused_reason
       from pinterest_ads_oauth_tokens order by refreshed_at desc nulls last limit 1`,
  );
  return rows[0];
}
