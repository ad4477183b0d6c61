import fc from "fast-check";
import { getTasks } from "node-cron";
import { expect, test } from "vitest";
import { findCronProblem, isTimezone, nextTick, ticksAfter } from "../../src/cron.ts";

const MINUTE = 60_000;

function take(expression: string, timezone: string, after: string, count: number): string[] {
  const ticks: string[] = [];
  for (const tick of ticksAfter({ expression, timezone }, Date.parse(after))) {
    ticks.push(`${new Date(tick).toISOString().slice(0, 16)}Z`);
    if (ticks.length === count) break;
  }
  return ticks;
}

test.each<[string, string, string, string, string[]]>([
  ["every six hours", "0 */6 * * *", "UTC", "2026-01-01T05:59Z", ["2026-01-01T06:00Z", "2026-01-01T12:00Z"]],
  ["a tick at the very moment is over", "0 6 * * *", "UTC", "2026-01-01T06:00Z", ["2026-01-02T06:00Z"]],
  ["the zone's wall clock counts", "30 5 * * *", "Asia/Kolkata", "2026-01-01T00:00Z", ["2026-01-02T00:00Z"]],
  ["west of UTC", "0 22 * * *", "America/Los_Angeles", "2026-01-01T00:00Z", ["2026-01-01T06:00Z"]],
  ["weekdays", "0 9 * * 1-5", "UTC", "2026-01-02T10:00Z", ["2026-01-05T09:00Z"]],
  ["a leap day", "0 0 29 2 *", "UTC", "2026-01-01T00:00Z", ["2028-02-29T00:00Z"]],
  [
    "clocks go forward: the tick in the missing hour comes when it is over",
    "30 2 * * *",
    "Europe/Berlin",
    "2026-03-28T12:00Z",
    ["2026-03-29T01:00Z", "2026-03-30T00:30Z"],
  ],
  [
    "clocks go back: the tick in the doubled hour comes once",
    "30 2 * * *",
    "Europe/Berlin",
    "2026-10-24T12:00Z",
    ["2026-10-25T00:30Z", "2026-10-26T01:30Z"],
  ],
  [
    "clocks go back: every hour means the doubled hour twice",
    "30 * * * *",
    "Europe/Berlin",
    "2026-10-24T23:31Z",
    ["2026-10-25T00:30Z", "2026-10-25T01:30Z", "2026-10-25T02:30Z"],
  ],
  [
    "clocks go forward by half an hour",
    "15 2 * * *",
    "Australia/Lord_Howe",
    "2026-10-03T00:00Z",
    ["2026-10-03T15:30Z", "2026-10-04T15:15Z"],
  ],
])("%s", (_what, expression, timezone, after, expected) => {
  expect(take(expression, timezone, after, expected.length)).toEqual(expected);
});

test("nothing between two ticks is a tick: from every moment before it the same one comes next", () => {
  const crons = ["0 */6 * * *", "30 2 * * *", "*/15 * * * *", "5 4 * * 1"];
  const zones = ["UTC", "Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe"];
  fc.assert(
    fc.property(
      fc.constantFrom(...crons),
      fc.constantFrom(...zones),
      fc.integer({ min: Date.UTC(2026, 0, 1) / MINUTE, max: Date.UTC(2027, 0, 1) / MINUTE }),
      (expression, timezone, minute) => {
        const cron = { expression, timezone };
        const next = nextTick(cron, minute * MINUTE);
        expect(next).toBeGreaterThan(minute * MINUTE);
        const between = Math.floor((minute + (next ?? 0) / MINUTE) / 2) * MINUTE;
        for (const moment of [between, (next ?? 0) - MINUTE]) expect(nextTick(cron, moment)).toBe(next);
      },
    ),
    { numRuns: 200 },
  );
});

test.each<[string, RegExp | undefined]>([
  ["0 */6 * * *", undefined],
  ["@daily", undefined],
  ["61 * * * *", /^61 does not fit: the minute is 0 to 59$/],
  ["0 25 * * MOX", /^25 does not fit: the hour is 0 to 23; MOX does not fit: the weekday is/],
  ["* * * *", /^has 4 fields; write five/],
  ["0 0 * * * *", /^has 6 fields; write five/],
  ["0 0 30 2 *", /day 30 is impossible/],
  ["often", /^has 1 field; write five/],
])("%s is judged", (expression, problem) => {
  if (problem) expect(findCronProblem(expression)).toMatch(problem);
  else expect(findCronProblem(expression)).toBeUndefined();
});

test.each([
  ["Europe/Berlin", true],
  ["UTC", true],
  ["Mars/Olympus", false],
  ["", false],
])("%s is a time zone: %s", (name, known) => {
  expect(isTimezone(name)).toBe(known);
});

test("computing ticks leaves nothing behind in the library, however often it is done", () => {
  const before = getTasks().size;
  for (let day = 1; day <= 20; day += 1)
    nextTick({ expression: "30 5 * * *", timezone: "Europe/Berlin" }, Date.UTC(2026, 0, day));
  nextTick({ expression: "0 0 29 2 *", timezone: "UTC" }, Date.UTC(2026, 0, 1));
  expect(getTasks().size).toBe(before);
});
