import type { ConnectorError } from "../errors.ts";
import { type Failure, requestFailed, spamBlocked } from "./failure.ts";
import { neverLeft } from "./http.ts";
import { pause, postForm, type TokenEndpoint } from "./token-endpoint.ts";
import type { Grant } from "./token-grant.ts";

/** What a user's consent brought: a code, and the redirect URI that it is bound to. */
export interface Consent {
  readonly code: string;
  readonly redirectUri: string;
}

/**
 * Exchanges a code for tokens (POST /oauth/token, grant_type=authorization_code).
 * A code works once, so a request whose answer is lost or useless is not repeated: only one that never left, or that
 * a rate limit turned away. Throws `login_failed` when Pinterest refuses, otherwise what the request met.
 */
export async function exchangeCode(at: TokenEndpoint, { code, redirectUri }: Consent): Promise<Grant> {
  const form = { grant_type: "authorization_code", code, redirect_uri: redirectUri };
  for (let attempt = 1; ; attempt += 1) {
    const { grant, verdict, failure } = await postForm(at, form, [code], attempt);
    if (grant) return grant;
    const isLast = attempt >= at.maxAttempts;
    if (verdict.kind === "refused") throw codeRefused(failure);
    if (verdict.kind === "spam") throw spamBlocked(failure);
    if (verdict.kind === "rate_limited" && !isLast) await pause(at, attempt, verdict.delayMs ?? 0, failure);
    else if (verdict.kind === "unreachable" && neverLeft(failure.reply) && !isLast)
      await pause(at, attempt, 0, failure);
    else throw exchangeFailed(verdict.kind, failure);
  }
}

/** Pinterest documents no codes for these refusals; status and text tell them apart as far as they can. */
function codeRefused(failure: Failure): ConnectorError {
  const { reply, problem } = failure;
  if (/redirect/i.test(problem.message)) return requestFailed("login_failed", failure, REDIRECT_DIFFERS);
  const isClient = reply.kind === "answer" && reply.status !== 400;
  return requestFailed("login_failed", failure, isClient ? CLIENT_REFUSED : CODE_REFUSED);
}

const REDIRECT_DIFFERS =
  "Register the redirect URI with the app exactly as it was shown, then run `pinterest-ads auth login` again with it.";
const CLIENT_REFUSED =
  "Correct PINTEREST_APP_SECRET (and PINTEREST_APP_ID) by the page of your app at developers.pinterest.com, then run `pinterest-ads auth login` again.";
const CODE_REFUSED =
  "Run `pinterest-ads auth login` again: a code works once and for some ten minutes. If it stays, check PINTEREST_APP_SECRET.";

function exchangeFailed(kind: string, failure: Failure): ConnectorError {
  if (kind === "rate_limited")
    return requestFailed("rate_limit_budget_spent", failure, "Run `pinterest-ads auth login` again later.");
  if (kind === "unreachable") return requestFailed("pinterest_unreachable", failure, ONCE_MORE);
  return requestFailed(kind === "invalid" ? "invalid_response" : "pinterest_error", failure, ONCE_MORE);
}

const ONCE_MORE =
  "Nothing was stored. A code works once, so it is not sent again once it may have arrived: check the network and PINTEREST_API_URL, then run `pinterest-ads auth login` again.";
