import type { ConnectorError, ErrorCode } from "../../errors.ts";
import type { Logger } from "../../logger.ts";
import type { SchedulerState } from "./scheduler-state.ts";

/** Where something may be in the way: of looking at the schedule, of starting a run, of carrying one out. */
const PLACES = ["look", "start", "run"] as const;
type Place = (typeof PLACES)[number];

/** What keeps due schedules from being run, said once when it begins and once when it is over. */
export interface Obstacles {
  /** Notes what is in the way there; undefined: nothing any more. */
  note(place: Place, error: ConnectorError | undefined): void;
  /** The first, but for those of `passed` places. */
  current(passed?: readonly Place[]): SchedulerState["blocked"];
}

/** What keeps every run from working until a person does something. */
const NEEDS_PERSON: ReadonlySet<string | null> = new Set<ErrorCode>([
  "token_missing",
  "token_refused",
  "token_key_mismatch",
]);

/** Whether a run that fails with this code would fail again, whenever it is repeated. */
export function needsPerson(code: string | null): boolean {
  return NEEDS_PERSON.has(code);
}

export function createObstacles(logger: Logger): Obstacles {
  const noted = new Map<Place, ConnectorError>();
  let told: string | undefined;

  function current(passed: readonly Place[] = []): ConnectorError | undefined {
    return PLACES.filter((place) => !passed.includes(place))
      .map((place) => noted.get(place))
      .find((error) => error !== undefined);
  }

  return {
    note(place, error) {
      if (error) noted.set(place, error);
      else noted.delete(place);
      const now = current();
      // A token is refused, and a database away, in other words at every try.
      const next = now && (now.code === "already_running" ? now.message : now.code);
      if (next === told) return;
      told = next;
      if (!now) return logger.info("schedule goes on");
      const { code, message, nextStep } = now;
      logger.warn({ error_code: code, error: message, next_step: nextStep }, "schedule waits");
    },
    current(passed) {
      const error = current(passed);
      return error && { code: error.code, message: error.message };
    },
  };
}
