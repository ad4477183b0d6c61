import type { AlertContent } from "../../warehouse/alerts.ts";

/** What a person can be told of. Names never change: docs/operations.md says what to do about each. */
export const ALERT_KINDS = [
  "token_refused",
  "token_expiring",
  "run_failed",
  "stale",
  "not_reconciled",
  "account_shut",
  "schema_drift",
] as const;
/** Told, and not kept: where it would be is what cannot be used. */
export const UNKEPT_KINDS = ["warehouse_unusable"] as const;
export type UnkeptKind = (typeof UNKEPT_KINDS)[number];
export type AlertKind = (typeof ALERT_KINDS)[number];

/** Something that holds now and that a person should know. No text of it holds a secret. */
export interface Condition {
  readonly kind: AlertKind;
  /** What it is about; with the kind it tells alerts apart. */
  readonly subject: string;
  /** Days left: the fewer, the more urgent, and each step is told. Absent where urgency does not grow. */
  readonly level?: number;
  readonly summary: string;
  /** Lines. */
  readonly details?: string;
  readonly nextStep: string;
}

/** Some alerts; without a subject all of the kind. */
export interface Selection {
  readonly kind: AlertKind;
  readonly subject?: string;
}

/** What holds, and what cannot be told. */
export interface Findings {
  readonly conditions: readonly Condition[];
  /** These stay as they are, for nobody can know now whether they are over. */
  readonly held: readonly Selection[];
  /** These end without a word where nothing holds: they are not over, but nobody's concern any more. */
  readonly lapsed: readonly Selection[];
}

export const NOTHING: Findings = { conditions: [], held: [], lapsed: [] };

export function isAmong(
  selections: readonly Selection[],
  alert: { readonly kind: string; readonly subject: string },
): boolean {
  return selections.some(
    ({ kind, subject }) => kind === alert.kind && (subject === undefined || subject === alert.subject),
  );
}

/** As it is kept and told. */
export function toContent({ kind, subject, level, summary, details, nextStep }: Condition): AlertContent {
  return {
    kind,
    subject,
    level: level === undefined ? null : String(level),
    summary,
    details: details || null,
    next_step: nextStep,
  };
}
