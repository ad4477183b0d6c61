import { createHash } from "node:crypto";
import { ConnectorError } from "../errors.ts";
import { nameAttribution } from "../resources/attribution.ts";
import {
  findRunningReport,
  forgetRunningReport,
  keepRunningReport,
  REPORT_LIFE_MS,
} from "../warehouse/running-reports.ts";
import { halveWindow, type Window } from "../window.ts";
import type { AnalyticsReading } from "./analytics-reading.ts";
import type { IntakeMark } from "./intake.ts";
import { REPORT_TARGETING_TYPES_MAX } from "./method.ts";

/**
 * Reads a slice by asynchronous reports: one, or for breakdowns one for every five targeting types. A window
 * whose report fails twice is halved, down to a day. Returns the fingerprints of the reports.
 */
export async function stageReports(reading: AnalyticsReading): Promise<string[]> {
  const { resource, window } = reading.slice;
  const known = resource.targetingTypes?.report;
  if (!known) return stageWindow(reading, window, undefined);
  const types = reading.run.request.analytics.targetingTypes.filter((type) => known.includes(type));
  const fingerprints: string[] = [];
  for (let start = 0; start < types.length; start += REPORT_TARGETING_TYPES_MAX)
    fingerprints.push(
      ...(await stageWindow(reading, window, types.slice(start, start + REPORT_TARGETING_TYPES_MAX))),
    );
  return fingerprints;
}

async function stageWindow(
  reading: AnalyticsReading,
  window: Window,
  targetingTypes: readonly string[] | undefined,
): Promise<string[]> {
  const start = await reading.intake.mark();
  try {
    return [await stageReport(reading, window, targetingTypes, start)];
  } catch (error) {
    const halves = isFailedReport(error) ? halveWindow(window) : undefined;
    if (!halves) throw error;
    const { run, slice, intake } = reading;
    // It may have failed after a part of its file was read: once the link had expired, say.
    await intake.rewind(start);
    run.logger.warn({ resource: slice.resource.name, ...window, err: error }, "report failed, window halved");
    const [first, second] = halves;
    return [
      ...(await stageWindow(reading, first, targetingTypes)),
      ...(await stageWindow(reading, second, targetingTypes)),
    ];
  }
}

/**
 * Reads one report, taking up one that a killed run has left running. `start` is where the intake stands.
 * Returns its fingerprint.
 */
async function stageReport(
  { run, slice, columns, given, intake, tally }: AnalyticsReading,
  window: Window,
  targetingTypes: readonly string[] | undefined,
  start: IntakeMark,
): Promise<string> {
  const { resource, adAccountId, attribution } = slice;
  const body = {
    start_date: window.from,
    end_date: window.to,
    granularity: "DAY",
    level: resource.level,
    columns,
    click_window_days: attribution.click,
    engagement_window_days: attribution.engagement,
    view_window_days: attribution.view,
    conversion_report_time: attribution.reportTime,
    ...(targetingTypes && { targeting_types: targetingTypes }),
  };
  const fingerprint = createHash("sha256").update(JSON.stringify(body)).digest("hex");
  const report = { adAccountId, fingerprint };
  const token = await findRunningReport(run.warehouse, adAccountId, fingerprint, REPORT_LIFE_MS);
  const rows = run.pinterest.report({
    adAccountId,
    body,
    ...(resource.entity && { idField: resource.entity.field }),
    oauthScopes: resource.oauthScopes,
    signal: run.signal,
    timeoutMs: run.request.analytics.reportTimeoutMs,
    ...(token !== undefined && { token }),
    async onToken(created) {
      if (created === undefined) await forgetRunningReport(run.warehouse, adAccountId, fingerprint);
      else
        await keepRunningReport(run.warehouse, {
          ...report,
          token: created,
          resource: resource.name,
          window,
          attribution: nameAttribution(attribution),
          runId: run.id,
        });
    },
    onDownload: () => intake.rewind(start),
    onCall() {
      tally.apiCalls += 1;
    },
  });
  for await (const batch of rows) await intake.take(batch, given);
  tally.pages += 1;
  return fingerprint;
}

function isFailedReport(error: unknown): boolean {
  return error instanceof ConnectorError && error.code === "report_failed";
}

/**
 * True when the account may not create reports at all: without the role, or where reports do not exist. A report or
 * a file that is not found says nothing about that.
 */
export function isReportRefused(error: unknown): boolean {
  if (!(error instanceof ConnectorError)) return false;
  if (error.code === "permission_missing") return true;
  const { method, status } = error.details;
  const isCreation = error.code === "pinterest_error" && method === "POST";
  return isCreation && (status === 404 || status === 405 || status === 501);
}
