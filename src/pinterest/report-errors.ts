import { ConnectorError } from "../errors.ts";
import type { ReportRequest } from "./report-request.ts";

/** Pinterest does not bring the report to its end; a smaller one may succeed. */
export function reportFailed(request: ReportRequest, status: string, times: number): ConnectorError {
  return new ConnectorError(
    "report_failed",
    `Pinterest ended the report ${describe(request)} as ${status}, after it was created ${times} times`,
    {
      nextStep: "Run again later, or ask for fewer days or metrics; if it stays, ask Pinterest's support.",
      details: { ad_account_id: request.adAccountId, report_status: status, reports: times },
    },
  );
}

/** The report is still being worked at. Its token stays valid for an hour. */
export function reportTimeout(request: ReportRequest, status: string, timeoutMs: number): ConnectorError {
  return new ConnectorError(
    "report_timeout",
    `The report ${describe(request)} is still ${status} after ${Math.round(timeoutMs / 60_000)} minutes`,
    {
      nextStep:
        "Run again: the next run takes this report up. If it stays, raise analytics.report_timeout_minutes or ask for a smaller range.",
      details: { ad_account_id: request.adAccountId, report_status: status, timeout_ms: timeoutMs },
    },
  );
}

/** The file server does not give the file; mostly because the link has expired. */
export function downloadRefused(url: URL, status: number): ConnectorError {
  return new ConnectorError("pinterest_error", `${url.host} answered ${status} for the file of a report`, {
    nextStep: "Run again later; if it stays, ask Pinterest's support.",
    details: { host: url.host, status },
  });
}

function describe({ adAccountId, body }: ReportRequest): string {
  const { level, start_date: from, end_date: to } = body;
  return `${level} ${from} to ${to} of ad account ${adAccountId}`;
}
