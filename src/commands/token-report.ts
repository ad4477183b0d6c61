import { plural } from "../counting.ts";
import type { StoredTokens } from "../pinterest/token-store.ts";
import { type TokenWarning, warnOfTokenEnd } from "../token-life.ts";
import { formatMoment } from "./format.ts";
import { findMissingScopes } from "./scopes.ts";

/** What may be told of the tokens: ages and lifetimes, never the tokens. */
export interface TokenReport {
  /** Whose tokens are sent: the stored ones, or the one of PINTEREST_ACCESS_TOKEN, which beats them. */
  readonly used: "stored" | "PINTEREST_ACCESS_TOKEN";
  /** `unreadable`: encrypted with another TOKEN_ENCRYPTION_KEY. */
  readonly stored: "present" | "absent" | "unreadable";
  readonly refreshed_at: Date | null;
  readonly access_token_expires_at: Date | null;
  readonly refresh_token_expires_at: Date | null;
  /** Whole days, rounded down; negative when it has ended. */
  readonly access_token_days_left: number | null;
  readonly refresh_token_days_left: number | null;
  readonly scopes: readonly string[] | null;
  readonly missing_scopes: readonly string[];
  readonly refused_at: Date | null;
  readonly refused_reason: string | null;
  /** A refresh that began then was never finished; what it brought may be lost. */
  readonly unfinished_since: Date | null;
  /** How many days before the end of the refresh token the warning is: 14, 7, 1, or 0 when it has ended. */
  readonly warning_level: TokenWarning["level"] | null;
}

const DAY_MS = 86_400_000;

/** Reports on what the store holds; `now` in epoch milliseconds. */
export function reportTokens(
  stored: StoredTokens | undefined,
  used: TokenReport["used"],
  now: number,
): TokenReport {
  const state = stored?.tokens ?? "absent";
  const set = typeof state === "string" ? undefined : state;
  const refreshEnd = toDate(set?.refreshExpiresAt);
  return {
    used,
    stored: typeof state === "string" ? state : "present",
    refreshed_at: toDate(set?.refreshedAt),
    access_token_expires_at: toDate(set?.accessExpiresAt),
    refresh_token_expires_at: refreshEnd,
    access_token_days_left: daysUntil(set?.accessExpiresAt, now),
    refresh_token_days_left: daysUntil(set?.refreshExpiresAt, now),
    scopes: set?.scopes ?? null,
    missing_scopes: findMissingScopes(set?.scopes),
    refused_at: toDate(stored?.refusal?.at),
    refused_reason: stored?.refusal?.reason ?? null,
    unfinished_since: toDate(stored?.unfinishedSince),
    warning_level: warnOfTokenEnd(refreshEnd, now)?.level ?? null,
  };
}

function toDate(epochMs: number | undefined): Date | null {
  return epochMs === undefined ? null : new Date(epochMs);
}

function daysUntil(epochMs: number | undefined, now: number): number | null {
  return epochMs === undefined ? null : Math.floor((epochMs - now) / DAY_MS);
}

/** A line of a token's life: what, and how it stands. */
export type TokenLine = readonly [what: string, how: string];

/** The lines for a person; `now` in epoch milliseconds. */
export function describeTokens(report: TokenReport, now: number): TokenLine[] {
  const { stored, refused_at } = report;
  const lines: TokenLine[] = [];
  if (report.used === "PINTEREST_ACCESS_TOKEN")
    lines.push(["in use", "PINTEREST_ACCESS_TOKEN, which is never renewed; not the stored ones below"]);
  if (stored === "present") lines.push(...describeLives(report, now));
  else lines.push(["stored", stored === "absent" ? "nothing" : UNREADABLE]);
  if (refused_at)
    lines.push(["refused", `on ${formatMoment(refused_at)} by Pinterest: ${report.refused_reason ?? ""}`]);
  if (report.unfinished_since)
    lines.push([
      "unfinished",
      `a refresh that began on ${formatMoment(report.unfinished_since)} is not finished`,
    ]);
  if (report.warning_level !== null) lines.push(["warning", describeWarning(report)]);
  return lines;
}

const UNREADABLE = "tokens that were encrypted with another TOKEN_ENCRYPTION_KEY";

function describeLives(report: TokenReport, now: number): TokenLine[] {
  const { refreshed_at, scopes } = report;
  return [
    ["access token", describeEnd(report.access_token_expires_at, now)],
    ["refresh token", `${describeEnd(report.refresh_token_expires_at, now)}; each refresh renews it`],
    ["last refresh", refreshed_at ? `${formatMoment(refreshed_at)}, ${describeAge(refreshed_at, now)}` : ""],
    ["scopes", scopes ? scopes.join(", ") : "Pinterest did not name them"],
  ];
}

function describeEnd(end: Date | null, now: number): string {
  if (!end) return "Pinterest did not say when it ends";
  const left = Math.floor((end.getTime() - now) / DAY_MS);
  return end.getTime() <= now
    ? `ended on ${formatMoment(end)}`
    : `${plural(left, "day")} left, until ${formatMoment(end)}`;
}

function describeAge(moment: Date, now: number): string {
  const days = Math.floor((now - moment.getTime()) / DAY_MS);
  return days < 1 ? "less than a day ago" : `${plural(days, "day")} ago`;
}

function describeWarning({ warning_level, refresh_token_days_left: days }: TokenReport): string {
  const left = days === null || days < 1 ? "less than a day" : plural(days, "day");
  const end = warning_level === 0 ? "has ended" : `ends in ${left}`;
  return `The refresh token ${end}. Log in again: pinterest-ads auth login`;
}
