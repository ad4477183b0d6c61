import type { EmptyAnswer } from "../resources/define.ts";
import type { Answer, Silence } from "./http.ts";
import { parseJson } from "./json.ts";
import { isObject, isUnparsable, type Problem, readProblem, tidyMessage } from "./problem.ts";
import { readReset, readRetryAfter, readRetryText } from "./quota.ts";
import type { Shape } from "./request.ts";

/** What an answer means for the request that it answers. */
export type Verdict =
  | { readonly kind: "success"; readonly body: unknown }
  /** The resource declares this answer to mean "there is nothing". */
  | { readonly kind: "empty" }
  | { readonly kind: "rate_limited"; readonly problem: Problem; readonly delayMs: number | undefined }
  /** No complete answer came; may pass if asked again. */
  | { readonly kind: "unreachable"; readonly problem: Problem }
  /** May pass if asked again. */
  | { readonly kind: "transient"; readonly problem: Problem }
  /** A 200 whose body cannot be used. */
  | { readonly kind: "invalid"; readonly problem: Problem }
  /** The token is not accepted; a new one may be. */
  | { readonly kind: "unauthorized"; readonly problem: Problem }
  /** Refused without a clear reason; there is a small chance that a new token cures it. */
  | { readonly kind: "forbidden"; readonly problem: Problem }
  | { readonly kind: "permission_missing"; readonly problem: Problem }
  | { readonly kind: "spam"; readonly problem: Problem }
  | { readonly kind: "failed"; readonly problem: Problem };

export interface Expectation {
  readonly shape: Shape;
  readonly emptyAnswers: readonly EmptyAnswer[];
  /** Epoch milliseconds, for headers that name a moment. */
  readonly now: number;
  /** What was sent along and must not come back in a message. */
  readonly secrets: readonly string[];
}

// Codes: https://developers.pinterest.com/docs/api/v5/ and what other connectors met in practice.
const TRANSIENT_CODE_WITH_400 = 12;
const SOMETHING_WENT_WRONG = 2787;
const ENDPOINT_RAMPED_DOWN = 4197;
const UNSUPPORTED_COMBINATION = 4181;
const RATE_LIMITED = 8;
const REPORT_COST_EXCEEDED = 2726;
const TOKEN_NOT_ACCEPTED = 2;
const SCOPE_MISSING = 3;
const NOT_AUTHORIZED = 7;
const NOT_PERMITTED = 29;

/** Classifies what came back. Pure: decides nothing about how often or when to ask again. */
export function judge(reply: Answer | Silence, expectation: Expectation): Verdict {
  return reply.kind === "answer"
    ? judgeAnswer(reply, expectation)
    : { kind: "unreachable", problem: { code: undefined, message: tidyMessage(reply.message) } };
}

/** Pinterest's error code, if it sent one. */
export function codeOf(verdict: Verdict): number | undefined {
  return "problem" in verdict ? verdict.problem.code : undefined;
}

function judgeAnswer(answer: Answer, expectation: Expectation): Verdict {
  if (answer.status === 200 || answer.status === 201) return judgeBody(answer.text, expectation.shape);
  const problem = readProblem(answer.text, expectation.secrets);
  const { status } = answer;
  const { code } = problem;
  if (expectation.emptyAnswers.some((empty) => empty.status === status && empty.code === code))
    return { kind: "empty" };
  if (status === 429 && /\bspam/i.test(problem.message)) return { kind: "spam", problem };
  if (isRateLimit(status, problem))
    return { kind: "rate_limited", problem, delayMs: readDelay(answer, problem, expectation.now) };
  if (status === 401 || status === 403) return { kind: judgeRefusal(status, problem), problem };
  return { kind: isTransient(status, code) ? "transient" : "failed", problem };
}

function isRateLimit(status: number, { code, message }: Problem): boolean {
  if (status === 429 || code === RATE_LIMITED || code === REPORT_COST_EXCEEDED) return true;
  return status === 400 && readRetryText(message) !== undefined;
}

/**
 * After several quick calls Pinterest at times refuses valid days as older than 90 (met by other connectors);
 * the same request succeeds about a second later.
 */
export function soundsSpurious(reply: Answer | Silence, { message }: Problem): boolean {
  return reply.kind === "answer" && reply.status === 400 && /last 90 days/i.test(message);
}

function readDelay({ headers }: Answer, { message }: Problem, now: number): number | undefined {
  const asked = [readRetryAfter(headers, now), readRetryText(message)].filter((delay) => delay !== undefined);
  return asked.length > 0 ? Math.max(...asked) : readReset(headers, now);
}

function judgeRefusal(status: 401 | 403, { code, message }: Problem) {
  if (code === SCOPE_MISSING || code === NOT_AUTHORIZED || code === NOT_PERMITTED)
    return "permission_missing";
  // "AdAccount not found" comes as 401 with code 2 too; renewing for each such account would never end.
  if (/not found/i.test(message)) return "forbidden";
  if (status === 401 && code === TOKEN_NOT_ACCEPTED) return "unauthorized";
  if (/\b(permi(ssion|tted)|scopes?|roles?)\b/i.test(message)) return "permission_missing";
  return status === 401 ? "unauthorized" : "forbidden";
}

function isTransient(status: number, code: number | undefined): boolean {
  if (code === SOMETHING_WENT_WRONG) return true;
  if (status === 400) return code === TRANSIENT_CODE_WITH_400;
  if (status === 408) return true;
  return status >= 500 && code !== ENDPOINT_RAMPED_DOWN && code !== UNSUPPORTED_COMBINATION;
}

function judgeBody(text: string, shape: Shape): Verdict {
  try {
    const body = parseJson(text);
    const flaw = FLAWS[shape](body);
    return flaw === undefined ? { kind: "success", body } : invalid(flaw);
  } catch (error) {
    if (!isUnparsable(error)) throw error;
    return invalid(`the body (${text.length} characters) is not complete JSON`);
  }
}

/** What keeps a body from having a shape; undefined when nothing does. */
const FLAWS: Readonly<Record<Shape, (body: unknown) => string | undefined>> = {
  any: () => undefined,
  page: flawOfPage,
  rows: flawOfRows,
  report_token: (body) => flawOfText(body, "token"),
  report_status: (body) => flawOfText(body, "report_status"),
};

function flawOfPage(body: unknown): string | undefined {
  if (!isObject(body)) return "the body is not an object";
  if (!Array.isArray(body.items)) return "the body has no items array";
  const { bookmark } = body;
  if (bookmark !== undefined && bookmark !== null && typeof bookmark !== "string")
    return "the bookmark is not a text";
  return undefined;
}

function flawOfRows(body: unknown): string | undefined {
  const rows = isObject(body) ? body.data : body;
  if (!Array.isArray(rows)) return "the body holds no array of rows";
  if (rows !== body) return rows.every(isBreakdown) ? undefined : "a row of the body is no breakdown";
  return rows.every(isObject) ? undefined : "a row of the body is not an object";
}

/** A row of targeting analytics. */
function isBreakdown(row: unknown): boolean {
  return isObject(row) && isObject(row.metrics) && "targeting_type" in row && "targeting_value" in row;
}

function flawOfText(body: unknown, name: string): string | undefined {
  const value = isObject(body) ? body[name] : undefined;
  return typeof value === "string" && value !== "" ? undefined : `the body has no ${name}`;
}

function invalid(message: string): Verdict {
  return { kind: "invalid", problem: { code: undefined, message } };
}
