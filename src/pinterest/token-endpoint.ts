import type { Logger } from "pino";
import { backoff } from "./backoff.ts";
import type { Clock } from "./clock.ts";
import { endpoint } from "./endpoint.ts";
import { attemptsSpent, type Failure, requestFailed, spamBlocked } from "./failure.ts";
import { type Answer, type Http, neverLeft } from "./http.ts";
import type { Problem } from "./problem.ts";
import { logRequest } from "./request-log.ts";
import { type Grant, readGrant } from "./token-grant.ts";
import { codeOf, judge, type Verdict } from "./verdict.ts";

export type GrantReply =
  | { readonly kind: "granted"; readonly grant: Grant }
  | {
      readonly kind: "refused";
      readonly problem: Problem;
      /** The token was sent before and no answer came, which may have held its successor. */
      readonly perhapsSpent: boolean;
    };

/** The token endpoint of one app. */
export interface TokenEndpoint {
  readonly http: Http;
  readonly baseUrl: string;
  readonly appId: string;
  readonly appSecret: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly maxAttempts: number;
  readonly logger: Logger;
  /** Ends waiting between tries, and no request that was sent: its answer holds the only valid token. */
  readonly closing: AbortSignal;
}

const PATH = "/oauth/token";
/** Everything waits for the refresh, so a limit that lasts longer than this ends it. */
const LONGEST_WAIT_MS = 5 * 60_000;

/**
 * Exchanges a refresh token for new tokens. Network errors, 5xx, 429 and unusable bodies are tried again;
 * a refusal that names the scope is repeated once without asking for `scopes`, which must not exceed the granted ones.
 * Throws what the last try met; `refused` is an answer, not an error. The token works once: after a pause
 * `assertExclusive` is asked, and throws, before it is sent again.
 */
export async function refreshGrant(
  at: TokenEndpoint,
  refreshToken: string,
  scopes: readonly string[],
  assertExclusive: () => Promise<void>,
): Promise<GrantReply> {
  let asked = scopes;
  let perhapsSpent = false;
  for (let attempt = 1; ; attempt += 1) {
    if (attempt > 1) await assertExclusive();
    const form = {
      grant_type: "refresh_token",
      refresh_token: refreshToken,
      ...(asked.length > 0 && { scope: asked.join(",") }),
    };
    const { verdict, grant, failure } = await postForm(at, form, [refreshToken], attempt);
    if (grant) return { kind: "granted", grant };
    const isLost =
      verdict.kind === "invalid" || (verdict.kind === "unreachable" && !neverLeft(failure.reply));
    if (isLost) {
      perhapsSpent = true;
      at.logger.warn(
        { attempt, error: verdict.problem.message },
        "pinterest token refresh got no usable answer",
      );
    }
    switch (verdict.kind) {
      case "refused":
        if (asked.length === 0 || !/scope/i.test(verdict.problem.message))
          return { ...verdict, perhapsSpent };
        asked = [];
        break;
      case "spam":
        throw spamBlocked(failure);
      case "failed":
        throw requestFailed("pinterest_error", failure, "Check PINTEREST_API_URL.");
      case "rate_limited":
        if (attempt >= at.maxAttempts) throw attemptsSpent("transient", failure);
        await pause(at, attempt, verdict.delayMs ?? 0, failure);
        break;
      default:
        if (attempt >= at.maxAttempts) throw attemptsSpent(verdict.kind, failure);
        await pause(at, attempt, 0, failure);
    }
  }
}

export type TokenVerdict =
  | Extract<Verdict, { kind: "rate_limited" | "transient" | "invalid" | "unreachable" | "spam" | "failed" }>
  | { readonly kind: "refused"; readonly problem: Problem };

/** One request to the token endpoint: its grant, or what its answer means. `secrets` are kept out of all texts. */
export async function postForm(
  at: TokenEndpoint,
  form: Readonly<Record<string, string>>,
  secrets: readonly string[],
  attempt: number,
): Promise<{ grant: Grant | undefined; verdict: TokenVerdict; failure: Failure }> {
  const url = endpoint(at.baseUrl, PATH);
  const sentAt = at.clock.now();
  const reply = await at.http.send({
    method: "POST",
    url,
    authorization: `Basic ${Buffer.from(`${at.appId}:${at.appSecret}`).toString("base64")}`,
    // Apps created before 2025-09-25 get a refresh token that lasts only with this.
    form: { ...form, continuous_refresh: "true" },
  });
  const now = at.clock.now();
  const judged = judge(reply, {
    shape: "any",
    emptyAnswers: [],
    now,
    secrets: [...secrets, at.appSecret],
  });
  logRequest(at.logger, {
    method: "POST",
    path: PATH,
    query: {},
    reply,
    code: codeOf(judged),
    attempt,
    durationMs: now - sentAt,
  });
  const grant = judged.kind === "success" ? readGrant(judged.body, now) : undefined;
  const verdict = judgeGrant(judged, reply.kind === "answer" ? reply : undefined);
  const failure: Failure = { method: "POST", url, reply, problem: verdict.problem, attempts: attempt };
  return { verdict, grant, failure };
}

/** Only Pinterest itself can refuse a token; a gateway that blocks the way answers with something else than JSON. */
function judgeGrant(verdict: Verdict, answer: Answer | undefined): TokenVerdict {
  switch (verdict.kind) {
    case "success":
    case "empty":
      return { kind: "invalid", problem: { code: undefined, message: "the body has no access_token" } };
    case "unauthorized":
    case "forbidden":
    case "permission_missing":
      return isJson(answer)
        ? { kind: "refused", problem: verdict.problem }
        : { kind: "invalid", problem: verdict.problem };
    case "failed":
      return answer?.status === 400 && isJson(answer)
        ? { kind: "refused", problem: verdict.problem }
        : verdict;
    default:
      return verdict;
  }
}

function isJson(answer: Answer | undefined): boolean {
  try {
    return typeof JSON.parse(answer?.text ?? "") === "object";
  } catch {
    return false;
  }
}

/** Backs off, or waits as long as Pinterest asked. Throws `rate_limit_budget_spent` when that is too long. */
export async function pause(
  at: TokenEndpoint,
  attempt: number,
  askedMs: number,
  failure: Failure,
): Promise<void> {
  if (askedMs > LONGEST_WAIT_MS)
    throw requestFailed("rate_limit_budget_spent", failure, "Run again when the limit has been lifted.");
  await at.clock.sleep(Math.max(askedMs, backoff(attempt, at.random)), at.closing);
}
