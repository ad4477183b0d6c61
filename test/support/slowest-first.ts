import path from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take about ten seconds or more, slowest first. One that is missing here only comes later. */
const SLOW: readonly string[] = [
  "backfill-kill",
  "tokens-end-to-end",
  "kill",
  "soak",
  "cli-schedule",
  "cli-backfill",
  "cli-stop",
  "failing-slices",
  "secrets",
  "cli-warehouse",
  "faults",
  "analytics-faults",
  "cli-analytics",
  "analytics-truth",
  "cli-reconcile",
  "auth",
  "cli-usage",
  "two-syncs",
  "status-page",
  "embedded-users",
  "shut-accounts",
  "analytics-secrets",
  "embedded-start",
  "scheduler-handover",
  "analytics-restatement",
  "cli-output",
  "resources",
].map((name) => `${name}.test.ts`);

/**
 * Begins with the files that take longest, so that no worker is left alone with one of them at the end. Vitest does so
 * by itself where it remembers an earlier run, which a fresh checkout has not seen.
 */
export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other));
  }
}

function rank({ moduleId }: TestSpecification): number {
  const position = SLOW.indexOf(path.basename(moduleId));
  return position < 0 ? SLOW.length : position;
}
