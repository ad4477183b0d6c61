import { expect, test } from "vitest";
import { requestFailed } from "../../src/pinterest/failure.ts";
import { findRefusedColumns } from "../../src/pinterest/refused-columns.ts";

const ASKED = ["CTR", "ECTR", "SPEND_IN_DOLLAR", "TOTAL_IMPRESSION_USER", "TOTAL_IMPRESSION_FREQUENCY"];
const VALID = "'CTR', 'SPEND_IN_DOLLAR', 'TOTAL_IMPRESSION_USER', 'TOTAL_IMPRESSION_FREQUENCY'";

function refuse(message: string, status = 400) {
  return requestFailed(
    "pinterest_error",
    {
      method: "POST",
      url: new URL("https://api.pinterest.com/v5/ad_accounts/1/reports"),
      reply: { kind: "answer", status, headers: {}, text: "" },
      problem: { code: 400, message },
      attempts: 1,
    },
    "",
  );
}

test.each<[string, string[]]>([
  [
    "Columns TOTAL_IMPRESSION_USER, TOTAL_IMPRESSION_FREQUENCY are not available for level KEYWORD.",
    ["TOTAL_IMPRESSION_USER", "TOTAL_IMPRESSION_FREQUENCY"],
  ],
  ["Columns ECTR are not available.", ["ECTR"]],
  ["Columns ['CTR'] are not available", ["CTR"]],
  ["Bad request. Column CTR is not supported for this level.", ["CTR"]],
  ["These columns are not available: ECTR, CTR", ["CTR", "ECTR"]],
  ["Columns OTHER are not available. SPEND_IN_DOLLAR was read.", []],
  [`'ECTR' is not one of [${VALID}]`, ["ECTR"]],
  [`Invalid columns: ['CTR', 'ECTR'] are not any of [${VALID}]`, ["ECTR"]],
  [`"ECTR" is not a valid ReportingColumn. Valid values: ${VALID.replaceAll("'", "")}`, ["ECTR"]],
  [`columns.1 must be one of [${VALID}]`, ["ECTR"]],
  ["'CTR' is not one of ['ECTR', 'SPEND_IN_DOLLAR', 'TOTAL_IMPR", ["CTR"]],
  ["'CTR' is not one of ECTR, SPEND_IN_DOLLAR, ...", ["CTR"]],
  ["{'columns': ['SPEND_IN_DOLLAR', 'CTR']}: 'CTR' is not one of ['ECTR', 'SPEND_IN", ["CTR"]],
  ["'DAILY' is not one of ['TOTAL', 'DAY', 'HOUR', 'WEEK', 'MONTH']", []],
  ["'CAMPAIGNS' is not one of ['CAMPAIGN', 'AD_GROUP']", []],
  ["start_date is not valid", []],
  ["You can only get data from the last 90 days", []],
  ["", []],
])("%s refuses %j", (message, refused) => {
  expect(findRefusedColumns(refuse(message), ASKED)).toEqual(refused);
});

test("other errors refuse no columns", () => {
  const message = "Columns CTR are not available.";
  expect(findRefusedColumns(refuse(message, 404), ASKED)).toEqual([]);
  expect(findRefusedColumns(new Error(message), ASKED)).toEqual([]);
  expect(findRefusedColumns(undefined, ASKED)).toEqual([]);
});
