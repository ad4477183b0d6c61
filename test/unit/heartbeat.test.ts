import pino from "pino";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startHeartbeat } from "../../src/serve/schedule/heartbeat.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 2, 1, 6, 0, 30) });
});

afterEach(() => {
  vi.useRealTimers();
});

test("beats at once and then every minute, until it is stopped", async () => {
  let beats = 0;
  const heartbeat = startHeartbeat(
    async () => {
      beats += 1;
    },
    pino({ level: "silent" }),
  );
  expect(beats).toBe(1);
  await vi.advanceTimersByTimeAsync(10 * MINUTE_MS);
  expect(beats).toBe(11);
  await heartbeat.stop();
  await vi.advanceTimersByTimeAsync(10 * MINUTE_MS);
  expect(beats).toBe(11);
});

test.each([
  ["an hour back", -HOUR_MS],
  ["a day back", -24 * HOUR_MS],
  ["an hour ahead", HOUR_MS],
])("goes on when the clock is set %s", async (_what, step) => {
  let beats = 0;
  const heartbeat = startHeartbeat(
    async () => {
      beats += 1;
    },
    pino({ level: "silent" }),
  );
  await vi.advanceTimersByTimeAsync(2 * MINUTE_MS);
  const before = beats;
  vi.setSystemTime(Date.now() + step);
  await vi.advanceTimersByTimeAsync(10 * MINUTE_MS);
  expect(beats - before).toBeGreaterThanOrEqual(5);
  await heartbeat.stop();
});
