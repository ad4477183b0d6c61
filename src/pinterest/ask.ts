import type { Logger } from "pino";
import type { RateCategory } from "../resources/define.ts";
import { backoff } from "./backoff.ts";
import type { Clock } from "./clock.ts";
import { endpoint } from "./endpoint.ts";
import { attemptsSpent, type Failure, requestFailed, spamBlocked } from "./failure.ts";
import type { Http } from "./http.ts";
import { permissionMissing, refusedForGood } from "./permission.ts";
import { readQuota } from "./quota.ts";
import type { ClientHooks, Lesson, RateLimiter, WaitNotice } from "./rate-limit.ts";
import type { Change, Refused, Renewals } from "./renewals.ts";
import { concealQuery, listSecrets, type PinterestRequest } from "./request.ts";
import { logRequest } from "./request-log.ts";
import type { Access, Tokens } from "./tokens.ts";
import { codeOf, judge, soundsSpurious, type Verdict } from "./verdict.ts";

/** Everything that asking needs and requests share. */
export interface Asking {
  readonly http: Http;
  readonly baseUrl: string;
  readonly tokens: Tokens;
  readonly renewals: Renewals;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: () => number;
  readonly budgetMs: number;
  readonly maxAttempts: number;
  readonly onWait: ((wait: WaitNotice) => void) | undefined;
  readonly onCall: ClientHooks["onCall"];
  readonly onWaited: ClientHooks["onWaited"];
  readonly limiterOf: (category: RateCategory) => RateLimiter;
}

/** How far one request has come. */
interface Progress {
  /** HTTP requests sent. */
  sent: number;
  /** Failures that may pass; rate limits and renewed tokens are none. */
  failures: number;
  /** Spent on rate limits, in milliseconds. */
  waitedMs: number;
  /** Whether a refusal that sounds spurious was put to the test. */
  doubted: boolean;
  /** How often a token was renewed for this request, by refusal. */
  readonly renewed: { unauthorized: number; forbidden: number };
}

/**
 * Asks until there is an answer that can be used, and returns its body; undefined for an empty answer.
 * Throws a ConnectorError when asking on would not help or patience is at its end.
 */
export async function askPatiently(asking: Asking, request: PinterestRequest): Promise<unknown> {
  const progress: Progress = {
    sent: 0,
    failures: 0,
    waitedMs: 0,
    doubted: false,
    renewed: { unauthorized: 0, forbidden: 0 },
  };
  for (;;) {
    const { verdict, access, failure } = await askOnce(asking, request, progress);
    switch (verdict.kind) {
      case "success":
        return verdict.body;
      case "empty":
        return undefined;
      case "rate_limited":
        break;
      case "unreachable":
      case "transient":
      case "invalid":
        progress.failures += 1;
        if (progress.failures >= asking.maxAttempts) throw attemptsSpent(verdict.kind, failure);
        await backOff(asking, request, progress.failures);
        break;
      case "unauthorized":
      case "forbidden":
        await changeToken(asking, request, progress, access, failure, verdict.kind);
        break;
      case "permission_missing":
        throw permissionMissing(failure, request.category, request.oauthScopes ?? []);
      case "spam":
        throw spamBlocked(failure);
      case "failed":
        if (soundsSpurious(failure.reply, verdict.problem) && !progress.doubted) {
          progress.doubted = true;
          await waitOut(asking, DOUBT_MS, request);
          break;
        }
        throw requestFailed("pinterest_error", failure, isPinterests(failure) ? NOT_RETRIED : WRONG_ADDRESS);
    }
  }
}

/** A spurious refusal is gone about a second later. */
const DOUBT_MS = 1_000;

const NOT_RETRIED = "Pinterest will not answer this request otherwise if repeated; its message says why.";

const WRONG_ADDRESS =
  "This is no answer of Pinterest's API. Check PINTEREST_API_URL (it ends in /v5) and proxies in between.";

/** Pinterest's own errors carry a code; what has none comes from another server or a wrong address. */
function isPinterests({ reply, problem }: Failure): boolean {
  return reply.kind === "answer" && reply.status >= 400 && problem.code !== undefined;
}

async function askOnce(asking: Asking, request: PinterestRequest, progress: Progress) {
  const limiter = asking.limiterOf(request.category);
  const method = request.json === undefined ? "GET" : "POST";
  const shownQuery = concealQuery(request);
  const access = await admit(asking, request, limiter, progress);
  const sentAt = asking.clock.now();
  const lesson: { -readonly [Key in keyof Lesson]: Lesson[Key] } = {};
  try {
    progress.sent += 1;
    request.onCall?.();
    asking.onCall?.(request.category);
    const reply = await asking.http.send({
      method,
      url: endpoint(asking.baseUrl, request.path, request.query),
      authorization: `Bearer ${access.token}`,
      json: request.json,
      signal: request.signal,
    });
    const now = asking.clock.now();
    const verdict = judge(reply, {
      shape: request.shape ?? "any",
      emptyAnswers: request.emptyAnswers ?? [],
      now,
      secrets: [access.token, ...listSecrets(request)],
    });
    if (provesToken(verdict)) asking.renewals.accepted(access);
    if (reply.kind === "answer") lesson.quota = readQuota(reply.headers, now);
    if (verdict.kind === "rate_limited") lesson.throttled = { delayMs: verdict.delayMs };
    else lesson.accepted = reply.kind === "answer";
    logRequest(asking.logger, {
      method,
      path: request.path,
      query: shownQuery,
      reply,
      code: codeOf(verdict),
      attempt: progress.sent,
      durationMs: now - sentAt,
      category: request.category,
    });
    const problem = problemOf(verdict);
    const url = endpoint(asking.baseUrl, request.path, shownQuery);
    const failure: Failure = { method, url, reply, problem, attempts: progress.sent };
    return { verdict, access, failure };
  } finally {
    limiter.leave(lesson);
  }
}

/** Gateways fail and limit before anybody has looked at the token, so not every answer says something about it. */
function provesToken({ kind }: Verdict): boolean {
  return kind === "success" || kind === "empty" || kind === "permission_missing";
}

/** Waits for the rate limit with a valid token in hand; getting the token may take so long that the gate closes again. */
async function admit(
  { tokens, budgetMs }: Asking,
  { signal }: PinterestRequest,
  limiter: RateLimiter,
  progress: Progress,
): Promise<Access> {
  for (;;) {
    progress.waitedMs += await limiter.ready(budgetMs - progress.waitedMs, signal);
    const access = await tokens.access(signal);
    if (limiter.enter()) return access;
  }
}

async function backOff(asking: Asking, request: PinterestRequest, failures: number): Promise<void> {
  const ms = backoff(failures, asking.random);
  asking.onWait?.({
    category: request.category,
    reason: "backing_off",
    until: asking.clock.now() + ms,
  });
  await waitOut(asking, ms, request);
}

async function waitOut(
  { clock, onWaited }: Asking,
  ms: number,
  { category, signal }: PinterestRequest,
): Promise<void> {
  await clock.sleep(ms, signal);
  onWaited?.(category, "backing_off", ms);
}

/** Sees to another token for a refused request, or throws what the refusal means when there is none to try. */
async function changeToken(
  asking: Asking,
  request: PinterestRequest,
  progress: Progress,
  access: Access,
  failure: Failure,
  kind: "unauthorized" | "forbidden",
): Promise<void> {
  const { renewals } = asking;
  const { signal, category, oauthScopes } = request;
  if (
    kind === "unauthorized" &&
    progress.renewed.unauthorized > 0 &&
    (await isAccepted(asking, request, access))
  ) {
    // Not the token's fault, then: it costs a try, not another refresh token.
    progress.failures += 1;
    if (progress.failures >= asking.maxAttempts)
      throw refusedForGood(failure, category, oauthScopes ?? [], true);
    return backOff(asking, request, progress.failures);
  }
  const refusal = { access, renewedBefore: progress.renewed[kind], signal };
  const change = await renew(renewals, kind, refusal, request.refusedBefore === true);
  if (change === "renewed") progress.renewed[kind] += 1;
  if (change === "none") throw refusedForGood(failure, category, oauthScopes ?? [], renewals.works(access));
  // The first repetition is immediate; a token that is refused as well gets time to become known everywhere.
  if (progress.renewed[kind] > 1) await backOff(asking, request, progress.renewed[kind]);
}

async function renew(
  renewals: Renewals,
  kind: "unauthorized" | "forbidden",
  refusal: Refused,
  refusedBefore: boolean,
): Promise<Change> {
  if (kind === "unauthorized") return renewals.afterUnauthorized(refusal);
  return refusedBefore ? "none" : renewals.afterForbidden(refusal);
}

/** Whether Pinterest takes the token at all; asked where every token that reads ads is welcome. */
async function isAccepted(
  { http, baseUrl, onCall }: Asking,
  request: PinterestRequest,
  access: Access,
): Promise<boolean> {
  const { signal } = request;
  request.onCall?.();
  onCall?.("ads_read");
  const url = endpoint(baseUrl, "/ad_accounts", { page_size: "1" });
  const reply = await http.send({ method: "GET", url, authorization: `Bearer ${access.token}`, signal });
  return reply.kind === "answer" && reply.status === 200;
}

function problemOf(verdict: Verdict) {
  return "problem" in verdict ? verdict.problem : { code: undefined, message: "" };
}
