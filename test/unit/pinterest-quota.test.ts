import { expect, test } from "vitest";
import { readQuota, readReset, readRetryAfter, readRetryText } from "../../src/pinterest/quota.ts";

const NOW = Date.UTC(2026, 0, 1);

test.each([
  [
    { "x-ratelimit-remaining": "5", "x-ratelimit-reset": "60" },
    { remaining: 5, resetAt: NOW + 60_000 },
  ],
  [
    { "x-ratelimit-remaining": "5, 5;w=60", "x-ratelimit-reset": "7" },
    { remaining: 5, resetAt: NOW + 7_000 },
  ],
  [
    { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(NOW / 1000 + 30) },
    { remaining: 0, resetAt: NOW + 30_000 },
  ],
  [{ "x-ratelimit-remaining": "many", "x-ratelimit-reset": "60" }, undefined],
  [{ "x-ratelimit-remaining": "5" }, undefined],
  [{}, undefined],
])("the quota of %j is %j", (headers, quota) => {
  expect(readQuota(headers, NOW)).toEqual(quota);
});

test("a reset in the past is no wait", () => {
  expect(readReset({ "x-ratelimit-reset": String(NOW / 1000 - 30) }, NOW)).toBe(0);
});

test.each([
  ["7", 7_000],
  ["1.5", 1_500],
  ["Thu, 01 Jan 2026 00:00:20 GMT", 20_000],
  ["Wed, 31 Dec 2025 00:00:20 GMT", 0],
  ["soon", undefined],
])("Retry-After %j means %j ms", (header, ms) => {
  expect(readRetryAfter({ "retry-after": header }, NOW)).toBe(ms);
});

test.each([
  ["Query cost exceeded. Retry after 42 seconds.", 42_000],
  ["please RETRY AFTER 3 s", 3_000],
  ["Retry later", undefined],
])("%j means %j ms", (message, ms) => {
  expect(readRetryText(message)).toBe(ms);
});
