import type { Logger } from "pino";
import { ConnectorError } from "../errors.ts";
import type { OAuthScope } from "../resources/define.ts";
import { type Clock, systemClock } from "./clock.ts";
import { DEFAULT_TIMEOUTS, openHttp, type Timeouts } from "./http.ts";
import { interrupted, throwIfAborted, unlessAborted } from "./interrupted.ts";
import { type Chain, type Credentials, chooseChain, refreshRefused } from "./token-chain.ts";
import { refreshGrant } from "./token-endpoint.ts";
import { saveDurably } from "./token-save.ts";
import {
  isFresh,
  isNeglected,
  isReplaced,
  isStored,
  isUnexpired,
  nextSet,
  sameSet,
  scopesToAsk,
} from "./token-set.ts";
import type { StoredTokens, TokenSet, TokenStore } from "./token-store.ts";

/** An access token and how many came before it in this process. */
export interface Access {
  readonly token: string;
  readonly generation: number;
}

/** `unauthorized`: the token was not accepted. `forbidden`: it was, but something may be wrong with it. */
export type RenewReason = "unauthorized" | "forbidden";

export interface Tokens {
  /** A token that should be valid. The signal ends the waiting only, never a refresh under way. */
  access(signal?: AbortSignal): Promise<Access>;
  /**
   * A newer token than that generation. Callers that meet one refusal together cause one refresh.
   * Tokens that cannot be renewed answer `forbidden` with the same generation, `unauthorized` with `token_refused`.
   */
  renew(generation: number, reason: RenewReason, signal?: AbortSignal): Promise<Access>;
  /** Refreshes now if the last refresh is `olderThanMs` ago or the refresh token ends soon, so that it does not die unused. */
  keepAlive(olderThanMs: number, signal?: AbortSignal): Promise<void>;
  /**
   * Lets a refresh that was sent finish within `timeouts`, for its answer may hold the only token that still works, and
   * saves what it brought; afterwards every call rejects with `interrupted`.
   */
  close(): Promise<void>;
}

export interface TokensOptions extends Credentials {
  readonly baseUrl: string;
  readonly version: string;
  readonly store: TokenStore;
  readonly logger: Logger;
  readonly scopes?: readonly OAuthScope[];
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly timeouts?: Timeouts;
  readonly maxAttempts?: number;
}

/** What the connector asks a user for: all that its resources need. */
export const SCOPES: readonly OAuthScope[] = ["ads:read", "catalogs:read", "user_accounts:read"];
const MAX_ATTEMPTS = 6;
/** Rotated tokens that live in this process alone, and what is stored in their place. */
interface Unsaved {
  readonly seed: string;
  readonly set: TokenSet;
  readonly replaces: StoredTokens | undefined;
}

/** After a refresh failed while the old token still holds, it is left in peace for so long. */
const POSTPONEMENT_MS = 5 * 60_000;

/**
 * OAuth tokens that renew themselves and outlive the process.
 * A rotated refresh token is committed to the store before its access token is handed to anybody; one process at a
 * time refreshes. Rejects with `token_missing`, `token_key_mismatch`, `token_refused` (then for good) or
 * `token_not_saved`; with `pinterest_unreachable` and the like when the token endpoint does not answer.
 */
export function createTokens(options: TokensOptions): Tokens {
  const { store, logger, clock = systemClock, random = Math.random } = options;
  const { maxAttempts = MAX_ATTEMPTS, scopes = SCOPES } = options;
  const http = openHttp({ version: options.version, timeouts: options.timeouts ?? DEFAULT_TIMEOUTS });
  const closing = new AbortController();
  const endpoint = { ...options, http, clock, random, maxAttempts, closing: closing.signal };
  let current: { readonly access: Access; readonly set: TokenSet } | undefined;
  let pending: Promise<Access> | undefined;
  let refused: ConnectorError | undefined;
  let unsaved: Unsaved | undefined;
  let postponedUntil = 0;

  function adopt(set: TokenSet): Access {
    if (current && sameSet(current.set, set)) return current.access;
    current = { access: { token: set.accessToken, generation: (current?.access.generation ?? 0) + 1 }, set };
    return current.access;
  }

  function usable(set: TokenSet | undefined, stale: TokenSet | undefined): set is TokenSet {
    if (!set || (stale && sameSet(set, stale))) return false;
    const now = clock.now();
    return isFresh(set, now) || (now < postponedUntil && isUnexpired(set, now));
  }

  /** The stored token if it will do, otherwise a refreshed one. `stale` is known not to be accepted. */
  async function obtain(stale: TokenSet | undefined): Promise<Access> {
    if (!unsaved) {
      const { tokens } = chooseChain(options, await store.read());
      if (usable(tokens, stale)) return adopt(tokens);
    }
    return store.exclusively(() => rotate(stale), closing.signal);
  }

  async function rotate(stale: TokenSet | undefined): Promise<Access> {
    const stored = await store.read();
    if (unsaved && isReplaced(stored, unsaved.replaces)) {
      // It may have been saved after all: the answer to a commit can be lost.
      if (!isStored(stored, unsaved.set))
        logger.warn("pinterest token that could not be saved is dropped, for others have replaced it");
      unsaved = undefined;
    }
    if (unsaved) return keep(unsaved);
    const chain = chooseChain(options, stored);
    // Another process may have refreshed while this one waited for its turn.
    if (usable(chain.tokens, stale)) return adopt(chain.tokens);
    throwIfAborted(closing.signal);
    try {
      return await refresh(chain, stored);
    } catch (error) {
      if (stale || !outlives(chain.tokens, error)) throw error;
      postponedUntil = clock.now() + POSTPONEMENT_MS;
      logger.warn({ err: error }, "pinterest token refresh postponed");
      return adopt(chain.tokens);
    }
  }

  function outlives(set: TokenSet | undefined, error: unknown): set is TokenSet {
    if (!set || !isUnexpired(set, clock.now()) || !(error instanceof ConnectorError)) return false;
    return ["pinterest_unreachable", "pinterest_error", "invalid_response"].includes(error.code);
  }

  async function refresh(chain: Chain, stored: StoredTokens | undefined): Promise<Access> {
    const begunAt = clock.now();
    await store.begin(begunAt);
    const reply = await refreshGrant(endpoint, chain.refreshToken, scopesToAsk(scopes, chain.tokens), () =>
      store.assertExclusive(),
    );
    const now = clock.now();
    if (reply.kind === "granted")
      return keep({ seed: chain.seedFingerprint, set: nextSet(reply.grant, chain, now), replaces: stored });
    const refusal = { at: now, fingerprint: chain.fingerprint, reason: reply.problem.message };
    refused = refreshRefused(refusal, stored?.unfinishedSince ?? (reply.perhapsSpent ? begunAt : undefined));
    await store.refuse(refusal).catch((error: unknown) => {
      logger.error({ err: error }, "pinterest token refusal not recorded");
    });
    throw refused;
  }

  async function keep(rotated: Unsaved): Promise<Access> {
    const { seed, set } = rotated;
    unsaved = rotated;
    await saveDurably(() => store.save(seed, set), clock, logger);
    unsaved = undefined;
    logger.info(
      { expires_at: set.accessExpiresAt && new Date(set.accessExpiresAt).toISOString() },
      "pinterest token refreshed",
    );
    return adopt(set);
  }

  function share(stale: TokenSet | undefined): Promise<Access> {
    if (closing.signal.aborted) return Promise.reject(interrupted());
    if (refused) return Promise.reject(refused);
    pending ??= obtain(stale).finally(() => {
      pending = undefined;
    });
    return pending;
  }

  async function access(signal?: AbortSignal): Promise<Access> {
    throwIfAborted(closing.signal);
    if (current && !refused && usable(current.set, undefined)) return current.access;
    return unlessAborted(share(undefined), signal);
  }

  async function renew(generation: number, _reason: RenewReason, signal?: AbortSignal): Promise<Access> {
    if (current?.access.generation !== generation) return access(signal);
    const { set } = current;
    const renewed = await unlessAborted(share(set), signal);
    // A refresh that was under way for another reason may have settled for the token that is now refused.
    return renewed.generation === generation ? unlessAborted(share(set), signal) : renewed;
  }

  async function keepAlive(olderThanMs: number, signal?: AbortSignal): Promise<void> {
    await access(signal);
    if (!current || !isNeglected(current.set, olderThanMs, clock.now())) return;
    await renew(current.access.generation, "forbidden", signal);
  }

  async function close(): Promise<void> {
    closing.abort();
    if (pending) logger.info({}, "pinterest token refresh under way is waited for");
    await pending?.catch((error: unknown) => {
      if (!(error instanceof ConnectorError && error.code === "interrupted"))
        logger.error({ err: error }, "pinterest token refresh failed");
    });
    http.close();
  }

  return { access, renew, keepAlive, close };
}

/** A ready-made access token (PINTEREST_ACCESS_TOKEN), which cannot be renewed: when it is refused, the run ends. */
export function fixedTokens(accessToken: string): Tokens {
  const only: Access = { token: accessToken, generation: 1 };
  let refused: ConnectorError | undefined;
  return {
    access: async () => only,
    renew: async (_generation, reason) => {
      if (reason === "forbidden") return only;
      refused = accessTokenRefused();
      throw refused;
    },
    keepAlive: async () => {
      if (refused) throw refused;
    },
    close: async () => undefined,
  };
}

function accessTokenRefused(): ConnectorError {
  return new ConnectorError("token_refused", "Pinterest does not accept PINTEREST_ACCESS_TOKEN", {
    nextStep:
      "Create a new access token (they last 30 days), or set PINTEREST_REFRESH_TOKEN, PINTEREST_APP_ID and PINTEREST_APP_SECRET and leave PINTEREST_ACCESS_TOKEN unset.",
  });
}
