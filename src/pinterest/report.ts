import { ConnectorError } from "../errors.ts";
import type { Asking } from "./ask.ts";
import { backoff } from "./backoff.ts";
import type { Downloads } from "./download.ts";
import { downloadRefused } from "./report-errors.ts";
import { startReport } from "./report-life.ts";
import type { ReportRequest } from "./report-request.ts";
import { readReportRows } from "./report-rows.ts";
import { notAReport } from "./report-scanner.ts";

export type { ReportRequest } from "./report-request.ts";

/** How often a download is repeated. */
const REPETITIONS = 5;
/** Links live 5 minutes; one that may run out under way is not used again. */
const LINK_LIFE_MS = 4 * 60_000;
const EXPIRED: ReadonlySet<number> = new Set([400, 401, 403, 404, 410]);

/**
 * The rows of an asynchronous report, in batches: creates it unless one is left running, waits for it and reads its
 * file while it arrives. What breaks is repeated from the file's first row, after `onDownload`.
 * Throws `report_failed` when Pinterest gives up (a smaller report may succeed), `report_timeout`, or what the last
 * of six downloads met: `pinterest_unreachable`, `invalid_response` or `pinterest_error`.
 */
export async function* readReport(
  asking: Asking,
  downloads: Downloads,
  request: ReportRequest,
): AsyncGenerator<readonly unknown[]> {
  const { clock } = asking;
  const report = startReport(asking, request);
  let link: { readonly url: URL; readonly until: number } | undefined;
  let yielded = false;
  for (let failures = 0; ; ) {
    if (!link || link.until <= clock.now()) {
      const url = await report.link();
      link = url && { url, until: clock.now() + LINK_LIFE_MS };
    }
    // Also without a file, so that nothing of an earlier download remains.
    if (link || yielded) await request.onDownload();
    if (!link) return;
    try {
      for await (const rows of download(link.url)) {
        yielded = true;
        yield rows;
      }
      return;
    } catch (error) {
      failures += 1;
      if (!mayPass(error) || failures > REPETITIONS) throw error;
      asking.logger.debug({ host: link.url.host, attempt: failures, err: error }, "report download failed");
      if (isExpired(error)) link = undefined;
      await clock.sleep(backoff(failures, asking.random), request.signal);
    }
  }

  async function* download(url: URL): AsyncGenerator<readonly unknown[]> {
    const file = await downloads.open(url, request.signal);
    if (file.kind === "refused") throw downloadRefused(url, file.status);
    const hadRows = yielded;
    let hasRows = false;
    for await (const rows of readReportRows(file.body, request.idField)) {
      hasRows = true;
      yield rows;
    }
    if (hadRows && !hasRows) throw notAReport("it is empty, and was not a moment ago");
  }
}

/** S3 and its like refuse links that have run out with 403; others with what else says "not (any more)". */
function isExpired({ details }: ConnectorError): boolean {
  return typeof details.status === "number" && EXPIRED.has(details.status);
}

function mayPass(error: unknown): error is ConnectorError {
  return error instanceof ConnectorError && error.code !== "interrupted";
}
