import { ConnectorError, type ErrorCode } from "../errors.ts";
import type { RateCategory } from "../resources/define.ts";
import type { Answer, Silence } from "./http.ts";
import { type Problem, tidyMessage } from "./problem.ts";

/** Everything worth telling about a request that failed. */
export interface Failure {
  readonly method: "GET" | "POST";
  readonly url: URL;
  readonly reply: Answer | Silence;
  readonly problem: Problem;
  readonly attempts: number;
}

const LONGEST_URL = 500;

/** What Pinterest said in full, beside the error, because errors are logged and stored as a whole. */
const fullMessages = new WeakMap<ConnectorError, string>();

/** The message of the refusal behind an error, without bounds; undefined for an error that no answer caused. */
export function fullMessageOf(error: ConnectorError): string | undefined {
  return fullMessages.get(error);
}

/**
 * A failed request as an error: the message names method, URL, status, Pinterest's code, message and request id;
 * `details` hold the same as fields. Tokens travel in headers, so neither can hold one.
 */
export function requestFailed(code: ErrorCode, failure: Failure, nextStep: string): ConnectorError {
  const { method, reply, problem, attempts } = failure;
  const url = displayUrl(failure.url);
  const rid = reply.kind === "answer" ? requestId(reply) : undefined;
  const outcome =
    reply.kind === "silence"
      ? `failed: ${problem.message}`
      : `answered ${reply.status}${problem.code === undefined ? "" : `, code ${problem.code}`}: ${problem.message}`;
  const notes = [attempts > 1 && `after ${attempts} attempts`, rid && `x-pinterest-rid ${rid}`].filter(
    Boolean,
  );
  const error = new ConnectorError(
    code,
    `${method} ${url} ${outcome}${notes.length > 0 ? ` (${notes.join(", ")})` : ""}`,
    {
      nextStep,
      details: {
        method,
        url,
        ...(reply.kind === "answer" ? { status: reply.status } : { network_error: reply.code }),
        ...(problem.code !== undefined && { pinterest_code: problem.code }),
        pinterest_message: problem.message,
        ...(rid !== undefined && { rid }),
        request_attempts: attempts,
      },
    },
  );
  if (reply.kind === "answer") fullMessages.set(error, problem.fullMessage ?? problem.message);
  return error;
}

/** Pinterest's own id of the exchange, which its support asks for. */
export function requestId(answer: Answer): string | undefined {
  const rid = answer.headers["x-pinterest-rid"];
  return typeof rid === "string" ? tidyMessage(rid) : undefined;
}

/** All tries are used up: the error for what the last one met. */
export function attemptsSpent(
  kind: "unreachable" | "invalid" | "transient",
  failure: Failure,
): ConnectorError {
  const [code, nextStep] = SPENT[kind];
  return requestFailed(code, failure, nextStep);
}

const SPENT: Readonly<Record<"unreachable" | "invalid" | "transient", readonly [ErrorCode, string]>> = {
  unreachable: [
    "pinterest_unreachable",
    "Check the network, a proxy in between, and PINTEREST_API_URL; then run again.",
  ],
  invalid: [
    "invalid_response",
    "Run again later; if it stays, ask Pinterest's support and quote the request id. Check that PINTEREST_API_URL is Pinterest's.",
  ],
  transient: [
    "pinterest_error",
    "Run again later; if it stays, ask Pinterest's support and quote the request id.",
  ],
};

/** Pinterest has blocked the account or app as a source of spam: asking on would make it worse. */
export function spamBlocked(failure: Failure): ConnectorError {
  return requestFailed(
    "blocked_as_spam",
    failure,
    "This is a block, not a rate limit. Stop scheduled runs and ask Pinterest's support, quoting the request id.",
  );
}

/** The limit is known to last longer than a request may wait. */
export function budgetSpent(category: RateCategory, until: number, budgetMs: number): ConnectorError {
  const resets = new Date(until).toISOString();
  return new ConnectorError(
    "rate_limit_budget_spent",
    `Pinterest's rate limit for ${category} stays exhausted until ${resets}, longer than the ${Math.round(budgetMs / 1000)} s that are left of what a request may wait`,
    {
      nextStep: `Run again after ${resets}. Apps with trial access have 1,000 requests a day: ask Pinterest for standard access, or copy fewer accounts or resources.`,
      details: { category, resets_at: resets },
    },
  );
}

function displayUrl(url: URL): string {
  const shown = new URL(url);
  shown.username = "";
  shown.password = "";
  return shown.href.length > LONGEST_URL ? `${shown.href.slice(0, LONGEST_URL)}…` : shown.href;
}
