import { isFatal } from "../errors.ts";
import { unlessAborted } from "./interrupted.ts";
import type { Access, Tokens } from "./tokens.ts";

/** Renews tokens for requests that were refused, and remembers what renewing has brought so far. */
export interface Renewals {
  /** Notes that Pinterest accepted the token, whatever else it answered. */
  accepted(access: Access): void;
  /** Whether this token was ever accepted. */
  works(access: Access): boolean;
  /** After 401. Gives up when several tokens in a row, each fetched because of a 401, never worked. */
  afterUnauthorized(refusal: Refused): Promise<Change>;
  /** After 403, which is seldom the token's fault: renews at most once in the life of the process. */
  afterForbidden(refusal: Refused): Promise<Change>;
}

export interface Refused {
  readonly access: Access;
  /** How often a token was already renewed for this request and this kind of refusal. */
  readonly renewedBefore: number;
  readonly signal: AbortSignal | undefined;
}

/** `newer`: somebody else has renewed since the request was sent. `none`: there is no other token to try. */
export type Change = "newer" | "renewed" | "none";

/**
 * A token may be revoked again before its first use, and by bad luck once more. So many in a row are no bad
 * luck: the account or the app is shut out, and going on would only wear out refresh tokens.
 */
const RENEWALS_WITHOUT_SUCCESS = 5;

export function createRenewals(tokens: Tokens): Renewals {
  let lastAccepted = 0;
  let renewedInVain = 0;
  let newest = 0;
  let afterForbidden: Promise<Access> | undefined;

  async function isOutdated({ access, signal }: Refused): Promise<boolean> {
    return (await tokens.access(signal)).generation !== access.generation;
  }

  async function renewOnce(refused: Access): Promise<Access> {
    try {
      return await tokens.renew(refused.generation, "forbidden");
    } catch (error) {
      if (isFatal(error)) throw error;
      // The refusal is what the user has to know; that the token could not be renewed either is in the log.
      return refused;
    }
  }

  return {
    accepted: (access) => {
      lastAccepted = Math.max(lastAccepted, access.generation);
      renewedInVain = 0;
    },
    works: (access) => lastAccepted >= access.generation,
    async afterUnauthorized(refusal) {
      const { generation } = refusal.access;
      if (await isOutdated(refusal)) return "newer";
      if (Math.max(renewedInVain, refusal.renewedBefore) >= RENEWALS_WITHOUT_SUCCESS) return "none";
      const renewed = await tokens.renew(generation, "unauthorized", refusal.signal);
      if (renewed.generation === newest) return "newer";
      newest = renewed.generation;
      renewedInVain += 1;
      return "renewed";
    },
    async afterForbidden(refusal) {
      if (await isOutdated(refusal)) return "newer";
      if (refusal.renewedBefore > 0) return "none";
      afterForbidden ??= renewOnce(refusal.access);
      const renewed = await unlessAborted(afterForbidden, refusal.signal);
      return renewed.generation > refusal.access.generation ? "renewed" : "none";
    },
  };
}
