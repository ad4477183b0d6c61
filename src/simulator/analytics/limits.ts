import type { Refuse } from "../query.ts";
import { WINDOW_DAYS } from "./attribution.ts";
import { parseDay } from "./day.ts";

/** How far back and how long, in days (OpenAPI description 5.23). */
export interface Reach {
  history: number;
  range: number;
}

export const SYNC_REACH: Reach = { history: 90, range: 90 };
export const REPORT_REACH: Reach = { history: 914, range: 186 };
export const PRODUCT_ITEM_REACH: Reach = { history: 92, range: 31 };

/** The days of a request, inclusive: two of the calendar, in order, not too far back, not too many. */
export function readRange(
  start: unknown,
  end: unknown,
  { history, range }: Reach,
  today: number,
  refuse: Refuse,
): { from: number; to: number } {
  const from = readDay("start_date", start, refuse);
  const to = readDay("end_date", end, refuse);
  if (from > to) throw refuse("'start_date' must not be after 'end_date'");
  if (from < today - history) throw refuse(`You can only get data from the last ${history} days`);
  if (to - from + 1 > range) throw refuse(`The date range must not be longer than ${range} days`);
  return { from, to };
}

function readDay(name: string, value: unknown, refuse: Refuse): number {
  if (value === undefined) throw refuse(`'${name}' is a required property`);
  const day = typeof value === "string" ? parseDay(value) : undefined;
  if (day === undefined) throw refuse(`'${String(value)}' is not a 'date' (${name})`);
  return day;
}

/** The columns of a request: at least one, known ones only. What is not known is answered with all that are. */
export function checkColumns(
  columns: readonly string[] | undefined,
  known: ReadonlySet<string>,
  refuse: Refuse,
): readonly string[] {
  if (columns === undefined || columns.length === 0) throw refuse("'columns' is a required property");
  for (const column of columns) {
    if (!known.has(column)) throw notOneOf(column, [...known], refuse);
  }
  return columns;
}

export function checkChoice<T extends string>(
  name: string,
  value: unknown,
  choices: readonly T[],
  refuse: Refuse,
): T {
  if (value === undefined) throw refuse(`'${name}' is a required property`);
  const choice = choices.find((candidate) => candidate === value);
  if (choice === undefined) throw notOneOf(String(value), choices, refuse);
  return choice;
}

/** A window of attribution in days; `fallback` when it was not sent. */
export function checkWindow(name: string, value: unknown, fallback: number, refuse: Refuse): number {
  if (value === undefined) return fallback;
  const days = WINDOW_DAYS.find((candidate) => candidate === value);
  if (days === undefined) {
    throw refuse(`${String(value)} is not one of [${WINDOW_DAYS.join(", ")}] (${name})`);
  }
  return days;
}

/** What is documented but made nothing of here is refused: answering as if it had not been sent would be wrong. */
export function refuseUnserved(
  sent: Readonly<Record<string, unknown>>,
  names: readonly string[],
  refuse: Refuse,
): void {
  const name = names.find((candidate) => sent[candidate] !== undefined);
  if (name !== undefined) throw refuse(`The simulator does not serve '${name}'.`);
}

const notOneOf = (value: string, choices: readonly string[], refuse: Refuse) =>
  refuse(`'${value}' is not one of [${choices.map((choice) => `'${choice}'`).join(", ")}]`);
