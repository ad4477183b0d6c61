import { expect, test } from "vitest";
import { ConnectorError } from "../../src/errors.ts";
import { createOutageWatch } from "../../src/serve/alerts/outage.ts";
import { createMemoryLogger } from "../support/pinterest-client.ts";

const MINUTE_MS = 60_000;
const FULL = new ConnectorError("database_full", "The disk is full", { nextStep: "Make room." });
const { signal } = new AbortController();

/** An outage watch on a clock of its own, whose webhook answers with `problem`. */
function openWatch() {
  const { logger, log } = createMemoryLogger();
  const told: string[] = [];
  const state = { minutes: 0, problem: undefined as string | undefined };
  const watch = createOutageWatch(
    async (status, { kind, details, next_step, raised_at }) => {
      if (state.problem !== undefined) return state.problem;
      told.push(`${status} ${kind} since minute ${raised_at.getTime() / MINUTE_MS}: ${details} ${next_step}`);
      return undefined;
    },
    () => state.minutes * MINUTE_MS,
    logger,
  );
  async function pass(minutes: number, each: "failed" | "worked"): Promise<void> {
    for (let minute = 0; minute < minutes; minute += 1) {
      state.minutes += 1;
      if (each === "failed") await watch.failed(FULL, signal);
      else await watch.worked(signal);
    }
  }
  return { pass, told, state, log };
}

const FIRING = "firing warehouse_unusable since minute 1: database_full: The disk is full Make room.";
const RESOLVED = FIRING.replace("firing", "resolved");

test("an outage that lasts is told once, and its end once", async () => {
  const { pass, told } = openWatch();
  await pass(10, "failed");
  expect(told).toEqual([]);
  await pass(60, "failed");
  await pass(3, "worked");
  expect(told).toEqual([FIRING, RESOLVED]);
});

test("outages of minutes are told to nobody, however many there are", async () => {
  const { pass, told } = openWatch();
  for (let round = 0; round < 10; round += 1) {
    await pass(9, "failed");
    await pass(1, "worked");
  }
  expect(told).toEqual([]);
});

test("what the webhook does not take is told again, and only what it took is called off", async () => {
  const { pass, told, state, log } = openWatch();
  state.problem = "answered 500";
  await pass(20, "failed");
  expect(log()).toContain("answered 500");
  await pass(1, "worked");
  expect(told).toEqual([]);
  state.minutes = 0;
  await pass(20, "failed");
  state.problem = undefined;
  await pass(1, "failed");
  state.problem = "answered 500";
  await pass(2, "worked");
  state.problem = undefined;
  await pass(2, "worked");
  expect(told).toEqual([FIRING, RESOLVED]);
});

test("a clock that is set back does not keep an outage untold", async () => {
  const { pass, told, state } = openWatch();
  state.minutes = 1000;
  await pass(1, "failed");
  state.minutes = 0;
  await pass(11, "failed");
  expect(told).toEqual([FIRING]);
});
