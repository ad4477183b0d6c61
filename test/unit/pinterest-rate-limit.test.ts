import { expect, test } from "vitest";
import { createRateLimiter, type WaitNotice } from "../../src/pinterest/rate-limit.ts";
import { createJumpingClock } from "../support/jumping-clock.ts";

const BUDGET_MS = 900_000;

function setUp(random = 0) {
  const clock = createJumpingClock();
  const waits: WaitNotice[] = [];
  const limiter = createRateLimiter({
    category: "ads_read",
    clock,
    random: () => random,
    onWait: (wait) => waits.push(wait),
  });
  return { clock, waits, limiter, start: clock.now() };
}

async function enter({ limiter }: ReturnType<typeof setUp>, signal?: AbortSignal): Promise<number> {
  const waited = await limiter.ready(BUDGET_MS, signal);
  expect(limiter.enter()).toBe(true);
  return waited;
}

test("without news from Pinterest everything passes at once", async () => {
  const gate = setUp();
  for (let count = 0; count < 50; count += 1) expect(await enter(gate)).toBe(0);
});

test("a quota is used up at once, then nothing is sent before its reset", async () => {
  const gate = setUp();
  await enter(gate);
  gate.limiter.leave({ quota: { remaining: 3, resetAt: gate.start + 60_000 }, accepted: true });
  for (const remaining of [2, 1, 0]) {
    expect(await enter(gate)).toBe(0);
    gate.limiter.leave({ quota: { remaining, resetAt: gate.start + 60_000 }, accepted: true });
  }
  expect(gate.limiter.enter()).toBe(false);
  expect(await enter(gate)).toBe(60_000);
  expect(gate.waits).toEqual([{ category: "ads_read", reason: "rate_limited", until: gate.start + 60_000 }]);
});

test("requests under way count against the quota", async () => {
  const gate = setUp();
  await enter(gate);
  await enter(gate);
  gate.limiter.leave({ quota: { remaining: 1, resetAt: gate.start + 60_000 } });
  expect(gate.limiter.enter()).toBe(false);
  const next = gate.limiter.ready(BUDGET_MS);
  gate.limiter.leave({ quota: { remaining: 1, resetAt: gate.start + 60_000 } });
  expect(await next).toBe(0);
  expect(gate.waits).toEqual([]);
});

test("answers out of order do not restore a quota within its window", async () => {
  const gate = setUp();
  await enter(gate);
  await enter(gate);
  gate.limiter.leave({ quota: { remaining: 0, resetAt: gate.start + 60_000 } });
  gate.limiter.leave({ quota: { remaining: 1, resetAt: gate.start + 59_000 } });
  expect(gate.limiter.enter()).toBe(false);
  expect(await enter(gate)).toBe(60_000);
});

test("a new window replaces the former one", async () => {
  const gate = setUp();
  await enter(gate);
  gate.limiter.leave({ quota: { remaining: 0, resetAt: gate.start + 60_000 } });
  await enter(gate);
  gate.limiter.leave({ quota: { remaining: 9, resetAt: gate.clock.now() + 60_000 } });
  expect(await enter(gate)).toBe(0);
});

test.each([
  ["what Pinterest asked for", 7_000, 0, 7_000],
  ["that plus jitter, never less", 10_000, 0.999, 10_999],
  ["at least a second", 0, 0, 1_000],
  ["a second at first when nothing is known", undefined, 0, 1_000],
])("after being throttled the category waits %s", async (_name, delayMs, random, expected) => {
  const gate = setUp(random);
  await enter(gate);
  gate.limiter.leave({ throttled: { delayMs } });
  expect(gate.limiter.enter()).toBe(false);
  expect(await enter(gate)).toBeCloseTo(expected, -1);
});

test("without a hint the wait doubles up to a minute, and starts over after an accepted request", async () => {
  const gate = setUp();
  const waits: number[] = [];
  for (let count = 0; count < 8; count += 1) {
    waits.push(await enter(gate));
    gate.limiter.leave({ throttled: { delayMs: undefined } });
  }
  expect(waits).toEqual([0, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000]);
  await enter(gate);
  gate.limiter.leave({ accepted: true });
  await enter(gate);
  gate.limiter.leave({ throttled: { delayMs: undefined } });
  expect(await enter(gate)).toBe(1_000);
});

test("requests that are throttled together count as one", async () => {
  const gate = setUp();
  for (let count = 0; count < 4; count += 1) await enter(gate);
  for (let count = 0; count < 4; count += 1) gate.limiter.leave({ throttled: { delayMs: undefined } });
  expect(await enter(gate)).toBe(1_000);
});

test("a wait known to exceed the allowance fails at once and says when the quota resets", async () => {
  const gate = setUp();
  await enter(gate);
  gate.limiter.leave({ quota: { remaining: 0, resetAt: gate.start + 3_600_000 } });
  await expect(gate.limiter.ready(BUDGET_MS)).rejects.toMatchObject({
    code: "rate_limit_budget_spent",
    message: expect.stringContaining("2026-01-01T01:00:00.000Z"),
    details: { category: "ads_read", resets_at: "2026-01-01T01:00:00.000Z" },
  });
  expect(gate.clock.sleeps).toEqual([]);
});

test("an aborted signal ends every kind of waiting", async () => {
  const gate = setUp();
  await enter(gate);
  await enter(gate);
  gate.limiter.leave({ quota: { remaining: 1, resetAt: gate.start + 60_000 } });
  const controller = new AbortController();
  const waiting = gate.limiter.ready(BUDGET_MS, controller.signal);
  controller.abort();
  await expect(waiting).rejects.toMatchObject({ code: "interrupted" });
  await expect(gate.limiter.ready(BUDGET_MS, controller.signal)).rejects.toMatchObject({
    code: "interrupted",
  });
});
