import type { ColumnType } from "./column.ts";

/** One column of Pinterest's analytics: how it is asked for, how it is stored, what it means. */
export interface Metric {
  /** As requests and rows spell it, such as `SPEND_IN_MICRO_DOLLAR`. */
  readonly name: string;
  /** Column of the table: the name in lower case. */
  readonly column: string;
  readonly type: ColumnType;
  /** In words, such as "millionths of the ad account's currency"; empty for texts, ids and flags. */
  readonly unit: string;
  /** Meaning, unit and whether it may be added up, for people who see only the table. */
  readonly comment: string;
  /** True when the values of entities and days sum up to those of their parent and span. */
  readonly additive: boolean;
  /** The synchronous endpoints know it. */
  readonly sync: boolean;
  /** Asynchronous reports know it. */
  readonly report: boolean;
}

/** The ways of asking that know a metric. */
type KnownTo = "both" | "report" | "sync";

export type DeclareMetric = (name: string, meaning: string, knownTo?: KnownTo) => Metric;

const MICRO = "millionths of the ad account's currency";
const CURRENCY = "the ad account's currency";
const NOT_ADDITIVE = "Must not be added up.";

function declare(type: ColumnType, unit: string, additive: boolean): DeclareMetric {
  const notes = [unit && `Unit: ${unit}.`, unit && !additive && NOT_ADDITIVE].filter(Boolean);
  return (name, meaning, knownTo = "both") => ({
    name,
    column: name.toLowerCase(),
    type,
    unit,
    comment: [`${meaning}.`, ...notes].join(" "),
    additive,
    sync: knownTo !== "report",
    report: knownTo !== "sync",
  });
}

/** Whole numbers. Pinterest may write them as `1000.0`; a bigint takes that too. */
export const count = declare("bigint", "count", true);
/** Counts of distinct people: somebody who is counted on two days or by two ads is one person in sum. */
export const distinctCount = declare("bigint", "count, each person once", false);
export const microAmount = declare("bigint", MICRO, true);
/** Budgets: one amount that every row of the entity repeats. */
export const microBudget = declare("bigint", MICRO, false);
/** Quotients need not be whole; as a bigint one fraction would cost the whole row. */
export const microCost = declare("numeric", MICRO, false);
export const budget = declare("numeric", CURRENCY, false);
export const amount = declare("numeric", CURRENCY, true);
export const cost = declare("numeric", CURRENCY, false);
/** Pinterest does not say whether it sends 0.0123 or 1.23 for one percent and a bit; it is kept as it comes. */
export const share = declare("double", "ratio as Pinterest sends it", false);
export const average = declare("double", "count, on average", false);
export const factor = declare("double", "factor", false);
export const videoLength = declare("double", "not told by Pinterest", false);
export const seconds = declare("double", "seconds", false);
/** Names, states and ids: not measured, only repeated from the entity as it was when the row was made. */
export const attribute = declare("text", "", false);
export const attributeFlag = declare("boolean", "", false);

/** Where people saw the ad: `_1` where it was paid for, `_2` where somebody had saved it, `TOTAL_` both. */
export function byOrigin(
  declareOne: DeclareMetric,
  stem: string,
  meaning: string,
  knownTo?: KnownTo,
): Metric[] {
  return [
    ...paidAndEarned(declareOne, stem, meaning, knownTo),
    declareOne(`TOTAL_${stem}`, `${meaning}, paid and earned`, knownTo),
  ];
}

/** The same for what has no total. */
export function paidAndEarned(
  declareOne: DeclareMetric,
  stem: string,
  meaning: string,
  knownTo?: KnownTo,
): Metric[] {
  return [
    declareOne(`${stem}_1`, `${meaning}, paid`, knownTo),
    declareOne(`${stem}_2`, `${meaning}, earned`, knownTo),
  ];
}
