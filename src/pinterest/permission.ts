import type { ConnectorError } from "../errors.ts";
import type { OAuthScope, RateCategory } from "../resources/define.ts";
import { type Failure, requestFailed } from "./failure.ts";
import type { Problem } from "./problem.ts";

/** Roles on the ad account that Pinterest wants for reading, by category of the endpoint. */
const ROLES: Readonly<Record<RateCategory, string>> = {
  ads_read: "Owner, Admin, Analyst or Campaign Manager",
  ads_analytics: "Owner, Admin, Analyst or Campaign Manager",
  catalogs_read: "Owner, Admin or Catalogs Manager",
};

const SCOPE_MISSING = 3;
const ACCOUNT_NOT_FOUND = /(?:account|advertiser)\b.*\bnot (?:be )?found\b/i;
/** No business account, account disapproved, account under review: neither scope nor role would help. */
const ACCOUNT_STATES: ReadonlySet<number | undefined> = new Set([654, 2625, 2626]);

/** `permission_missing`, with what to grant: the scope, the role, or either when Pinterest does not say which. */
export function permissionMissing(
  failure: Failure,
  category: RateCategory,
  scopes: readonly OAuthScope[],
): ConnectorError {
  const wanted = scopes.length > 0 ? `the scopes ${scopes.join(", ")}` : "all scopes the connector asks for";
  const authorise = `authorise the app again with ${wanted}: \`pinterest-ads auth login\``;
  const nextStep = concernsScope(failure.problem)
    ? `A${authorise.slice(1)}.`
    : `Give the user who authorised the app the role ${ROLES[category]} on this ad account; if the role is there, ${authorise}.`;
  return requestFailed("permission_missing", failure, nextStep);
}

/** A 401 or 403 that a new token did not cure. `tokenWorks`: the same token was accepted for another request. */
export function refusedForGood(
  failure: Failure,
  category: RateCategory,
  scopes: readonly OAuthScope[],
  tokenWorks: boolean,
): ConnectorError {
  const { reply, problem } = failure;
  if (/not found/i.test(problem.message))
    return requestFailed(
      "account_not_visible",
      failure,
      "Check the id, and that the user who authorised the app has access to it.",
    );
  if (ACCOUNT_STATES.has(problem.code))
    return requestFailed("pinterest_error", failure, "Settle the state of the account with Pinterest.");
  if (reply.kind === "answer" && reply.status === 401 && !tokenWorks)
    return requestFailed(
      "token_refused",
      failure,
      "Authorise the app again with `pinterest-ads auth login`.",
    );
  return permissionMissing(failure, category, scopes);
}

/**
 * True for the refusal of a request about an ad account that may well hold for all of the account: the role on it,
 * its state, its not being there. Never for what concerns the token or the app as a whole (a missing scope, a refused
 * token, a block), nor for failures that pass. A single endpoint may be refused in the same words.
 */
export function mayConcernAccount({ code, details }: ConnectorError): boolean {
  const { status, pinterest_code: number, pinterest_message: message } = details;
  const problem = {
    code: typeof number === "number" ? number : undefined,
    message: typeof message === "string" ? message : "",
  };
  if (code === "permission_missing") return !concernsScope(problem);
  if (code === "pinterest_error" && problem.code !== undefined)
    return ACCOUNT_STATES.has(problem.code) || (status === 404 && ACCOUNT_NOT_FOUND.test(problem.message));
  return code === "account_not_visible";
}

function concernsScope({ code, message }: Problem): boolean {
  return code === SCOPE_MISSING || /\bscope/i.test(message);
}
