import { describe, expect, test } from "vitest";
import { ConnectorError, type ErrorCode } from "../../src/errors.ts";
import { mayConcernAccount } from "../../src/pinterest/permission.ts";

type Case = [
  what: string,
  code: ErrorCode,
  status: number | undefined,
  pinterestCode: number | undefined,
  message: string,
];

function refusal([, code, status, pinterestCode, message]: Case): ConnectorError {
  return new ConnectorError(code, message, {
    details: { status, pinterest_code: pinterestCode, pinterest_message: message },
  });
}

describe("a refusal may hold for all of an ad account", () => {
  test.each<Case>([
    ["no role on it", "permission_missing", 403, 29, "You are not permitted to access that resource."],
    ["not authorised", "permission_missing", 403, 7, "Authorization failed."],
    ["without a reason", "permission_missing", 403, undefined, "(the body is not JSON)"],
    ["not found, as Pinterest says with 401", "account_not_visible", 401, 2, "AdAccount not found."],
    ["not found", "pinterest_error", 404, 2, "AdAccount not found."],
    ["disapproved", "pinterest_error", 403, 2625, "Account disapproved."],
    ["under review", "pinterest_error", 403, 2626, "Account under review."],
  ])("%s", (...given) => {
    expect(mayConcernAccount(refusal(given))).toBe(true);
  });
});

describe("what is about the token, the app, another thing or a moment is not", () => {
  test.each<Case>([
    ["a missing scope, by its code", "permission_missing", 401, 3, "Insufficient permissions."],
    ["a missing scope, by its words", "permission_missing", 403, 29, "The token lacks the scope ads:read."],
    ["a refused token", "token_refused", 401, 2, "Authentication failed."],
    ["a block", "blocked_as_spam", 429, 8, "Blocked for spam."],
    ["a feed that is gone", "pinterest_error", 404, 4161, "Sorry! We could not find your catalogs feed."],
    ["a wrong address", "pinterest_error", 404, undefined, "account not found"],
    ["a refused parameter", "pinterest_error", 400, 400, "Invalid ad account id"],
    ["a failure of Pinterest's", "pinterest_error", 500, 500, "Something went wrong on our end."],
    ["no answer", "pinterest_unreachable", undefined, undefined, "connect ECONNREFUSED"],
  ])("%s", (...given) => {
    expect(mayConcernAccount(refusal(given))).toBe(false);
  });
});
