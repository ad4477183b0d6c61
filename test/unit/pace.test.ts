import { describe, expect, test } from "vitest";
import { describeTimeLeft, watchPace } from "../../src/commands/pace.ts";

const SECOND = 1000;

/** Ends `count` slices, one every `every` milliseconds, after the moment `from`; returns the last moment. */
function finish(pace: ReturnType<typeof watchPace>, from: number, count: number, every: number): number {
  for (let nth = 1; nth <= count; nth += 1) pace.note(from + nth * every);
  return from + count * every;
}

describe("the time left", () => {
  test("is not told before enough slices and enough time say something", () => {
    const few = watchPace(0);
    expect(few.guess(100, finish(few, 0, 7, SECOND))).toBeUndefined();
    const fast = watchPace(0);
    expect(fast.guess(100, finish(fast, 0, 20, 10))).toBeUndefined();
  });

  test.each([20, 100])(
    "is what the rest of %d slices takes at an even pace, and shrinks with it",
    (total) => {
      const pace = watchPace(0);
      const guesses: (number | undefined)[] = [];
      for (let done = 1; done < total; done += 1) {
        pace.note(done * SECOND);
        guesses.push(pace.guess(total - done, done * SECOND));
      }
      const known = guesses.filter((guess) => guess !== undefined);
      const expected = Array.from({ length: known.length }, (_, index) => (known.length - index) * SECOND);
      expect(known.map(Math.round)).toEqual(expected);
      expect(known.length).toBeGreaterThan(total / 2);
    },
  );

  test("follows a pace that has changed, and not what was long ago", () => {
    const pace = watchPace(0);
    let now = finish(pace, 0, 50, 200);
    pace.guess(100, now);
    now = finish(pace, now, 60, 4 * SECOND);
    expect(pace.guess(100, now)).toBeGreaterThan(390 * SECOND);
  });

  test("does not jump when a burst of slices ends at once", () => {
    const pace = watchPace(0);
    const now = finish(pace, 0, 20, SECOND);
    const before = pace.guess(80, now) ?? Number.NaN;
    for (let nth = 0; nth < 10; nth += 1) pace.note(now);
    const after = pace.guess(70, now + 250) ?? Number.NaN;
    expect(before - after).toBeLessThan(before * 0.05);
  });

  test("grows while nothing ends, and is never below nothing", () => {
    const pace = watchPace(0);
    const now = finish(pace, 0, 10, SECOND);
    const before = pace.guess(10, now) ?? Number.NaN;
    expect(pace.guess(10, now + 120 * SECOND)).toBeGreaterThan(before);
    expect(pace.guess(0, now + 240 * SECOND)).toBeGreaterThanOrEqual(0);
  });
});

test.each([
  [0, "less than a minute left"],
  [60_000, "less than a minute left"],
  [60_001, "about 2 min left"],
  [59 * 60_000, "about 59 min left"],
  [60 * 60_000, "about 1 h 0 min left"],
  [61 * 60_000, "about 1 h 5 min left"],
  [119 * 60_000, "about 2 h 0 min left"],
])("%d ms reads %s", (milliseconds, text) => {
  expect(describeTimeLeft(milliseconds)).toBe(text);
});
