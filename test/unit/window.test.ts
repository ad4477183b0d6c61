import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addDays,
  countDays,
  cutWindow,
  type Day,
  dayOf,
  earliestDay,
  halveWindow,
  intersect,
  listDays,
  longestRange,
  monthsOf,
  parseDay,
  splitByMonth,
  splitWindow,
  toWindows,
  type Window,
} from "../../src/window.ts";

/** Leap days (2020, 2024, not 2100), ends of years and of a century are all near. */
const anyDay = fc
  .oneof(
    fc.integer({ min: -400, max: 30_000 }),
    fc.constantFrom("2024-02-28", "2020-02-29", "2023-12-31", "2100-02-28").map((day) => toNumber(day)),
  )
  .map((days) => addDays("2018-01-01", days));
const anyWindow = fc
  .tuple(anyDay, fc.integer({ min: 0, max: 800 }))
  .map(([from, days]) => ({ from, to: addDays(from, days) }));
const order = fc.constantFrom("newest" as const, "oldest" as const);

function toNumber(day: Day): number {
  return countDays({ from: "2018-01-01", to: day }) - 1;
}

/** Says where windows that should follow each other do not: a gap, an overlap, or an end that differs. */
function expectTiles(tiles: readonly Window[], whole: Window): void {
  expect(tiles.at(0)?.from).toBe(whole.from);
  expect(tiles.at(-1)?.to).toBe(whole.to);
  for (const [index, { from, to }] of tiles.entries()) {
    expect(from <= to).toBe(true);
    const next = tiles[index + 1];
    if (next) expect(next.from).toBe(addDays(to, 1));
  }
}

test.each([
  ["2024-02-28T23:59:59.999Z", "2024-02-28"],
  ["2024-02-29T00:00:00.000Z", "2024-02-29"],
  ["2024-12-31T23:30:00-01:00", "2025-01-01"],
  ["2025-01-01T00:30:00+02:00", "2024-12-31"],
])("the moment %s belongs to the UTC day %s", (moment, day) => {
  expect(dayOf(Date.parse(moment))).toBe(day);
});

test.each([
  ["2024-02-28", 1, "2024-02-29"],
  ["2023-02-28", 1, "2023-03-01"],
  ["2024-03-01", -1, "2024-02-29"],
  ["2024-12-31", 1, "2025-01-01"],
  ["2025-01-01", -366, "2024-01-01"],
])("%s and %d days is %s", (day, days, expected) => {
  expect(addDays(day, days)).toBe(expected);
});

describe("only days of the calendar, written in full, are days", () => {
  test.each(["2024-02-29", "2025-12-31", "2000-01-01"])("%s is one", (text) => {
    expect(parseDay(text)).toBe(text);
  });
  test.each(
    ["2023-02-29", "2024-02-30", "2024-04-31", "2024-13-01", "2024-00-10", "2024-01-00", "2024-1-1"].concat([
      "",
      "today",
      "20240101",
      "2024-01-01T00:00:00Z",
      " 2024-01-01",
      "2024-01-01\n",
      "12024-01-01",
    ]),
  )("%j is none", (text) => {
    expect(parseDay(text)).toBeUndefined();
  });
  test("every day of the calendar is", () => {
    fc.assert(fc.property(anyDay, (day) => parseDay(day) === day));
  });
});

test("adding days and counting them agree, across leap days and ends of years", () => {
  fc.assert(
    fc.property(anyDay, fc.integer({ min: 0, max: 2000 }), (from, days) => {
      const window = { from, to: addDays(from, days) };
      expect(countDays(window)).toBe(days + 1);
      expect(addDays(window.to, -days)).toBe(from);
      const listed = listDays(window);
      expect([listed.length, listed.at(0), listed.at(-1)]).toEqual([days + 1, from, window.to]);
      expect(listed).toEqual([...new Set(listed)].sort());
    }),
  );
});

test("split windows tile the whole, none too long, only one shorter than the others", () => {
  fc.assert(
    fc.property(anyWindow, fc.integer({ min: 1, max: 200 }), order, (whole, maxDays, direction) => {
      const tiles = splitWindow(whole, maxDays, direction);
      const ascending = direction === "oldest" ? tiles : tiles.toReversed();
      expectTiles(ascending, whole);
      const lengths = ascending.map(countDays);
      expect(lengths.slice(0, -1).every((days) => days === maxDays)).toBe(true);
      expect(lengths.at(-1)).toBeLessThanOrEqual(maxDays);
    }),
  );
});

test("split by month, windows tile the whole and each lies within one month", () => {
  fc.assert(
    fc.property(anyWindow, order, (whole, direction) => {
      const tiles = splitByMonth(whole, direction);
      expectTiles(direction === "oldest" ? tiles : tiles.toReversed(), whole);
      for (const tile of tiles) expect(monthsOf(tile)).toHaveLength(1);
      expect(tiles).toHaveLength(monthsOf(whole).length);
    }),
  );
});

test("a longer range leaves the full months of a shorter one as they were", () => {
  const shorter = splitByMonth({ from: "2024-01-17", to: "2024-04-02" }, "oldest");
  const longer = splitByMonth({ from: "2023-12-05", to: "2024-04-30" }, "oldest");
  expect(shorter.slice(1, -1)).toEqual([
    { from: "2024-02-01", to: "2024-02-29" },
    { from: "2024-03-01", to: "2024-03-31" },
  ]);
  expect(longer).toEqual(expect.arrayContaining(shorter.slice(1, -1)));
});

test("halves tile their window, and halving on ends with single days", () => {
  const halveAll = (window: Window): Window[] => halveWindow(window)?.flatMap(halveAll) ?? [window];
  fc.assert(
    fc.property(anyWindow, (whole) => {
      const halves = halveWindow(whole);
      expect(halves === undefined).toBe(countDays(whole) === 1);
      if (halves) {
        expectTiles(halves, whole);
        expect(countDays(halves[0]) - countDays(halves[1])).toBe(countDays(whole) % 2);
      }
      expect(halveAll(whole)).toEqual(listDays(whole).map((day) => ({ from: day, to: day })));
    }),
    { numRuns: 30 },
  );
});

test("days become the fewest windows that hold exactly them", () => {
  fc.assert(
    fc.property(anyDay, fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 60 }), (start, offsets) => {
      const days = offsets.map((offset) => addDays(start, offset));
      const windows = toWindows(days);
      expect(windows.flatMap(listDays)).toEqual([...new Set(days)].sort());
      for (const [index, { to }] of windows.entries()) {
        const next = windows[index + 1];
        if (next) expect(next.from > addDays(to, 1)).toBe(true);
      }
    }),
  );
});

test("an intersection holds the days of both, and a cut loses none and leaves no window across it", () => {
  fc.assert(
    fc.property(anyWindow, anyWindow, anyDay, (one, other, day) => {
      const both = listDays(one).filter((d) => d >= other.from && d <= other.to);
      expect(intersect(one, other)).toEqual(toWindows(both)[0]);
      expect(intersect(other, one)).toEqual(intersect(one, other));
      const sides = [listDays(one).filter((d) => d < day), listDays(one).filter((d) => d >= day)];
      expect(cutWindow(one, day)).toEqual(sides.flatMap(toWindows));
    }),
  );
});

test.each([
  [{ from: "2024-01-31", to: "2024-02-01" }, ["2024-01", "2024-02"]],
  [{ from: "2024-12-31", to: "2025-01-31" }, ["2024-12", "2025-01"]],
  [{ from: "2024-02-01", to: "2024-02-29" }, ["2024-02"]],
])("months of %o", (window, months) => {
  expect(monthsOf(window)).toEqual(months);
});

test("the furthest day of either way stays a day inside of what Pinterest documents", () => {
  fc.assert(
    fc.property(anyDay, (today) => {
      expect(countDays({ from: earliestDay("report", today), to: today })).toBe(914);
      expect(countDays({ from: earliestDay("sync", today), to: today })).toBe(90);
      // Asked when it is tomorrow already, it is still in reach: 914 and 90 days back.
      const tomorrow = addDays(today, 1);
      expect(addDays(tomorrow, -914)).toBe(earliestDay("report", today));
      expect(addDays(tomorrow, -90)).toBe(earliestDay("sync", today));
    }),
  );
  expect([longestRange("report"), longestRange("sync")]).toEqual([185, 89]);
});
