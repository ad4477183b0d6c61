import { createHash } from "node:crypto";
import { ConnectorError } from "../errors.ts";
import type { Refusal, StoredTokens, TokenSet } from "./token-store.ts";

/** The app and the refresh token that the user configured. */
export interface Credentials {
  readonly appId: string;
  readonly appSecret: string;
  /** PINTEREST_REFRESH_TOKEN: the first token of a chain of rotations. */
  readonly seedRefreshToken: string | undefined;
}

/** A chain of rotations: each refresh token was issued in exchange for the one before it. */
export interface Chain {
  readonly seedFingerprint: string;
  /** Identifies app, secret and chain in the record of a refusal. */
  readonly fingerprint: string;
  readonly refreshToken: string;
  /** What the last rotation brought; undefined when the chain starts with this refresh. */
  readonly tokens: TokenSet | undefined;
}

/**
 * Chooses between the stored chain and the configured token: a configured token that differs from the one the
 * stored chain started with replaces the chain; an unchanged one never does, because Pinterest has replaced it.
 * Throws `token_missing`, `token_key_mismatch`, or `token_refused` when this very chain was refused before.
 */
export function chooseChain(credentials: Credentials, stored: StoredTokens | undefined): Chain {
  const chain = startOrContinue(credentials, stored);
  if (stored?.refusal?.fingerprint === chain.fingerprint) throw refusedBefore(stored.refusal);
  return chain;
}

function startOrContinue(credentials: Credentials, stored: StoredTokens | undefined): Chain {
  const { seedRefreshToken: refreshToken } = credentials;
  const seed = refreshToken === undefined ? undefined : seedFingerprint(credentials.appId, refreshToken);
  if (refreshToken !== undefined && seed !== undefined && (!stored || stored.seedFingerprint !== seed))
    return newChain(credentials, seed, refreshToken);
  if (stored?.tokens === "unreadable") throw keyMismatch();
  if (stored && stored.tokens !== "absent") {
    const seedOfStored = stored.seedFingerprint ?? "";
    return {
      ...newChain(credentials, seedOfStored, stored.tokens.refreshToken),
      tokens: stored.tokens,
    };
  }
  if (refreshToken === undefined || seed === undefined) throw tokenMissing();
  return newChain(credentials, seed, refreshToken);
}

function newChain(credentials: Credentials, seed: string, refreshToken: string): Chain {
  return {
    seedFingerprint: seed,
    fingerprint: chainFingerprint(credentials, seed),
    refreshToken,
    tokens: undefined,
  };
}

/** Identifies a chain in the record of its refusal: `Refusal.fingerprint`. */
export function chainFingerprint(
  { appId, appSecret }: Pick<Credentials, "appId" | "appSecret">,
  seed: string,
): string {
  return digest([appId, appSecret, seed]);
}

/** Tells configured tokens apart without the encryption key, so that a wrong key is not taken for a new token. */
export function seedFingerprint(appId: string, refreshToken: string): string {
  return digest([appId, refreshToken]);
}

function digest(parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

const AUTHORISE_AGAIN =
  "Authorise the app again with `pinterest-ads auth login`, or put a new token into PINTEREST_REFRESH_TOKEN; check PINTEREST_APP_ID and PINTEREST_APP_SECRET.";

/** `token_refused`: Pinterest does not accept the refresh token; asking again would not help. `unfinishedSince` (epoch ms) explains it. */
export function refreshRefused(refusal: Refusal, unfinishedSince: number | undefined): ConnectorError {
  const lost =
    unfinishedSince === undefined
      ? ""
      : `. A refresh that began on ${new Date(unfinishedSince).toISOString()} never finished; its new token may be lost`;
  return new ConnectorError(
    "token_refused",
    `Pinterest refused to renew the access token: ${refusal.reason}${lost}`,
    { nextStep: AUTHORISE_AGAIN, details: { refused_at: new Date(refusal.at).toISOString() } },
  );
}

function refusedBefore(refusal: Refusal): ConnectorError {
  const at = new Date(refusal.at).toISOString();
  return new ConnectorError(
    "token_refused",
    `Pinterest refused the refresh token on ${at} and was not asked again: ${refusal.reason}`,
    { nextStep: AUTHORISE_AGAIN, details: { refused_at: at } },
  );
}

function keyMismatch(): ConnectorError {
  return new ConnectorError(
    "token_key_mismatch",
    "The stored Pinterest tokens were encrypted with another TOKEN_ENCRYPTION_KEY",
    {
      nextStep:
        "Restore the former TOKEN_ENCRYPTION_KEY, or authorise the app again with `pinterest-ads auth login`.",
    },
  );
}

function tokenMissing(): ConnectorError {
  return new ConnectorError(
    "token_missing",
    "There is no Pinterest token, neither configured nor in the warehouse",
    {
      nextStep:
        "Authorise the app with `pinterest-ads auth login`, or set PINTEREST_REFRESH_TOKEN or PINTEREST_ACCESS_TOKEN.",
    },
  );
}
