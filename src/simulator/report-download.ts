import type { Reports } from "./analytics/reports.ts";
import { FILES_PATH } from "./analytics/reports.ts";
import { preventAnswer, spoilAnswer } from "./fault-effects.ts";
import type { FaultCandidate, FaultRule } from "./faults.ts";
import { answerJson, answerXml, type Outcome } from "./outcome.ts";
import { readText } from "./query.ts";
import type { RecordedRequest } from "./recorder.ts";

const SIGNATURE = "X-Amz-Signature";

export interface DownloadState {
  reports: Reports;
  decideFault: (candidate: FaultCandidate) => FaultRule | undefined;
}

export const isFilePath = (path: string): boolean => path.startsWith(FILES_PATH);

/**
 * The file of a report, as the storage behind Pinterest serves it: to whoever has the address, for five minutes. A
 * second way of authorization beside the address is refused, so the access token must not be sent.
 */
export function answerDownload({ reports, decideFault }: DownloadState, recorded: RecordedRequest): Outcome {
  const { method, path, query, headers } = recorded;
  if (method !== "GET") return answerXml(405, "MethodNotAllowed", "The specified method is not allowed.");
  if (headers["authorization"] !== undefined) {
    return answerXml(400, "InvalidArgument", "Only one auth mechanism allowed");
  }
  const file = reports.open(readText(query, SIGNATURE) ?? "");
  if (file === undefined) return answerXml(403, "AccessDenied", "Request has expired");
  const candidate = {
    identity: `GET ${path}`,
    path,
    serves: "report_file",
    hasBookmark: false,
    tokenServed: 0,
  } as const;
  const rule = decideFault(candidate);
  recorded.fault = rule?.kind ?? null;
  const prevented = rule && preventAnswer(rule, candidate);
  if (prevented) return prevented;
  const good: Outcome = { ...answerJson(file.text ?? ""), plain: true };
  if (file.text === undefined) good.stream = file.write;
  return rule ? spoilAnswer(rule, good) : good;
}
