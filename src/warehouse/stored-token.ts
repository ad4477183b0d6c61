import type { Warehouse } from "./database.ts";
import { OAUTH_TOKENS_TABLE } from "./oauth-token-row.ts";

/** What is known of an app's stored tokens without opening them. */
export interface StoredToken {
  /** Null before the first refresh. */
  readonly refreshed_at: Date | null;
  /** Null when Pinterest did not say; the same for the refresh token. */
  readonly access_token_expires_at: Date | null;
  readonly refresh_token_expires_at: Date | null;
  /** Of the configured token that the rotations started from. */
  readonly seed_fingerprint: string | null;
  readonly refused_at: Date | null;
  readonly refused_fingerprint: string | null;
  readonly refused_reason: string | null;
}

/** Undefined when nothing was ever stored for the app. */
export async function readStoredToken({ knex }: Warehouse, appId: string): Promise<StoredToken | undefined> {
  return knex(OAUTH_TOKENS_TABLE)
    .where({ app_id: appId })
    .first<StoredToken | undefined>(
      "refreshed_at",
      "access_token_expires_at",
      "refresh_token_expires_at",
      "seed_fingerprint",
      "refused_at",
      "refused_fingerprint",
      "refused_reason",
    );
}
