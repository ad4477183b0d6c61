import { type Cron, nextTick } from "../../cron.ts";
import type { ScheduleName } from "../../schedules.ts";
import type { ScheduleRow } from "../../warehouse/schedules.ts";

/** Clocks of hosts differ a little; more than this is a clock that was wrong. */
const CLOCK_SKEW_MS = 10 * 60_000;

/**
 * The schedules with a tick that has passed and had no run, each once however many ticks were missed. One that never
 * had a run is due at once. All by the process's clock (epoch ms), so that a tick marked as handled in the future,
 * by a clock that was wrong, does not silence its schedule until then.
 */
export function findDue(
  schedules: ReadonlyMap<ScheduleName, Cron>,
  rows: readonly Pick<ScheduleRow, "schedule" | "handled_through">[],
  now: number,
): ScheduleName[] {
  return [...schedules].flatMap(([name, cron]) => {
    const handled = rows.find(({ schedule }) => schedule === name)?.handled_through?.getTime();
    if (handled === undefined || handled > now + CLOCK_SKEW_MS) return [name];
    const next = nextTick(cron, handled);
    return next !== undefined && next <= now ? [name] : [];
  });
}
