import { expect, test } from "vitest";
import { ConnectorError, type ErrorCode } from "../../src/errors.ts";
import { createObstacles } from "../../src/serve/schedule/obstacles.ts";
import { createMemoryLogger } from "../support/pinterest-client.ts";

/** Obstacles, and what they logged: message and error, oldest first. */
function open() {
  const { logger, log } = createMemoryLogger();
  const told = () =>
    log()
      .split("\n")
      .filter((line) => line !== "")
      .map((line): [string, unknown] => [JSON.parse(line).msg, JSON.parse(line).error]);
  return { obstacles: createObstacles(logger), told };
}

const error = (code: ErrorCode, message: string) => new ConnectorError(code, message);
const WAITS = "schedule waits";
const GOES_ON = "schedule goes on";

test.each<[ErrorCode, string, string]>([
  ["token_refused", "Pinterest refused the token", "It was not asked again since 06:00"],
  ["database_unreachable", "connect ECONNREFUSED", "Connection terminated"],
])("%s in other words is the same obstacle, and said once", (code, first, second) => {
  const { obstacles, told } = open();
  for (const message of [first, second, first]) obstacles.note("start", error(code, message));
  expect(told()).toEqual([[WAITS, first]]);
  expect(obstacles.current()).toEqual({ code, message: first });
  obstacles.note("start", error(code, second));
  expect(obstacles.current()).toEqual({ code, message: second });
  obstacles.note("start", undefined);
  expect(told().slice(1)).toEqual([[GOES_ON, undefined]]);
});

test("another run in the way is another obstacle, and said anew", () => {
  const { obstacles, told } = open();
  const [first, second] = ["A sync (run 1) runs", "A sync (run 2) runs"];
  for (const message of [first, first, second, second])
    obstacles.note("start", error("already_running", message ?? ""));
  expect(told()).toEqual([
    [WAITS, first],
    [WAITS, second],
  ]);
});

test("of several obstacles the first on the way is told, and the next one when it is gone", () => {
  const { obstacles, told } = open();
  obstacles.note("run", error("database_permission", "run"));
  obstacles.note("look", error("database_unreachable", "look"));
  obstacles.note("look", undefined);
  obstacles.note("run", undefined);
  obstacles.note("run", undefined);
  expect(told()).toEqual([
    [WAITS, "run"],
    [WAITS, "look"],
    [WAITS, "run"],
    [GOES_ON, undefined],
  ]);
});
