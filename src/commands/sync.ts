import { loadConfig } from "../config.ts";
import { openConfiguredWarehouse } from "../context.ts";
import { openDisplay } from "./display.ts";
import { printDryRun } from "./dry-run.ts";
import { load } from "./load.ts";
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
  const resources = selectResources(flags.resource, config);
  const accountIds = selectAccounts(flags.account, config);
  const display = openDisplay(config, { product: flags.dryRun === true });
  const open = await openConfiguredWarehouse(config, { signal: shell.signal });
  try {
    if (flags.dryRun)
      return await printDryRun({ config, open, logger: display.logger, resources, accountIds, shell });
    const { report, summary } = await load(config, open, display, shell, {
      trigger: "sync",
      resources,
      accountIds,
      acceptEmpty: flags.acceptEmpty === true,
      concurrency: config.file.concurrency,
    });
    if (display.interactive) shell.print(summary);
    if (report.status !== "succeeded") shell.fail();
  } finally {
    await open.close();
  }
}
