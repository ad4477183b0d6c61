/** The quota buckets of the endpoints served here (`x-ratelimit-category` of the OpenAPI description). */
export type Category = "ads_read" | "ads_analytics" | "catalogs_read" | "org_read";

/** `limit` requests in each window of `windowSeconds` (fractions allowed); one more is answered 429. */
export interface Quota {
  limit: number;
  windowSeconds: number;
}

export type RateLimitOptions = Partial<Record<Category, Quota>>;

/** Announced where no quota is set: so wide that a client pacing itself by the headers is not slowed. */
const UNLIMITED: Quota = { limit: 1_000_000, windowSeconds: 60 };
const MS_PER_SECOND = 1000;

export interface RateLimitState {
  exceeded: boolean;
  headers: Record<string, string>;
  /** Seconds until the window ends. */
  resetSeconds: string;
}

/**
 * Counts requests per category in fixed windows. A refused request does not count against the quota.
 * The headers are those Pinterest sends: x-ratelimit-limit, -remaining and -reset (seconds to wait).
 */
export function createRateLimits(quotas: RateLimitOptions, now: () => number) {
  const windows = new Map<Category, { endsAt: number; used: number }>();

  return function countRequest(category: Category): RateLimitState {
    const quota = quotas[category] ?? UNLIMITED;
    const time = now();
    let window = windows.get(category);
    if (window === undefined || window.endsAt <= time) {
      window = { endsAt: time + quota.windowSeconds * MS_PER_SECOND, used: 0 };
      windows.set(category, window);
    }
    const exceeded = window.used >= quota.limit;
    if (!exceeded) window.used++;
    const resetSeconds = formatSeconds((window.endsAt - time) / MS_PER_SECOND, quota.windowSeconds);
    return {
      exceeded,
      resetSeconds,
      headers: {
        "x-ratelimit-limit": String(quota.limit),
        "x-ratelimit-remaining": String(quota.limit - window.used),
        "x-ratelimit-reset": resetSeconds,
      },
    };
  };
}

/** Whole seconds, rounded up, as Pinterest sends them; decimals only where the window itself has them. */
function formatSeconds(seconds: number, windowSeconds: number): string {
  return Number.isInteger(windowSeconds) ? String(Math.ceil(seconds)) : seconds.toFixed(3);
}
