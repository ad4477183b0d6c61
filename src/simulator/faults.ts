import type { PoisonKind } from "./poison.ts";
import { fraction } from "./random.ts";

export const FAULT_KINDS = [
  /** 429 code 8; see `retryAfterSeconds`. */
  "rate_limited",
  /** 500 code 500. */
  "internal_error",
  /** 503 with an HTML body, as a gateway sends it. */
  "unavailable",
  /** The connection is reset instead of an answer. */
  "connection_reset",
  /** The request is accepted and never answered. */
  "hang",
  /** Content-Length announces more than is sent before the connection closes. */
  "truncated_body",
  /** Complete HTTP, but the JSON ends in the middle. */
  "cut_json",
  /** Status 200 and a web page. */
  "html",
  /** Status 200 and JSON without the data: no `items` in a listing. */
  "missing_items",
  /** The access token of this request is revoked; it and the token's later requests get 401 code 2. */
  "token_revoked",
  /** The page names the bookmark it was asked with as the next one. Not on a first page. */
  "repeated_bookmark",
  /** No items, but a new bookmark that leads on. */
  "empty_page",
  /** One more item in the page that cannot simply be loaded; see `poison`. Not in empty pages. */
  "poisoned_record",
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** When a fault strikes. Without `rate` and `count`: always. The first rule that strikes a request wins. */
export interface FaultRule {
  kind: FaultKind;
  /**
   * Share of requests, 0 to 1. Below 1 a request that is asked again gets a good answer after at most two
   * faults in a row, whatever the number of rules, so that a client which retries always comes through.
   */
  rate?: number;
  /** Only this many times. */
  count?: number;
  /** Only after this many requests that the rule would otherwise have struck. */
  skip?: number;
  /**
   * Only these paths (below `/v5`, without query): text is compared with the end of the path, so `/ads`
   * means the ads of any account. The OAuth endpoint is struck only by rules that name it.
   */
  path?: string | RegExp;
  /** Of `rate_limited`, in seconds, fractions allowed; 1 when absent, null leaves the header out. */
  retryAfterSeconds?: number | null;
  /** Of `poisoned_record`; all kinds in turn when absent. */
  poison?: PoisonKind;
}

export type FaultPlan = readonly FaultRule[];

/** What is known of a request when the decision is made. */
export interface FaultCandidate {
  /** Method, path and query: the same for a repeated request. */
  identity: string;
  path: string;
  isListing: boolean;
  hasBookmark: boolean;
  /** Requests that the access token was accepted for so far, this one included. */
  tokenServed: number;
}

const OAUTH_PATH = "/oauth/token";
const FAULTS_IN_A_ROW = 2;
/** A token serves this many requests before a rate may revoke it, so that those repeated after a refresh pass. */
const TOKEN_GRACE = 8;
const IDENTITIES_KEPT = 100_000;
const NEED_LISTING: ReadonlySet<FaultKind> = new Set(["repeated_bookmark", "empty_page", "poisoned_record"]);

/**
 * Decides which fault, if any, strikes a request. With rates the decision depends on the seed, the rule,
 * the request and how often it was asked before; never on the order of concurrent requests.
 */
export function createFaults(seed: number, plan: FaultPlan) {
  const struckByRule = new Map<FaultRule, number>();
  const history = new Map<string, { asked: number; inARow: number; lastKind: FaultKind | null }>();

  return function decideFault(candidate: FaultCandidate): FaultRule | undefined {
    if (plan.length === 0) return undefined;
    if (history.size > IDENTITIES_KEPT) history.clear();
    const past = history.get(candidate.identity) ?? { asked: 0, inARow: 0, lastKind: null };
    past.asked++;
    const struck = plan.find((rule, nth) => {
      if (!isEligible(rule, candidate)) return false;
      if (isRandom(rule) && !mayStrike(rule, past, candidate)) return false;
      if (fraction(seed, nth, rule.kind, candidate.identity, past.asked) >= (rule.rate ?? 1)) return false;
      const times = (struckByRule.get(rule) ?? 0) + 1;
      const skip = rule.skip ?? 0;
      if (times > skip + (rule.count ?? Number.POSITIVE_INFINITY)) return false;
      struckByRule.set(rule, times);
      return times > skip;
    });
    const isGood = struck === undefined || struck.kind === "poisoned_record";
    past.inARow = isGood ? 0 : past.inARow + 1;
    past.lastKind = struck?.kind ?? null;
    history.set(candidate.identity, past);
    return struck;
  };
}

function isEligible(rule: FaultRule, candidate: FaultCandidate): boolean {
  if (rule.path === undefined && candidate.path === OAUTH_PATH) return false;
  if (typeof rule.path === "string" && !candidate.path.endsWith(rule.path)) return false;
  if (rule.path instanceof RegExp && !rule.path.test(candidate.path)) return false;
  if (NEED_LISTING.has(rule.kind) && !candidate.isListing) return false;
  return rule.kind !== "repeated_bookmark" || candidate.hasBookmark;
}

function isRandom(rule: FaultRule): boolean {
  return rule.rate !== undefined && rule.rate < 1 && rule.count === undefined;
}

function mayStrike(
  rule: FaultRule,
  past: { inARow: number; lastKind: FaultKind | null },
  candidate: FaultCandidate,
): boolean {
  if (past.inARow >= FAULTS_IN_A_ROW) return rule.kind === "poisoned_record";
  if (rule.kind !== "token_revoked") return true;
  return past.lastKind !== "token_revoked" && candidate.tokenServed >= TOKEN_GRACE;
}
