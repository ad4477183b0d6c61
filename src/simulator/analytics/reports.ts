import { createHash } from "node:crypto";
import type { FaultKind } from "../fault-kinds.ts";
import { type ReportContent, writeReport } from "./report-text.ts";

export interface ReportOptions {
  seed: number;
  now: () => number;
  /** A report is in progress for so many polls… */
  pendingPolls: number;
  /** …and for so many milliseconds after its creation. */
  pendingMilliseconds: number;
}

/** What a poll answers (schema `AdsAnalyticsGetAsyncResponse`). */
export interface ReportState {
  report_status: string;
  url: string | null;
  /** Bytes; null for a report too large to be written in advance, which then comes without Content-Length. */
  size: number | null;
}

/** A report whose file was asked for with a link that works. */
export interface ReportFile {
  /** The whole text if it is small. */
  text: string | undefined;
  write: () => Iterable<string>;
}

interface Report {
  token: string;
  adAccountId: string;
  content: ReportContent;
  fate: FaultKind | undefined;
  createdAt: number;
  polls: number;
  links: number;
  /** Undefined until it was written for the first time. */
  size: number | null | undefined;
}

/** A token is good for an hour, a link for five minutes (API documentation). */
const TOKEN_MILLISECONDS = 3_600_000;
const LINK_MILLISECONDS = 300_000;
const LINK_SECONDS = LINK_MILLISECONDS / 1000;
/** Reports up to so many bytes are written in advance and kept for their download, the latest ones. */
const SMALL_BYTES = 1_000_000;
const TEXTS_KEPT = 16;
const LINKS_KEPT = 300;
const EMPTY_REPORT = "{}";
const TOKEN_PARTS = 3;
const FILE_NAME_LENGTH = 24;
/** Where files are, beside the API. */
export const FILES_PATH = "/report-files/";

const STATUS_OF_FATE: Partial<Record<FaultKind, string>> = {
  report_failed: "FAILED",
  report_cancelled: "CANCELLED",
  report_expired: "EXPIRED",
  report_stuck: "IN_PROGRESS",
  report_unknown_status: "POSTPONED",
};

export type Reports = ReturnType<typeof createReports>;

/** Keeps reports from their creation to their end. */
export function createReports({ seed, now, pendingPolls, pendingMilliseconds }: ReportOptions) {
  const reports = new Map<string, Report>();
  const created = new Map<string, number>();
  const links = new Map<string, { report: Report; issuedAt: number }>();
  const texts = new Map<Report, string>();

  /** Starts a report and says its token, which depends on the request and on how often it came before. */
  function create(
    adAccountId: string,
    identity: string,
    content: ReportContent,
    fate: FaultKind | undefined,
  ): string {
    const key = sign(seed, identity);
    const nth = (created.get(key) ?? 0) + 1;
    created.set(key, nth);
    const token = Array.from({ length: TOKEN_PARTS }, (_, part) => sign(key, nth, part)).join("");
    const report = {
      token,
      adAccountId,
      content,
      fate,
      createdAt: now(),
      polls: 0,
      links: 0,
      size: undefined,
    };
    reports.set(token, report);
    return token;
  }

  /** What is known of a report; `origin` is where its file is served. */
  function poll(token: string, adAccountId: string, origin: string): ReportState {
    const report = reports.get(token);
    if (report === undefined || report.adAccountId !== adAccountId) return withoutFile("DOES_NOT_EXIST");
    report.polls++;
    const age = now() - report.createdAt;
    if (age >= TOKEN_MILLISECONDS) return withoutFile("EXPIRED");
    if (report.polls <= pendingPolls || age < pendingMilliseconds) return withoutFile("IN_PROGRESS");
    const sad = report.fate === undefined ? undefined : STATUS_OF_FATE[report.fate];
    if (sad !== undefined) return withoutFile(sad);
    report.size ??= measure(report);
    if (report.fate === "no_url" && report.size === EMPTY_REPORT.length) return withoutFile("FINISHED");
    return { report_status: "FINISHED", url: `${origin}${issueLink(report)}`, size: report.size };
  }

  function issueLink(report: Report): string {
    const signature = sign(seed, report.token, ++report.links);
    links.set(signature, { report, issuedAt: now() });
    const [oldest] = links.keys();
    if (links.size > LINKS_KEPT && oldest !== undefined) links.delete(oldest);
    const file = sign(seed, report.token).slice(0, FILE_NAME_LENGTH);
    const query = `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=${LINK_SECONDS}&X-Amz-Signature=${signature}`;
    return `${FILES_PATH}${report.adAccountId}/${file}.json?${query}`;
  }

  /** The file that a link leads to; undefined when the link was never issued or is older than five minutes. */
  function open(signature: string): ReportFile | undefined {
    const link = links.get(signature);
    if (link === undefined || now() - link.issuedAt >= LINK_MILLISECONDS) return undefined;
    const { report } = link;
    if (report.size !== null && !texts.has(report)) measure(report);
    return { text: texts.get(report), write: () => writeReport(report.content) };
  }

  /** Writes a report as far as it is small: its size, or null if it is not. */
  function measure(report: Report): number | null {
    let text = "";
    for (const chunk of writeReport(report.content)) {
      text += chunk;
      if (text.length > SMALL_BYTES) return null;
    }
    texts.set(report, text);
    const [oldest] = texts.keys();
    if (texts.size > TEXTS_KEPT && oldest !== undefined) texts.delete(oldest);
    return Buffer.byteLength(text);
  }

  return {
    create,
    poll,
    open,
    /** Tokens of all reports, in the order of their creation. */
    listTokens: () => [...reports.keys()],
    /** What makes the latest links work, which nobody else may see. */
    listSignatures: () => [...links.keys()],
  };
}

const withoutFile = (status: string): ReportState => ({ report_status: status, url: null, size: null });

function sign(...parts: readonly (string | number)[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
