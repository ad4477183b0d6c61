import { InvalidArgumentError } from "commander";
import { readAnalyticsSettings } from "../analytics-config.ts";
import { type Config, loadConfig } from "../config.ts";
import { openConfiguredWarehouse } from "../context.ts";
import { formatCount, plural } from "../counting.ts";
import { ConnectorError } from "../errors.ts";
import { TOLERANCE_PERCENT } from "../sync/finish-metrics.ts";
import { checkConnection } from "../warehouse/database.ts";
import { assertMigrated } from "../warehouse/migrate.ts";
import { type ReconciliationResult, recomputeReconciliation } from "../warehouse/reconciliation.ts";
import { addDays, countDays, type Day, dayOf, type Window } from "../window.ts";
import { readDay } from "./day.ts";
import { renderDifferences } from "./differences.ts";
import { configuredResources, selectAccounts } from "./select.ts";
import { collect, type RegisterCommand, type Shell } from "./shell.ts";

interface ReconcileFlags {
  from?: Day;
  to?: Day;
  account?: string[];
  tolerance: number;
  json?: boolean;
}

/** So many differences tell what is wrong; the table has them all. */
const DIFFERENCES_SHOWN = 20;

export const registerReconcile: RegisterCommand = (program, shell) => {
  program
    .command("reconcile")
    .description("Compare account totals with the sums of campaigns, ad groups and ads in the tables.")
    .option("--from <day>", "first day, YYYY-MM-DD (default: that of the lookback)", readDay)
    .option("--to <day>", "last day, included (default: today, UTC)", readDay)
    .option("--account <id>", "only this ad account; may be repeated", collect)
    .option("--tolerance <percent>", "differences up to this are fine", readPercent, TOLERANCE_PERCENT)
    .option("--json", "as JSON")
    .action((flags: ReconcileFlags) => reconcile(flags, shell));
};

async function reconcile(flags: ReconcileFlags, shell: Shell): Promise<void> {
  const config = loadConfig();
  const window = chooseWindow(flags, config);
  const open = await openConfiguredWarehouse(config, { signal: shell.signal });
  try {
    const resources = configuredResources(config);
    await checkConnection(open.warehouse);
    await assertMigrated(open.warehouse, resources);
    const adAccountIds = selectAccounts(flags.account, config);
    const result = await recomputeReconciliation(open.warehouse, resources, {
      ...window,
      tolerancePercent: TOLERANCE_PERCENT,
      reportedPercent: flags.tolerance,
      ...(adAccountIds && { adAccountIds }),
    });
    if (flags.json) shell.printJson(toDocument(result, window, flags.tolerance));
    else shell.print(render(result, window));
    const problem = judge(result, window, flags.tolerance);
    if (problem) throw problem;
  } finally {
    await open.close();
  }
}

function chooseWindow({ from, to }: ReconcileFlags, config: Config): Window {
  const last = to ?? dayOf(Date.now());
  const first = from ?? addDays(last, 1 - readAnalyticsSettings(config.file).lookbackDays);
  const today = dayOf(Date.now());
  if (first > today)
    throw new ConnectorError("usage", `--from ${first} has not come yet; today is ${today} (UTC)`);
  if (first > last) throw new ConnectorError("usage", `--from ${first} comes after --to ${last}`);
  return { from: first, to: last };
}

function render({ compared, days, differing }: ReconciliationResult, window: Window): string {
  const { from, to } = window;
  const left = countDays(window) - days;
  const rest = differing.length - DIFFERENCES_SHOWN;
  return [
    ...(differing.length > 0 ? [renderDifferences(differing.slice(0, DIFFERENCES_SHOWN))] : []),
    ...(rest > 0
      ? [`… and ${formatCount(rest)} more: pinterest_ads_reconciliation where verdict = 'differs'`]
      : []),
    `${plural(compared, "sum")} compared with account totals, ${from} to ${to}: ${formatCount(differing.length)} differ.`,
    ...(left > 0 && days > 0
      ? [`${plural(left, "day")} of these could not be compared: not loaded, or not at both levels.`]
      : []),
  ].join("\n\n");
}

function toDocument(
  { compared, days, differing }: ReconciliationResult,
  window: Window,
  tolerance: number,
): object {
  return { ...window, tolerance_percent: tolerance, compared, days_compared: days, differing };
}

/** A comparison that could not be made is no proof that the numbers agree. */
function judge(
  { compared, differing }: ReconciliationResult,
  { from, to }: Window,
  tolerance: number,
): ConnectorError | undefined {
  if (compared === 0)
    return new ConnectorError("not_reconciled", `No day from ${from} to ${to} could be compared`, {
      nextStep:
        "Both ad_account_analytics and a level below it must be loaded: pinterest-ads backfill loads past days.",
    });
  if (differing.length === 0) return undefined;
  return new ConnectorError(
    "not_reconciled",
    `${formatCount(differing.length)} of ${plural(compared, "sum")} differ by more than ${tolerance} %`,
    {
      nextStep: `Load the days again: \`pinterest-ads backfill --from ${from} --to ${to} --restart\`. If they still differ, compare with Ads Manager.`,
      details: { compared, differing: differing.length },
    },
  );
}

function readPercent(value: string): number {
  if (!/^\d{1,3}(?:\.\d+)?$/.test(value)) throw new InvalidArgumentError("Give a percentage such as 0.5.");
  return Number(value);
}
