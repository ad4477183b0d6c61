import { InvalidArgumentError } from "commander";
import { type Day, parseDay } from "../window.ts";

/** For options that take a day. */
export function readDay(value: string): Day {
  const day = parseDay(value);
  if (day === undefined) throw new InvalidArgumentError("It is not a day of the calendar; write YYYY-MM-DD.");
  return day;
}
