import { describe, expect, test } from "vitest";
import { FAULT_KINDS } from "../../src/simulator/fault-kinds.ts";
import { createFaults, type FaultCandidate } from "../../src/simulator/faults.ts";

const candidate = (change: Partial<FaultCandidate> = {}): FaultCandidate => ({
  identity: "GET /ad_accounts/1/ads {}",
  path: "/ad_accounts/1/ads",
  serves: "page",
  hasBookmark: true,
  tokenServed: 100,
  ...change,
});

test.each([
  ["text is the end of the path", "/ads", "/ad_accounts/1/ads", true],
  ["text is not a part of the path", "/ads", "/ad_accounts/1", false],
  ["/catalogs is not /catalogs/feeds", "/catalogs", "/catalogs/feeds", false],
  ["a pattern can be any part", /accounts\/1\//, "/ad_accounts/1/ads", true],
  ["no filter is every endpoint", undefined, "/catalogs", true],
  ["no filter is not the OAuth endpoint", undefined, "/oauth/token", false],
  ["the OAuth endpoint can be named", "/oauth/token", "/oauth/token", true],
] as const)("path: %s", (_, filter, path, strikes) => {
  const decide = createFaults(1, [{ kind: "html", ...(filter === undefined ? {} : { path: filter }) }]);
  expect(decide(candidate({ path })) !== undefined).toBe(strikes);
});

describe("a rule strikes only where it makes sense", () => {
  test.each(["repeated_bookmark", "empty_page", "poisoned_record"] as const)("%s: listings", (kind) => {
    const decide = createFaults(1, [{ kind }]);
    expect(decide(candidate({ serves: "object" }))).toBeUndefined();
    expect(decide(candidate())?.kind).toBe(kind);
  });

  test.each([
    ["report_failed", ["report"]],
    ["link_expired", ["report_file"]],
    ["spurious_90_days", ["analytics"]],
    ["retry_after_400", ["analytics", "report", "report_poll"]],
    ["rate_limited", ["page", "object", "analytics", "report", "report_poll"]],
    ["token_revoked", ["page", "object", "analytics", "report", "report_poll"]],
    ["internal_error", ["page", "object", "analytics", "report", "report_poll", "report_file"]],
  ] as const)("%s: %s", (kind, wanted) => {
    const all = ["page", "object", "analytics", "report", "report_poll", "report_file"] as const;
    const decide = createFaults(1, [{ kind }]);
    expect(all.filter((serves) => decide(candidate({ serves })) !== undefined)).toEqual(wanted);
  });

  test.each([
    [undefined, "AD_GROUP", ["CTR", "ECTR"], true],
    ["AD_GROUP", "AD_GROUP", ["CTR", "ECTR"], true],
    ["AD_GROUP", "CAMPAIGN", ["CTR", "ECTR"], false],
    [undefined, "AD_GROUP", ["ECTR"], false],
  ])("columns_refused at level %s: a request for %s %s: %s", (ruled, level, columns, strikes) => {
    const rule = { kind: "columns_refused", columns: ["CTR"], ...(ruled ? { level: ruled } : {}) } as const;
    const decide = createFaults(1, [rule]);
    expect(decide(candidate({ serves: "report", level, columns })) !== undefined).toBe(strikes);
  });

  test("repeated_bookmark: not on first pages, which do not use up its count", () => {
    const decide = createFaults(1, [{ kind: "repeated_bookmark", count: 1 }]);
    expect(decide(candidate({ hasBookmark: false }))).toBeUndefined();
    expect(decide(candidate())?.kind).toBe("repeated_bookmark");
    expect(decide(candidate())).toBeUndefined();
  });
});

test("skip lets requests pass before count begins", () => {
  const decide = createFaults(1, [{ kind: "html", skip: 2, count: 1 }]);
  const struck = Array.from({ length: 5 }, () => decide(candidate())?.kind ?? null);
  expect(struck).toEqual([null, null, "html", null, null]);
});

test("the first rule that strikes wins", () => {
  const decide = createFaults(1, [{ kind: "html", count: 1 }, { kind: "internal_error" }]);
  expect([decide(candidate())?.kind, decide(candidate())?.kind]).toEqual(["html", "internal_error"]);
});

test("a rate strikes about that share of different requests", () => {
  const decide = createFaults(1, [{ kind: "html", rate: 0.1 }]);
  const struck = Array.from({ length: 5_000 }, (_, nth) => decide(candidate({ identity: `GET /${nth}` })));
  const share = struck.filter((rule) => rule !== undefined).length / struck.length;
  expect(share).toBeGreaterThan(0.08);
  expect(share).toBeLessThan(0.12);
});

test("under rates no request meets more than two faults in a row", () => {
  const transient = FAULT_KINDS.filter((kind) => kind !== "poisoned_record");
  const decide = createFaults(
    1,
    transient.map((kind) => ({ kind, rate: 0.5 })),
  );
  const struck = Array.from({ length: 300 }, () => (decide(candidate()) ? "x" : "."));
  expect(struck.join("")).toContain("xx.");
  expect(struck.join("")).not.toContain("xxx");
});

test("a rate revokes a token neither twice in a row nor before it has served for a while", () => {
  const decide = createFaults(1, [{ kind: "token_revoked", rate: 0.9 }]);
  const fresh = Array.from({ length: 20 }, () => decide(candidate({ tokenServed: 3 })));
  expect(fresh.every((rule) => rule === undefined)).toBe(true);
  const struck = Array.from({ length: 50 }, () => (decide(candidate()) ? "x" : "."));
  expect(struck.join("")).toContain("x.");
  expect(struck.join("")).not.toContain("xx");
});
