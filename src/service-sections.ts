import { z } from "zod";
import { findCronProblem, isTimezone } from "./cron.ts";

const OFF = "off";
const CRON = "not a cron expression; write 0 */6 * * * in quotes (minute, hour, day, month, weekday), or off";
const RECENT_DAYS_MAX = 30;
const RECENT_DAYS = `not a whole number of days from 1 to ${RECENT_DAYS_MAX}`;
const DURATION = "not a duration; write 90m, 36h or 2d";
const DAYS_MAX = 3650;
const DAYS = `not a whole number of days from 1 to ${DAYS_MAX}`;
const WEBHOOK = "not an http(s) URL";
export const ALERT_FORMATS = ["slack", "json"] as const;
const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A cron expression; null when switched off. YAML reads a bare `off` as text and `false` as a boolean. */
const cron = z
  .union([z.literal(false), z.string()], CRON)
  .transform((value) => (value === false || value.trim().toLowerCase() === OFF ? null : value.trim()))
  .superRefine((expression, context) => {
    const problem = expression === null ? undefined : findCronProblem(expression);
    if (problem)
      context.addIssue({ code: "custom", message: `not a cron expression that works: ${problem}` });
  });

/** Milliseconds. */
const duration = z
  .string(DURATION)
  .regex(/^\d+(?:\.\d+)?\s*[mhd]$/, DURATION)
  .transform((text) => Number.parseFloat(text) * UNIT_MS[text.at(-1) as keyof typeof UNIT_MS])
  .refine((ms) => ms > 0, DURATION);

const days = z.int(DAYS).min(1, DAYS).max(DAYS_MAX, DAYS);

const schedule = z.strictObject({
  timezone: z
    .string("not a time zone; write a name such as Europe/Berlin")
    .refine(isTimezone, "not a time zone that is known; write a name such as Europe/Berlin or UTC")
    .default("UTC"),
  entities: cron.default("0 */6 * * *"),
  catalogs: cron.default("0 */6 * * *"),
  analytics: cron.default("30 5 * * *"),
  recent_analytics: cron.default("0 */6 * * *"),
  recent_days: z.int(RECENT_DAYS).min(1, RECENT_DAYS).max(RECENT_DAYS_MAX, RECENT_DAYS).default(3),
});

const health = z.strictObject({ max_staleness: duration.optional() });

const alerts = z.strictObject({
  webhook_url: z.url({ protocol: /^https?$/, error: WEBHOOK }).optional(),
  format: z.enum(ALERT_FORMATS, `not a format; valid are: ${ALERT_FORMATS.join(", ")}`).default("slack"),
});

const retention = z.strictObject({ runs_days: days.default(90), rejected_days: days.default(30) });

/** The sections of the configuration file that say how the connector runs as a service. */
export const serviceSections = {
  schedule: schedule.prefault({}),
  health: health.prefault({}),
  alerts: alerts.prefault({}),
  retention: retention.prefault({}),
};

/** Keys that are valid in each of them, for suggestions. */
export const SERVICE_KEYS: Readonly<Record<string, readonly string[]>> = {
  schedule: Object.keys(schedule.shape),
  health: Object.keys(health.shape),
  alerts: Object.keys(alerts.shape),
  retention: Object.keys(retention.shape),
};

export type ScheduleSection = z.infer<typeof schedule>;
export type AlertFormat = (typeof ALERT_FORMATS)[number];
