import { isFatal } from "../errors.ts";
import { unlessAborted } from "./interrupted.ts";
import type { Access, Tokens } from "./tokens.ts";

/** Renews tokens for requests that were refused, and remembers what renewing has brought so far. */
export interface Renewals {
  /** Notes that Pinterest accepted the token, whatever else it answered. */
  accepted(access: Access): void;
  /** Whether this token was ever accepted. */
  works(access: Access): boolean;
  /** After 401. Does not renew a token that was itself fetched because of a 401 and never worked. */
  afterUnauthorized(refusal: Refused): Promise<Change>;
  /** After 403, which is seldom the token's fault: renews at most once in the life of the process. */
  afterForbidden(refusal: Refused): Promise<Change>;
}

export interface Refused {
  readonly access: Access;
  /** Whether the request has not yet had a token renewed for it. */
  readonly mayRenew: boolean;
  readonly signal: AbortSignal | undefined;
}

/** `newer`: somebody else has renewed since the request was sent. `none`: there is no other token to try. */
export type Change = "newer" | "renewed" | "none";

export function createRenewals(tokens: Tokens): Renewals {
  let lastAccepted = 0;
  let lastRenewed = 0;
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
    },
    works: (access) => lastAccepted >= access.generation,
    async afterUnauthorized(refusal) {
      const { generation } = refusal.access;
      if (await isOutdated(refusal)) return "newer";
      const neverWorked = generation === lastRenewed && lastAccepted < generation;
      if (neverWorked || !refusal.mayRenew) return "none";
      lastRenewed = (await tokens.renew(generation, "unauthorized", refusal.signal)).generation;
      return "renewed";
    },
    async afterForbidden(refusal) {
      if (await isOutdated(refusal)) return "newer";
      if (!refusal.mayRenew) return "none";
      afterForbidden ??= renewOnce(refusal.access);
      const renewed = await unlessAborted(afterForbidden, refusal.signal);
      return renewed.generation > refusal.access.generation ? "renewed" : "none";
    },
  };
}
