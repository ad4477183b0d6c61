import { expect, test } from "vitest";
import { ConnectorError, type ErrorCode } from "../../src/errors.ts";
import { createRepetitions } from "../../src/serve/schedule/repetitions.ts";
import type { RunReport } from "../../src/sync/run.ts";
import { succeeded } from "../support/scheduler.ts";

const MINUTE_MS = 60_000;
const SIX = Date.UTC(2026, 2, 1, 6);
const HANDLED = new Date(SIX - 24 * 60 * MINUTE_MS);

function failed(code: ErrorCode, details: Record<string, unknown> = {}): RunReport {
  return { ...succeeded(), status: "failed", error: new ConnectorError(code, "It failed", { details }) };
}

test.each<[string, Record<string, unknown>, boolean]>([
  ["a server error", { status: 500 }, true],
  ["a server that is overloaded", { status: 503 }, true],
  ["what is not quite a server error", { status: 499 }, false],
  ["a refusal", { status: 403 }, false],
  ["a request that is wrong", { status: 400 }, false],
  ["an error whose status is not known", {}, false],
])("%s (%j) is followed by a repetition: %s", (_what, details, repeated) => {
  const { again, at } = createRepetitions().judge(failed("pinterest_error", details), ["entities"], SIX, SIX);
  expect(again).toEqual(repeated ? ["entities"] : []);
  expect(at).toBe(repeated ? SIX + 10 * MINUTE_MS : undefined);
});

test("the pause counts from the end of the run, and what comes due in it counts from its beginning", () => {
  const repetitions = createRepetitions();
  const end = SIX + 30 * MINUTE_MS;
  repetitions.judge(failed("pinterest_unreachable"), ["entities"], SIX, end);
  const heed = (now: number) =>
    repetitions.heed([{ schedule: "entities", handled_through: HANDLED }], now)[0]?.handled_through;
  expect(heed(end)).toEqual(new Date(SIX));
  expect(heed(end + 10 * MINUTE_MS - 1)).toEqual(new Date(SIX));
  expect(heed(end + 10 * MINUTE_MS)).toEqual(HANDLED);
});

test("a clock that was set back does not silence a schedule in its pause", () => {
  const repetitions = createRepetitions();
  repetitions.judge(failed("pinterest_unreachable"), ["entities"], SIX, SIX);
  const rows = [{ schedule: "entities", handled_through: HANDLED }];
  expect(repetitions.heed(rows, SIX - 60 * MINUTE_MS)).toEqual(rows);
  expect(repetitions.heed(rows, SIX)).not.toEqual(rows);
});
