import type { FaultKind, Served } from "./fault-kinds.ts";
import type { PoisonKind } from "./poison.ts";
import { fraction } from "./random.ts";

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
   * means the ads of any account. The OAuth endpoint is struck only by rules that name it. Files of reports are at
   * `/report-files/<ad account>/<file>.json`.
   */
  path?: string | RegExp;
  /** Of `rate_limited` and `retry_after_400`, in seconds; 1 when absent, null leaves the header out. */
  retryAfterSeconds?: number | null;
  /** Of `columns_refused`. */
  columns?: readonly string[];
  /** Of `columns_refused`: at this level of reports alone, for synchronous analytics the level they are of. */
  level?: string;
  /** Of `poisoned_record`; all kinds in turn when absent. */
  poison?: PoisonKind;
}

export type FaultPlan = readonly FaultRule[];

/** What is known of a request when the decision is made. */
export interface FaultCandidate {
  /** Method, path, query and body: the same for a repeated request. */
  identity: string;
  path: string;
  serves: Served;
  /** What is asked for, of metrics. */
  level?: string;
  columns?: readonly string[];
  hasBookmark: boolean;
  /** Requests that the access token was accepted for so far, this one included. */
  tokenServed: number;
}

const OAUTH_PATH = "/oauth/token";
const FAULTS_IN_A_ROW = 2;
/** A token serves this many requests before a rate may revoke it, so that those repeated after a refresh pass. */
const TOKEN_GRACE = 8;
const IDENTITIES_KEPT = 100_000;
/** Faults that make sense of some requests alone. */
const ONLY_OF: Partial<Record<FaultKind, readonly Served[]>> = {
  repeated_bookmark: ["page"],
  empty_page: ["page"],
  poisoned_record: ["page"],
  report_failed: ["report"],
  report_cancelled: ["report"],
  report_expired: ["report"],
  report_stuck: ["report"],
  report_unknown_status: ["report"],
  no_url: ["report"],
  string_ids: ["report"],
  date_first: ["report"],
  reports_refused: ["report"],
  columns_refused: ["report", "analytics"],
  retry_after_400: ["report", "report_poll", "analytics"],
  spurious_90_days: ["analytics"],
  link_expired: ["report_file"],
  download_cut: ["report_file"],
  download_cut_json: ["report_file"],
  download_500: ["report_file"],
};
/** Of the API, not of the file server. */
const NOT_OF_FILES: ReadonlySet<FaultKind> = new Set(["rate_limited", "missing_items", "token_revoked"]);
/** A client that meets them loses nothing and need not ask again. */
const HARMLESS: ReadonlySet<FaultKind> = new Set(["poisoned_record", "no_url", "string_ids", "date_first"]);

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
    const isGood = struck === undefined || HARMLESS.has(struck.kind);
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
  if (ONLY_OF[rule.kind]?.includes(candidate.serves) === false) return false;
  if (NOT_OF_FILES.has(rule.kind) && candidate.serves === "report_file") return false;
  if (rule.kind === "columns_refused") return listRefused(rule, candidate).length > 0;
  return rule.kind !== "repeated_bookmark" || candidate.hasBookmark;
}

/** The columns of a request that a rule of kind `columns_refused` refuses. */
export function listRefused(
  rule: FaultRule,
  { level, columns }: Pick<FaultCandidate, "level" | "columns">,
): string[] {
  if (rule.level !== undefined && rule.level !== level) return [];
  return (columns ?? []).filter((column) => rule.columns?.includes(column));
}

function isRandom(rule: FaultRule): boolean {
  return rule.rate !== undefined && rule.rate < 1 && rule.count === undefined;
}

function mayStrike(
  rule: FaultRule,
  past: { inARow: number; lastKind: FaultKind | null },
  candidate: FaultCandidate,
): boolean {
  if (past.inARow >= FAULTS_IN_A_ROW) return HARMLESS.has(rule.kind);
  if (rule.kind !== "token_revoked") return true;
  return past.lastKind !== "token_revoked" && candidate.tokenServed >= TOKEN_GRACE;
}
