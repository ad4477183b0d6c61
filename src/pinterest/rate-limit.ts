import type { RateCategory } from "../resources/define.ts";
import type { Clock } from "./clock.ts";
import { budgetSpent } from "./failure.ts";
import { throwIfAborted, unlessAborted } from "./interrupted.ts";
import type { Quota } from "./quota.ts";

/** A wait that is worth showing: why nothing is sent, and until when (epoch ms). */
export interface WaitNotice {
  readonly category: RateCategory;
  readonly reason: "rate_limited" | "backing_off";
  readonly until: number;
}

/** What a client tells whoever counts. */
export interface ClientHooks {
  /** A request is sent; repeated ones are told as well. */
  readonly onCall?: ((category: RateCategory) => void) | undefined;
  /** One request has waited `ms`; of several that wait together each is told. */
  readonly onWaited?:
    | ((category: RateCategory, reason: WaitNotice["reason"], ms: number) => void)
    | undefined;
  /** The quota as an answer has just left it. */
  readonly onQuota?: ((category: RateCategory, quota: Quota) => void) | undefined;
}

/** What an answer taught about the limit. */
export interface Lesson {
  readonly quota?: Quota | undefined;
  /** Set when Pinterest asked to slow down; `delayMs` when it said for how long. */
  readonly throttled?: { readonly delayMs: number | undefined };
  readonly accepted?: boolean;
}

/** The gate in front of one rate-limit category; all requests of the category pass through the same one. */
export interface RateLimiter {
  /**
   * Waits until a request may be sent and returns how long that took (ms).
   * Fails at once with `rate_limit_budget_spent` when the wait is known to exceed `allowanceMs`.
   */
  ready(allowanceMs: number, signal?: AbortSignal): Promise<number>;
  /** Takes a place among the requests under way; false when the gate has closed since `ready`. */
  enter(): boolean;
  /** Gives the place back. Must be called exactly once for each `enter` that returned true. */
  leave(lesson: Lesson): void;
}

const FIRST_THROTTLE_MS = 1_000;
const LONGEST_THROTTLE_MS = 60_000;
/** `Retry-After: 0` must not turn into a busy loop. */
const SHORTEST_THROTTLE_MS = 1_000;
const JITTER_SHARE = 0.1;
const LONGEST_JITTER_MS = 5_000;
/** Resets are given in whole seconds, so two answers of one window may differ by one. */
const RESET_ROUNDING_MS = 1_000;

export function createRateLimiter(options: {
  category: RateCategory;
  clock: Clock;
  random: () => number;
  onWait?: ((wait: WaitNotice) => void) | undefined;
  onWaited?: ClientHooks["onWaited"];
  onQuota?: ClientHooks["onQuota"];
}): RateLimiter {
  const { category, clock, random } = options;
  let blockedUntil = 0;
  let throttles = 0;
  let quota: Quota | undefined;
  let underWay = 0;
  let departure = Promise.withResolvers<void>();

  function opensAt(): number {
    return quota && quota.remaining <= 0 ? Math.max(blockedUntil, quota.resetAt) : blockedUntil;
  }

  // Requests under way may not be counted in the quota that the last answer reported.
  function hasRoom(now: number): boolean {
    return !quota || quota.resetAt <= now || quota.remaining > underWay;
  }

  async function ready(allowanceMs: number, signal?: AbortSignal): Promise<number> {
    let waited = 0;
    for (;;) {
      throwIfAborted(signal);
      const now = clock.now();
      const until = opensAt();
      if (until > now) {
        if (waited + until - now > allowanceMs) throw budgetSpent(category, until, allowanceMs);
        options.onWait?.({ category, reason: "rate_limited", until });
        await clock.sleep(until - now, signal);
        const ms = clock.now() - now;
        options.onWaited?.(category, "rate_limited", ms);
        waited += ms;
      } else if (hasRoom(now)) return waited;
      else await unlessAborted(departure.promise, signal);
    }
  }

  function enter(): boolean {
    const now = clock.now();
    if (opensAt() > now || !hasRoom(now)) return false;
    underWay += 1;
    return true;
  }

  function leave(lesson: Lesson): void {
    const now = clock.now();
    underWay -= 1;
    if (lesson.quota) {
      quota = mergeQuota(quota, lesson.quota, now);
      options.onQuota?.(category, quota);
    }
    if (lesson.accepted) throttles = 0;
    if (lesson.throttled) block(now, lesson.throttled.delayMs);
    departure.resolve();
    departure = Promise.withResolvers();
  }

  function block(now: number, asked: number | undefined): void {
    // Requests that were under way together meet one refusal together; it counts once.
    if (now >= blockedUntil) throttles += 1;
    const exponential = Math.min(LONGEST_THROTTLE_MS, FIRST_THROTTLE_MS * 2 ** (throttles - 1));
    const delay = Math.max(SHORTEST_THROTTLE_MS, asked ?? exponential);
    const jitter = random() * Math.min(LONGEST_JITTER_MS, delay * JITTER_SHARE);
    blockedUntil = Math.max(blockedUntil, now + delay + jitter);
  }

  return { ready, enter, leave };
}

/** Answers arrive in another order than Pinterest counted them, so within one window the smallest number counts. */
function mergeQuota(known: Quota | undefined, told: Quota, now: number): Quota {
  const sameWindow =
    known && known.resetAt > now && Math.abs(known.resetAt - told.resetAt) <= RESET_ROUNDING_MS;
  if (!sameWindow) return told;
  return {
    remaining: Math.min(known.remaining, told.remaining),
    resetAt: Math.max(known.resetAt, told.resetAt),
  };
}
