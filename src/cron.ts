import { createTask, parse, validateDetailed } from "node-cron";

/** When something is due: five cron fields, read in a time zone. */
export interface Cron {
  readonly expression: string;
  /** IANA name, such as Europe/Berlin. */
  readonly timezone: string;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const HOURS_PER_DAY = 24;
/** An expression that no day of so many matches is taken to never come; 29 February comes within 8 years. */
const DAYS_SEARCHED = 8 * 366 + 1;

/**
 * The fields of a cron expression, in order: what the library and people call each, what may stand in it, and how many
 * values it has. A step of so many means once, and a longer one cannot mean what it says.
 */
const FIELDS = [
  { name: "minute", unit: "minute", allowed: "0 to 59", values: 60 },
  { name: "hour", unit: "hour", allowed: "0 to 23", values: 24 },
  { name: "dayOfMonth", unit: "day", allowed: "1 to 31", values: 31 },
  { name: "month", unit: "month", allowed: "1 to 12, or jan to dec", values: 12 },
  { name: "dayOfWeek", unit: "weekday", allowed: "0 to 7, or sun to sat", values: 7 },
] as const;

/** What is wrong with an expression; undefined when nothing is. */
export function findCronProblem(expression: string): string | undefined {
  const { length } = expression.trim().split(/\s+/);
  const { valid, errors } = validateDetailed(expression);
  // One that is valid stands for five, such as @daily.
  if (length !== FIELDS.length && !(length === 1 && valid))
    return `has ${length === 1 ? "1 field" : `${length} fields`}; write five: ${FIELDS.map(({ unit }) => unit).join(", ")}`;
  if (!valid) return errors.map(describeFieldError).join("; ");
  const steps = findLongSteps(expression);
  if (steps.length > 0) return steps.join("; ");
  return nextTick({ expression, timezone: "UTC" }, 0) === undefined
    ? "comes on no day within eight years"
    : undefined;
}

/** Steps that would have to reach over into the next hour, day and so on, where every field begins anew. */
function findLongSteps(expression: string): string[] {
  const written = expression.trim().split(/\s+/);
  return FIELDS.flatMap(({ unit, values }, index) => {
    const field = written[index] ?? "";
    return [...field.matchAll(/\/(\d+)/g)]
      .filter(([, step]) => Number(step) > values)
      .map(([text]) => `${text} in ${field} is longer than its field; name the ${unit}s one by one`);
  });
}

/** A field may be right by itself and wrong beside another, as the 31 of "0 0 31 2 *". */
function describeFieldError(error: { field: string; value?: string; message: string }): string {
  const { field, value, message } = error;
  if (message.includes("impossible")) return `day ${value ?? ""} is impossible in the months that are named`;
  const known = FIELDS.find(({ name }) => name === field);
  return value !== undefined && known
    ? `${value} does not fit: the ${known.unit} is ${known.allowed}`
    : message;
}

export function isTimezone(name: string): boolean {
  try {
    formatterOf(name);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/**
 * The ticks after `after`, soonest first; all times in epoch milliseconds.
 * When clocks go forward, a tick in the hour that is left out comes at the end of the gap. When they go back, a tick
 * in the hour that comes twice comes once, at its first time, unless the expression means every hour.
 */
export function* ticksAfter({ expression, timezone }: Cron, after: number): Generator<number> {
  const { hour: hours, minute: minutes } = parse(expression);
  const comesOn = dayMatcher(expression, hours[0] ?? 0, minutes[0] ?? 0);
  // A day earlier in wall-clock time may still hold ticks that are later in time.
  const firstDay = Math.floor((after + offsetAt(timezone, after)) / DAY_MS) - 1;
  let last = after;
  let idle = 0;
  for (let day = firstDay; idle < DAYS_SEARCHED; day += 1) {
    idle += 1;
    if (!comesOn(day)) continue;
    const walls = hours.flatMap((hour) => minutes.map((minute) => (hour * 60 + minute) * MINUTE_MS));
    const instants = walls.flatMap((wall) => instantsOf(day * DAY_MS + wall, timezone, hours.length));
    for (const tick of instants.toSorted((a, b) => a - b)) {
      if (tick <= last) continue;
      yield tick;
      last = tick;
      idle = 0;
    }
  }
}

/** Undefined when none comes. */
export function nextTick(cron: Cron, after: number): number | undefined {
  return ticksAfter(cron, after).next().value;
}

/** Whether the expression comes on a day at all, counted in days since 1970 by the wall clock. */
function dayMatcher(expression: string, hour: number, minute: number): (day: number) => boolean {
  const task = createTask(expression, () => undefined, { timezone: "UTC" });
  // It only answers questions; in the registry it would be kept for ever.
  void task.destroy();
  const time = (hour * 60 + minute) * MINUTE_MS;
  return (day) => task.match(new Date(day * DAY_MS + time));
}

/** When the wall clock of the zone shows `wall`, written as if it were UTC. */
function instantsOf(wall: number, timezone: string, hoursMeant: number): number[] {
  const before = offsetAt(timezone, wall - DAY_MS);
  const behind = offsetAt(timezone, wall + DAY_MS);
  const found = [...new Set([wall - before, wall - behind])].filter(
    (instant) => instant + offsetAt(timezone, instant) === wall,
  );
  if (found.length === 0) return [endOfGap(timezone, wall - behind, wall - before, behind)];
  return hoursMeant === HOURS_PER_DAY ? found : [Math.min(...found)];
}

/** The first instant in (from, to] with the offset that holds after the gap. */
function endOfGap(timezone: string, from: number, to: number, offset: number): number {
  let [low, high] = [from, to];
  while (high - low > MINUTE_MS) {
    const middle = low + Math.floor((high - low) / 2 / MINUTE_MS) * MINUTE_MS;
    if (offsetAt(timezone, middle) === offset) high = middle;
    else low = middle;
  }
  return high;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(timezone: string): Intl.DateTimeFormat {
  const known = formatters.get(timezone);
  if (known) return known;
  const made = new Intl.DateTimeFormat("en-US", {
    timeZone: timezone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  formatters.set(timezone, made);
  return made;
}

/** By how many milliseconds the wall clock of the zone is ahead of UTC. */
function offsetAt(timezone: string, instant: number): number {
  const parts = new Map(
    formatterOf(timezone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0;
  const wall = Date.UTC(
    part("year"),
    part("month") - 1,
    part("day"),
    part("hour"),
    part("minute"),
    part("second"),
  );
  return wall - Math.floor(instant / 1000) * 1000;
}
