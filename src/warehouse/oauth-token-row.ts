import type { QueryResultRow } from "pg";
import { TABLE_PREFIX } from "./names.ts";
import type { TokenCipher } from "./token-cipher.ts";

export const OAUTH_TOKENS_TABLE = `${TABLE_PREFIX}oauth_tokens`;

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

/** The columns of a row with new tokens; an earlier refusal or unfinished refresh is over. */
export function sealRow(
  appId: string,
  cipher: TokenCipher,
  seedFingerprint: string,
  tokens: SavedTokens,
): Record<string, unknown> {
  return {
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
}

/** Opens a row; tokens sealed with another key are `unreadable`. */
export function readRow(row: QueryResultRow, cipher: TokenCipher, appId: string): OAuthTokensRow {
  return {
    seedFingerprint: row.seed_fingerprint ?? undefined,
    tokens: readTokens(row, cipher, appId),
    refusal: row.refused_fingerprint
      ? {
          at: toEpoch(row.refused_at) ?? 0,
          fingerprint: row.refused_fingerprint,
          reason: row.refused_reason ?? "",
        }
      : undefined,
    unfinishedSince: toEpoch(row.refresh_started_at),
  };
}

function readTokens(row: QueryResultRow, cipher: TokenCipher, appId: string): OAuthTokensRow["tokens"] {
  if (!row.access_token || !row.refresh_token) return "absent";
  if (row.key_id !== cipher.keyId) return "unreadable";
  const accessToken = cipher.open(row.access_token, placeOf(appId, "access_token"));
  const refreshToken = cipher.open(row.refresh_token, placeOf(appId, "refresh_token"));
  if (accessToken === undefined || refreshToken === undefined) return "unreadable";
  return {
    accessToken,
    refreshToken,
    accessExpiresAt: toEpoch(row.access_token_expires_at),
    refreshExpiresAt: toEpoch(row.refresh_token_expires_at),
    scopes: row.scopes ?? undefined,
    refreshedAt: toEpoch(row.refreshed_at) ?? 0,
  };
}

/** Binds a sealed value to its app and column. */
function placeOf(appId: string, column: "access_token" | "refresh_token"): string {
  return JSON.stringify([OAUTH_TOKENS_TABLE, appId, column]);
}

function toDate(epochMs: number | undefined): Date | null {
  return epochMs === undefined ? null : new Date(epochMs);
}

function toEpoch(value: Date | null): number | undefined {
  return value?.getTime();
}
