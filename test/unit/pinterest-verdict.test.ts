import { expect, test } from "vitest";
import { judge } from "../../src/pinterest/verdict.ts";

const EMPTY_ANSWERS = [{ status: 409, code: 4182 }];

function judgeAnswer(status: number, body: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return judge(
    { kind: "answer", status, headers, text },
    { shape: "page", emptyAnswers: EMPTY_ANSWERS, now: 0, secrets: ["a-secret-token"] },
  );
}

test.each([
  [200, { items: [] }, "success"],
  [200, { items: [], bookmark: "b" }, "success"],
  [200, { items: null }, "invalid"],
  [200, { code: 8, message: "rate" }, "invalid"],
  [200, { items: [], bookmark: 7 }, "invalid"],
  [200, [], "invalid"],
  [200, '{"items":[{"id":"1"', "invalid"],
  [200, "<html>", "invalid"],
  [200, "", "invalid"],
  [200, "[".repeat(100_000), "invalid"],
  [409, { code: 4182, message: "no catalog" }, "empty"],
  [409, { code: 4183, message: "filters" }, "failed"],
  [400, { code: 400, message: "Invalid bookmark" }, "failed"],
  [400, { code: 12, message: "Something went wrong on our end" }, "transient"],
  [400, { code: 2787, message: "Something went wrong on our end" }, "transient"],
  [400, { code: 1, message: "Cost exceeded. Retry after 5 seconds" }, "rate_limited"],
  [429, { code: 8, message: "You have exceeded your rate limit" }, "rate_limited"],
  [429, { code: 30, message: "User limit" }, "rate_limited"],
  [429, "<html>slow down</html>", "rate_limited"],
  [429, { code: 8, message: "Blocked for spam" }, "spam"],
  [403, { code: 8, message: "rate" }, "rate_limited"],
  [404, { code: 30, message: "User not found" }, "failed"],
  [401, { code: 2, message: "Authentication failed." }, "unauthorized"],
  [401, "", "unauthorized"],
  [401, { code: 3, message: "Not enough scope" }, "permission_missing"],
  [401, { code: 29, message: "No" }, "permission_missing"],
  [403, { code: 29, message: "You are not permitted" }, "permission_missing"],
  [403, { code: 7, message: "Not authorized" }, "permission_missing"],
  [403, { code: 403, message: "Missing role on the ad account" }, "permission_missing"],
  [403, { code: 403, message: "Forbidden" }, "forbidden"],
  [401, { code: 2, message: "AdAccount not found" }, "forbidden"],
  [500, "", "transient"],
  [502, "<html>", "transient"],
  [503, { code: 4197, message: "ramped down" }, "failed"],
  [501, { code: 4181, message: "unsupported combination" }, "failed"],
  [302, "", "failed"],
])("%i %j is %s", (status, body, kind) => {
  expect(judgeAnswer(status, body).kind).toBe(kind);
});

test.each([
  [{ "retry-after": "5", "x-ratelimit-reset": "60" }, "", 5_000],
  [{ "x-ratelimit-reset": "60" }, "", 60_000],
  [{ "x-ratelimit-reset": "60" }, "Retry after 90 seconds", 90_000],
  [{ "retry-after": "100" }, "Retry after 90 seconds", 100_000],
  [{}, "", undefined],
])("being throttled with %j and %j means waiting %j ms", (headers, message, delayMs) => {
  expect(judgeAnswer(429, { code: 8, message }, headers)).toMatchObject({ kind: "rate_limited", delayMs });
});

test("messages are one bounded line without tokens", () => {
  const message = `bad token a-secret-token or pina_ABC-123\n\u0000 ${"x".repeat(5_000)}`;
  const verdict = judgeAnswer(400, { code: 1, message });
  expect(verdict).toMatchObject({ kind: "failed", problem: { code: 1 } });
  const shown = "problem" in verdict ? verdict.problem.message : "";
  expect(shown).toMatch(/^bad token \[redacted\] or \[redacted\] x+$/);
  expect(shown.length).toBeLessThanOrEqual(500);
});

test("the error shape of OAuth is understood", () => {
  expect(judgeAnswer(400, { error: "invalid_grant", error_description: "Expired" })).toMatchObject({
    problem: { message: "Expired: invalid_grant" },
  });
});
