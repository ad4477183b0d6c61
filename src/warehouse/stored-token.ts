import type { Warehouse } from "./database.ts";
import { OAUTH_TOKENS_TABLE } from "./oauth-token-row.ts";

/** What is known of an app's stored tokens without opening them. */
export interface StoredToken {
  /** Null before the first refresh. */
  readonly refreshed_at: Date | null;
  /** Null when Pinterest did not say; the same for the refresh token, and for the scopes. */
  readonly access_token_expires_at: Date | null;
  readonly refresh_token_expires_at: Date | null;
  readonly scopes: readonly string[] | null;
  /** Of the configured token that the rotations started from. */
  readonly seed_fingerprint: string | null;
  readonly refused_at: Date | null;
  readonly refused_fingerprint: string | null;
  readonly refused_reason: string | null;
}

/** Undefined when nothing was ever stored for the app; of an app that is not known, the tokens refreshed last. */
export async function readStoredToken(
  { knex }: Warehouse,
  appId: string | undefined,
): Promise<StoredToken | undefined> {
  return knex(OAUTH_TOKENS_TABLE)
    .where(appId === undefined ? {} : { app_id: appId })
    .orderByRaw("refreshed_at desc nulls last")
    .first<StoredToken | undefined>(
      "refreshed_at",
      "access_token_expires_at",
      "refresh_token_expires_at",
      "scopes",
      "seed_fingerprint",
      "refused_at",
      "refused_fingerprint",
      "refused_reason",
    );
}
