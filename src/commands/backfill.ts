import { Option } from "commander";
import { readAnalyticsSettings } from "../analytics-config.ts";
import { type Config, loadConfig } from "../config.ts";
import { ConnectorError } from "../errors.ts";
import type { Resource } from "../resources/define.ts";
import { type Day, dayOf } from "../window.ts";
import { readDay } from "./day.ts";
import { runRequest } from "./request.ts";
import { selectAccounts, selectResources } from "./select.ts";
import { collect, type RegisterCommand, type Shell } from "./shell.ts";

interface BackfillFlags {
  from: Day;
  to: Day;
  resource?: string[];
  account?: string[];
  newestFirst?: boolean;
  oldestFirst?: boolean;
  restart?: boolean;
  dryRun?: boolean;
  acceptEmpty?: boolean;
}

export const registerBackfill: RegisterCommand = (program, shell) => {
  program
    .command("backfill")
    .description("Load the metrics of past days; goes on where the same command stopped.")
    .requiredOption("--from <day>", "first day, YYYY-MM-DD in UTC", readDay)
    .requiredOption("--to <day>", "last day, included", readDay)
    .option("--resource <name>", "only these metrics; may be repeated", collect)
    .option("--account <id>", "only this ad account; may be repeated", collect)
    .addOption(new Option("--newest-first", "latest days first (default)").conflicts("oldestFirst"))
    .option("--oldest-first", "earliest days first")
    .option("--restart", "load again what earlier backfills have loaded")
    .option("--dry-run", "show windows and API calls, load nothing")
    .option("--accept-empty", "believe an empty answer even where many rows stand")
    .action((flags: BackfillFlags) => backfill(flags, shell));
};

async function backfill(flags: BackfillFlags, shell: Shell): Promise<void> {
  const config = loadConfig();
  const { from, to } = flags;
  checkOrder(from, to);
  await runRequest(config, shell, flags.dryRun === true, {
    trigger: "backfill",
    resources: selectMetrics(flags.resource, config),
    accountIds: selectAccounts(flags.account, config),
    acceptEmpty: flags.acceptEmpty === true,
    concurrency: config.file.concurrency,
    analytics: readAnalyticsSettings(config.file),
    backfill: {
      window: { from, to },
      order: flags.oldestFirst ? "oldest" : "newest",
      restart: flags.restart === true,
    },
  });
}

/** Said before anything is opened or asked, for the plan would find it out only after that. */
function checkOrder(from: Day, to: Day): void {
  const today = dayOf(Date.now());
  if (from > to) throw new ConnectorError("usage", `--from ${from} comes after --to ${to}`);
  if (to > today)
    throw new ConnectorError("usage", `--to ${to} has not come yet`, {
      nextStep: `The last possible day is today, in UTC: ${today}.`,
    });
}

/** The metrics that were asked for; lists have no past, so naming one is a mistake that must not pass unnoticed. */
function selectMetrics(flags: readonly string[] | undefined, config: Config): readonly Resource[] {
  const selected = selectResources(flags, config);
  const metrics = selected.filter(({ kind }) => kind === "analytics");
  const list = flags && selected.find(({ kind }) => kind === "list");
  if (list)
    throw new ConnectorError("usage", `${list.name} is a list: it has no days to go back to`, {
      nextStep: "Load it with: pinterest-ads sync. A backfill takes resources that end in _analytics.",
    });
  if (metrics.length === 0)
    throw new ConnectorError("usage", "The configuration chooses no metrics", {
      nextStep: "Name a resource that ends in _analytics with --resource, or choose some in the file.",
    });
  return metrics;
}
