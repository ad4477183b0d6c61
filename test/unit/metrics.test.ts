import { describe, expect, test } from "vitest";
import { CORE_METRICS, metrics } from "../../src/resources/metrics.ts";

const all = [...metrics.values()];
const find = (name: string) => metrics.get(name) ?? expect.fail(`there is no metric ${name}`);

test("the catalogue has as many metrics as Pinterest's description", () => {
  expect(all.filter(({ report }) => report)).toHaveLength(613);
  expect(all.filter(({ sync }) => sync)).toHaveLength(175);
  expect(metrics.size).toBe(614);
  expect(new Set(all.map(({ column }) => column)).size).toBe(614);
});

test.each([
  ["TOTAL_CHECKOUT_DESKTOP_ACTION_TO_TABLET_CONVERSION", false, true],
  ["TOTAL_WEB_CLICK_CHECKOUT_VALUE_IN_MICRO_DOLLAR", true, true],
  ["TOTAL_WEB_CLICK_LEAD", false, true],
  ["VIDEO_P100_COMPLETE_1", false, true],
  ["VIDEO_P100_COMPLETE_2", true, true],
  ["QUIZ_PIN_RESULT_OPEN", true, false],
  ["PRODUCT_GROUP_ID", false, true],
  ["TOTAL_ADD_TO_CART", false, true],
  ["TOTAL_CONVERSIONS", true, true],
])("%s is known to the synchronous endpoints: %s, to reports: %s", (name, sync, report) => {
  expect(find(name)).toMatchObject({ sync, report });
});

test.each([
  "DATE",
  "TARGETING_TYPE",
  "TOTAL_PINTEREST_CLICK_CHECKOUT",
  "TOTAL_UNKNOWN",
  "WEB_APP_INSTALL_ROAS",
])("%s cannot be asked for", (name) => expect(metrics.has(name)).toBe(false));

test.each([
  ["SPEND_IN_MICRO_DOLLAR", "bigint", true],
  ["SPEND_IN_DOLLAR", "numeric", true],
  ["IMPRESSION_1", "bigint", true],
  ["TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR", "bigint", true],
  ["TOTAL_IMPRESSION_USER", "bigint", false],
  ["TOTAL_VIDEO_15SEC_UNIQUE_VIEWS", "bigint", false],
  ["TOTAL_IMPRESSION_FREQUENCY", "double", false],
  ["TOTAL_VIDEO_AVG_WATCHTIME_IN_SECOND", "double", false],
  ["ECPC_IN_MICRO_DOLLAR", "numeric", false],
  ["WEB_CHECKOUT_COST_PER_ACTION", "numeric", false],
  ["CHECKOUT_ROAS", "double", false],
  ["CTR", "double", false],
  ["CAMPAIGN_DAILY_SPEND_CAP", "bigint", false],
  ["AD_GROUP_BUDGET_IN_LOCAL_CURRENCY", "numeric", false],
  ["CAMPAIGN_NAME", "text", false],
  ["PIN_ID", "text", false],
  ["IS_PREMIERE_CAMPAIGN", "boolean", false],
])("%s is a %s, additive: %s", (name, type, additive) => {
  expect(find(name)).toMatchObject({ column: name.toLowerCase(), type, additive });
});

describe("comments tell somebody who sees only the table", () => {
  test.each(all.map((metric) => [metric.name, metric] as const))(
    "%s",
    (name, { comment, unit, additive }) => {
      expect(comment).toMatch(/^[A-Z][^\n]*\.$/);
      expect(comment.includes("Unit: ")).toBe(unit !== "");
      expect(comment.includes("Must not be added up.")).toBe(unit !== "" && !additive);
      expect(comment.includes("millionths")).toBe(/_IN_MICRO_DOLLAR|_SPEND_CAP/.test(name));
    },
  );

  test.each([
    ["TOTAL_CLICK_CHECKOUT", "Checkouts, all channels, credited to clicks. Unit: count."],
    ["TOTAL_WEB_SIGNUP", "Sign-ups on the website. Unit: count."],
    [
      "TOTAL_LEAD_MOBILE_ACTION_TO_DESKTOP_CONVERSION",
      "Leads on desktops after an ad action on phones, all channels. Unit: count.",
    ],
  ])("%s: %s", (name, comment) => expect(find(name).comment).toBe(comment));

  test("no two metrics of the same unit mean the same, but for one that Pinterest has under two names", () => {
    const groups = Object.values(Object.groupBy(all, ({ comment }) => comment));
    const twice = groups.flatMap((group) =>
      group && group.length > 1 ? [group.map(({ name }) => name)] : [],
    );
    expect(twice).toEqual([["IMPRESSION_1", "PAID_IMPRESSION"]]);
  });
});

describe("the core metrics", () => {
  test("are known, additive and named once", () => {
    expect(CORE_METRICS.filter((name) => !find(name).additive)).toEqual([]);
    expect(new Set(CORE_METRICS).size).toBe(CORE_METRICS.length);
    expect(CORE_METRICS.length).toBeGreaterThan(40);
  });

  test("can all be had from reports", () => {
    expect(CORE_METRICS.filter((name) => !find(name).report)).toEqual([]);
  });
});
