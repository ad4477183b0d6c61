import type { Column } from "../resources/column.ts";
import type { ViewColumn } from "./ddl-view.ts";
import { quoteIdentifier } from "./names.ts";

const MICRO_NAME = /_in_micro_dollar$/;
const MICRO_UNIT = "millionths of the ad account's currency";
/** Digits of a cost after the point: as fine as the micro units that Pinterest counts in. */
const COST_DIGITS = 6;
const QUOTIENT = "Must not be added up; null when there is nothing to divide by.";

/** Columns that may stand for a quantity, the best choice first; those of one choice are added up. */
type Quantity = readonly (readonly string[])[];

const SPEND: Quantity = [["spend_in_micro_dollar"]];
const IMPRESSIONS: Quantity = [["impression_1", "impression_2"], ["total_impression"]];
const CLICKS: Quantity = [["clickthrough_1", "clickthrough_2"], ["total_clickthrough"]];
const CONVERSIONS: Quantity = [["total_conversions"]];
const CHECKOUTS: Quantity = [["total_checkout"]];
const CHECKOUT_VALUE: Quantity = [["total_checkout_value_in_micro_dollar"]];

/** A measure that the table does not have: what it is computed from and how. */
interface Derived {
  readonly name: string;
  readonly comment: string;
  readonly of: readonly Quantity[];
  sql(...quantities: string[]): string;
}

const cost = (spend: string, count: string, thousands = "") =>
  `round(${spend} * 0.000001${thousands} / nullif(${count}, 0), ${COST_DIGITS})`;
const quotient = (dividend: string, divisor: string) =>
  `(${dividend})::double precision / nullif(${divisor}, 0)`;

const DERIVED: readonly Derived[] = [
  {
    name: "impressions",
    comment: "Impressions, paid and earned. Unit: count.",
    of: [IMPRESSIONS],
    sql: (impressions = "") => impressions,
  },
  {
    name: "clicks",
    comment: "Pin clicks, paid and earned. Unit: count.",
    of: [CLICKS],
    sql: (clicks = "") => clicks,
  },
  {
    name: "click_through_rate",
    comment: `Clicks divided by impressions, paid and earned (CTR). Unit: share of 1. ${QUOTIENT}`,
    of: [CLICKS, IMPRESSIONS],
    sql: (clicks = "", impressions = "") => quotient(clicks, impressions),
  },
  {
    name: "cost_per_click",
    comment: `Spend per click, paid and earned (CPC). Unit: the ad account's currency. ${QUOTIENT}`,
    of: [SPEND, CLICKS],
    sql: (spend = "", clicks = "") => cost(spend, clicks),
  },
  {
    name: "cost_per_thousand_impressions",
    comment: `Spend per thousand impressions, paid and earned (CPM). Unit: the ad account's currency. ${QUOTIENT}`,
    of: [SPEND, IMPRESSIONS],
    sql: (spend = "", impressions = "") => cost(spend, impressions, " * 1000"),
  },
  {
    name: "conversion_rate",
    comment: `Conversions divided by clicks, paid and earned. Unit: share of 1. ${QUOTIENT}`,
    of: [CONVERSIONS, CLICKS],
    sql: (conversions = "", clicks = "") => quotient(conversions, clicks),
  },
  {
    name: "cost_per_conversion",
    comment: `Spend per conversion of any kind. Unit: the ad account's currency. ${QUOTIENT}`,
    of: [SPEND, CONVERSIONS],
    sql: (spend = "", conversions = "") => cost(spend, conversions),
  },
  {
    name: "cost_per_checkout",
    comment: `Spend per checkout (CPA). Unit: the ad account's currency. ${QUOTIENT}`,
    of: [SPEND, CHECKOUTS],
    sql: (spend = "", checkouts = "") => cost(spend, checkouts),
  },
  {
    name: "return_on_ad_spend",
    comment: `Value of checkouts divided by spend (ROAS). Unit: factor. ${QUOTIENT}`,
    of: [CHECKOUT_VALUE, SPEND],
    sql: (value = "", spend = "") => quotient(value, spend),
  },
];

/**
 * The metrics as a view shows them: every column of the table, amounts in millionths followed by the same in the
 * account's currency, then what follows from them. `alias` is that of the table of metrics.
 */
export function listMeasures(metrics: readonly Column[], alias: string): ViewColumn[] {
  const has = (name: string) => metrics.some((column) => column.name === name);
  const own = metrics.flatMap((column) => [showColumn(column, alias), ...showInCurrency(column, alias)]);
  const derived = DERIVED.flatMap(({ name, comment, of, sql }) => {
    const quantities = of.map((quantity) => expressQuantity(quantity, has, alias));
    if (!quantities.every((quantity) => quantity !== undefined)) return [];
    return [{ name, comment, sql: sql(...quantities) }];
  });
  return [...own, ...derived];
}

/** A column of a table as it is. */
export function showColumn({ name, comment }: Pick<Column, "name" | "comment">, alias: string): ViewColumn {
  return { name, comment, sql: `${alias}.${quoteIdentifier(name)}` };
}

function showInCurrency({ name, comment }: Column, alias: string): ViewColumn[] {
  if (!MICRO_NAME.test(name)) return [];
  return [
    {
      name: name.replace(MICRO_NAME, ""),
      comment: comment.replace(MICRO_UNIT, "the ad account's currency"),
      // A product is exact, a quotient would be cut somewhere.
      sql: `${alias}.${quoteIdentifier(name)} * 0.000001`,
    },
  ];
}

/** Undefined when the table has the columns of no choice. */
function expressQuantity(
  quantity: Quantity,
  has: (name: string) => boolean,
  alias: string,
): string | undefined {
  const parts = quantity
    .find((names) => names.every(has))
    ?.map((name) => `${alias}.${quoteIdentifier(name)}`);
  if (!parts) return undefined;
  // A part that is missing counts as nothing, unless all are.
  return parts.length === 1 ? parts[0] : `coalesce(${[parts.join(" + "), ...parts].join(", ")})`;
}
