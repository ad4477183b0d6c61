import { readAnalyticsSettings } from "../analytics-config.ts";
import { loadConfig } from "../config.ts";
import { runRequest } from "./request.ts";
import { selectAccounts, selectResources } from "./select.ts";
import { collect, type RegisterCommand, type Shell } from "./shell.ts";

interface SyncFlags {
  resource?: string[];
  account?: string[];
  dryRun?: boolean;
  acceptEmpty?: boolean;
}

export const registerSync: RegisterCommand = (program, shell) => {
  program
    .command("sync")
    .description("Load everything once.")
    .option("--resource <name>", "only this resource and what it needs; may be repeated", collect)
    .option("--account <id>", "only this ad account; may be repeated", collect)
    .option("--dry-run", "show slices and API calls, load nothing")
    .option("--accept-empty", "believe an empty answer even where many rows stand")
    .action((flags: SyncFlags) => sync(flags, shell));
};

async function sync(flags: SyncFlags, shell: Shell): Promise<void> {
  const config = loadConfig();
  await runRequest(config, shell, flags.dryRun === true, {
    trigger: "sync",
    resources: selectResources(flags.resource, config),
    accountIds: selectAccounts(flags.account, config),
    acceptEmpty: flags.acceptEmpty === true,
    concurrency: config.file.concurrency,
    analytics: readAnalyticsSettings(config.file),
  });
}
