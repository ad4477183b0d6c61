import type { Config } from "../config.ts";
import { openConfiguredWarehouse } from "../context.ts";
import type { SyncRequest } from "../sync/run-state.ts";
import { openDisplay } from "./display.ts";
import { printDryRun } from "./dry-run.ts";
import { load } from "./load.ts";
import type { Shell } from "./shell.ts";

/** Carries a request out, or shows what it would load. The exit code tells whether everything planned was loaded. */
export async function runRequest(
  config: Config,
  shell: Shell,
  dryRun: boolean,
  request: SyncRequest,
): Promise<void> {
  const display = openDisplay(config, { product: dryRun });
  const open = await openConfiguredWarehouse(config, { signal: shell.signal });
  try {
    if (dryRun) return await printDryRun({ config, open, logger: display.logger, request, shell });
    const { report, summary } = await load(config, open, display, shell, request);
    if (display.interactive) shell.print(summary);
    if (report.status !== "succeeded") shell.fail();
    const { careAfterRun } = await import("./aftercare.ts");
    await careAfterRun(config, open, display.logger, shell.signal);
  } finally {
    await open.close();
  }
}
