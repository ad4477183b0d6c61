import type { Logger } from "pino";
import type { RateCategory } from "../resources/define.ts";
import { type Asking, askPatiently } from "./ask.ts";
import { type Clock, systemClock } from "./clock.ts";
import { createDownloads, DEFAULT_DOWNLOAD_TIMEOUTS, type DownloadTimeouts } from "./download.ts";
import { DEFAULT_TIMEOUTS, openHttp, type Timeouts } from "./http.ts";
import { listPages } from "./list.ts";
import { type ClientHooks, createRateLimiter, type RateLimiter, type WaitNotice } from "./rate-limit.ts";
import { createRenewals } from "./renewals.ts";
import { type ReportRequest, readReport } from "./report.ts";
import type { ListPage, ListRequest, PinterestRequest } from "./request.ts";
import type { Tokens } from "./tokens.ts";

export type { ClientHooks, WaitNotice } from "./rate-limit.ts";
export type { ReportRequest } from "./report.ts";
export type { ListPage, ListRequest, PinterestRequest } from "./request.ts";

export interface PinterestOptions extends ClientHooks {
  /** Such as `https://api.pinterest.com/v5`. */
  readonly baseUrl: string;
  /** Of this program, for the User-Agent. */
  readonly version: string;
  readonly tokens: Tokens;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** In [0, 1), for jitter. */
  readonly random?: () => number;
  readonly timeouts?: Timeouts;
  readonly downloadTimeouts?: DownloadTimeouts;
  /** How long one request may wait for rate limits. Default 15 minutes. */
  readonly rateLimitBudgetMs?: number;
  /** How often one request is tried when it fails in a way that may pass. Default 6. */
  readonly maxAttempts?: number;
  /** Told about every wait that a user may wonder about. */
  readonly onWait?: (wait: WaitNotice) => void;
}

/**
 * Reads the Pinterest API. Waits out rate limits, renews tokens and repeats what may pass; what remains is thrown
 * as a ConnectorError: `permission_missing`, `account_not_visible`, `pinterest_error`, `pinterest_unreachable`,
 * `invalid_response`, `repeated_bookmark`, `rate_limit_budget_spent`, `blocked_as_spam`, `token_…`, `interrupted`,
 * and for reports `report_failed` or `report_timeout`.
 */
export interface Pinterest {
  /** The JSON body of the answer; undefined for one of the request's `emptyAnswers`. */
  get(request: PinterestRequest): Promise<unknown>;
  /** Likewise, with a JSON body. A repeated request may take effect twice. */
  post(request: PinterestRequest & { readonly json: unknown }): Promise<unknown>;
  /** The rows of an asynchronous report, in batches; those before an `onDownload` are void. */
  report(request: ReportRequest): AsyncGenerator<readonly unknown[]>;
  /** All pages of a listing, at least one; an empty answer is one page without items. */
  list(request: ListRequest): AsyncGenerator<ListPage>;
  /** Sees to a valid token, and to a refresh if the last is `olderThanMs` ago. Throws `token_…` when there is none. */
  keepTokenAlive(olderThanMs: number, signal?: AbortSignal): Promise<void>;
  /** Closes the connections and the tokens; resolves when a token refresh under way is saved. */
  close(): Promise<void>;
}

const DEFAULT_BUDGET_MS = 15 * 60_000;
const DEFAULT_ATTEMPTS = 6;

export function createPinterest(options: PinterestOptions): Pinterest {
  const { tokens, clock = systemClock, random = Math.random, onWait, onCall, onWaited, onQuota } = options;
  const http = openHttp({ version: options.version, timeouts: options.timeouts ?? DEFAULT_TIMEOUTS });
  const downloads = createDownloads({
    version: options.version,
    timeouts: options.downloadTimeouts ?? DEFAULT_DOWNLOAD_TIMEOUTS,
  });
  const limiters = new Map<RateCategory, RateLimiter>();

  function limiterOf(category: RateCategory): RateLimiter {
    const known = limiters.get(category);
    if (known) return known;
    const limiter = createRateLimiter({ category, clock, random, onWait, onWaited, onQuota });
    limiters.set(category, limiter);
    return limiter;
  }

  const asking: Asking = {
    http,
    baseUrl: options.baseUrl,
    tokens,
    renewals: createRenewals(tokens),
    logger: options.logger,
    clock,
    random,
    budgetMs: options.rateLimitBudgetMs ?? DEFAULT_BUDGET_MS,
    maxAttempts: options.maxAttempts ?? DEFAULT_ATTEMPTS,
    onWait,
    onCall,
    onWaited,
    limiterOf,
  };

  return {
    get: (request) => askPatiently(asking, request),
    post: (request) => askPatiently(asking, request),
    report: (request) => readReport(asking, downloads, request),
    list: (request) => listPages(request, (page) => askPatiently(asking, page)),
    keepTokenAlive: (olderThanMs, signal) => tokens.keepAlive(olderThanMs, signal),
    close: async () => {
      await tokens.close();
      http.close();
    },
  };
}
