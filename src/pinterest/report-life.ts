import { ConnectorError, isFatal } from "../errors.ts";
import { type Asking, askPatiently } from "./ask.ts";
import { isObject } from "./problem.ts";
import { reportFailed, reportTimeout } from "./report-errors.ts";
import type { ReportRequest } from "./report-request.ts";
import type { PinterestRequest } from "./request.ts";

/** A report from its creation to its file. */
export interface ReportLife {
  /**
   * Sees to it that the report is finished, and returns a link to its file, or undefined when it has no rows.
   * Asks anew each time: a link lives 5 minutes, the report an hour. Throws `report_failed`, `report_timeout`, or
   * what asking throws.
   */
  link(): Promise<URL | undefined>;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 10_000;
const DEFAULT_TIMEOUT_MS = 30 * 60_000;
/** How often a report is created again after Pinterest gave it up. */
const SECOND_CHANCES = 1;
/** How often a report is created again after Pinterest forgot it. */
const REPLACEMENTS = 3;

const GIVEN_UP: ReadonlySet<string> = new Set(["FAILED", "CANCELLED"]);
const FORGOTTEN: ReadonlySet<string> = new Set(["EXPIRED", "DOES_NOT_EXIST"]);

interface Status {
  readonly report_status: string;
  readonly url?: unknown;
}

export function startReport(asking: Asking, request: ReportRequest): ReportLife {
  const { clock } = asking;
  const timeoutMs = request.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  let token = request.token;
  let takenUp = token !== undefined;
  let hadLink = false;
  let givenUp = 0;
  let forgotten = 0;

  async function link(): Promise<URL | undefined> {
    for (;;) {
      const status = await awaitEnd();
      if (status.report_status === "FINISHED") return readLink(status);
      await discard();
      if (takenUp) takenUp = false;
      else if (FORGOTTEN.has(status.report_status)) forgotten += 1;
      else givenUp += 1;
      if (givenUp > SECOND_CHANCES || forgotten > REPLACEMENTS)
        throw reportFailed(request, status.report_status, givenUp + forgotten);
    }
  }

  async function discard(): Promise<void> {
    token = undefined;
    hadLink = false;
    await request.onToken(undefined);
  }

  async function awaitEnd(): Promise<Status> {
    let pauseMs = FIRST_PAUSE_MS;
    const pause = async (mostMs: number) => {
      await clock.sleep(Math.min(pauseMs, mostMs), request.signal);
      pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
    };
    const isNew = token === undefined;
    const current = token ?? (await create());
    const since = clock.now();
    if (isNew) await pause(timeoutMs);
    for (;;) {
      const status = await poll(current);
      const { report_status: word } = status;
      // Words that Pinterest has not documented may come; they do not end the report.
      if (word === "FINISHED" || GIVEN_UP.has(word) || FORGOTTEN.has(word)) return status;
      const leftMs = since + timeoutMs - clock.now();
      if (leftMs <= 0) throw reportTimeout(request, word, timeoutMs);
      await pause(leftMs);
    }
  }

  async function create(): Promise<string> {
    const json = { ...request.body, report_format: "JSON" };
    const body = await askPatiently(asking, { ...basics(request), json, shape: "report_token" });
    const created = String(isObject(body) ? body.token : "");
    await request.onToken(created);
    token = created;
    return created;
  }

  /** A token of an earlier run may have become worthless in any way; that is not this report's failure. */
  async function poll(current: string): Promise<Status> {
    try {
      const query = { token: current };
      const asked = { ...basics(request), query, secretParameters: ["token"] };
      return (await askPatiently(asking, { ...asked, shape: "report_status" })) as Status;
    } catch (error) {
      if (takenUp && isRefusal(error)) return { report_status: "DOES_NOT_EXIST" };
      throw error;
    }
  }

  function readLink({ url }: Status): URL | undefined {
    if (url === undefined || url === null || url === "") {
      if (hadLink) throw unusableLink("The link to the report's file has vanished");
      return undefined;
    }
    const parsed = URL.parse(String(url));
    if (!parsed || !/^https?:$/.test(parsed.protocol))
      throw unusableLink("The link to the report's file is no web address");
    hadLink = true;
    return parsed;
  }

  return { link };
}

function basics({ adAccountId, oauthScopes, signal, onCall }: ReportRequest): PinterestRequest {
  return {
    path: `/ad_accounts/${adAccountId}/reports`,
    category: "ads_analytics",
    oauthScopes,
    ...(signal && { signal }),
    ...(onCall && { onCall }),
  };
}

function isRefusal(error: unknown): boolean {
  if (!(error instanceof ConnectorError) || isFatal(error)) return false;
  const { status } = error.details;
  return typeof status === "number" && status >= 400 && status < 500;
}

function unusableLink(message: string): ConnectorError {
  return new ConnectorError("invalid_response", message, {
    nextStep: "Run again later; if it stays, ask Pinterest's support.",
  });
}
