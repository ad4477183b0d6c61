import { expect, test } from "vitest";
import { asConnectorError, ConnectorError, type ErrorCode } from "../../src/errors.ts";
import { createMaintenance } from "../../src/serve/schedule/maintenance.ts";
import { createMemoryLogger } from "../support/pinterest-client.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const START = Date.UTC(2026, 2, 1, 6);

/** One hourly job, which fails with `code` while there is one. */
function open() {
  const { logger, log } = createMemoryLogger();
  const stop = new AbortController();
  const state: { now: number; code: ErrorCode | undefined; done: number } = {
    now: START,
    code: undefined,
    done: 0,
  };
  const maintain = createMaintenance({
    jobs: [
      {
        name: "hourly",
        everyMs: HOUR_MS,
        async work() {
          state.done += 1;
          if (state.code) throw new ConnectorError(state.code, `failed at ${state.now}`);
        },
      },
    ],
    now: () => state.now,
    logger,
    signal: stop.signal,
    describe: asConnectorError,
  });
  const codes = () =>
    log()
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line).error_code);
  return { state, maintain, codes, stop };
}

test("a job is done at once, and again when its time has come", async () => {
  const { state, maintain } = open();
  for (const [at, done] of [
    [START, 1],
    [START + HOUR_MS - 1, 1],
    [START + HOUR_MS, 2],
    [START + HOUR_MS + MINUTE_MS, 2],
  ] as const) {
    state.now = at;
    await maintain();
    expect(state.done).toBe(done);
  }
});

test("a clock that was set back silences no job: it is done at once, and goes on from there", async () => {
  const { state, maintain } = open();
  await maintain();
  for (const [at, done] of [
    [START - 365 * 24 * HOUR_MS, 2],
    [START - 365 * 24 * HOUR_MS + MINUTE_MS, 2],
    [START - 365 * 24 * HOUR_MS + HOUR_MS, 3],
  ] as const) {
    state.now = at;
    await maintain();
    expect(state.done).toBe(done);
  }
});

test("a failure that lasts is said once, another one is said, and the same again after it worked in between", async () => {
  const { state, maintain, codes } = open();
  const steps: readonly (ErrorCode | undefined)[] = [
    "database_unreachable",
    "database_unreachable",
    "token_refused",
    "token_refused",
    undefined,
    "token_refused",
  ];
  for (const code of steps) {
    state.code = code;
    await maintain();
    state.now += HOUR_MS;
  }
  expect(state.done).toBe(steps.length);
  expect(codes()).toEqual(["database_unreachable", "token_refused", "token_refused"]);
});

test("a stop ends it: nothing is begun any more, and what fails by the stop is not told", async () => {
  const { state, maintain, codes, stop } = open();
  state.code = "interrupted";
  const underWay = maintain();
  stop.abort();
  await underWay;
  state.now += HOUR_MS;
  await maintain();
  expect(state.done).toBe(1);
  expect(codes()).toEqual([]);
});
