import type { Config } from "../config.ts";
import { type OpenWarehouse, openConfiguredWarehouse } from "../context.ts";
import type { SyncRequest } from "../sync/run-state.ts";
import { type Display, openDisplay } from "./display.ts";
import { printDryRun } from "./dry-run.ts";
import { load, type WatchedRun } from "./load.ts";
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
    const { report, summary } = await loadAndTell(config, open, display, shell, request);
    if (display.interactive) shell.print(summary);
    if (report.status !== "succeeded") shell.fail();
    const { careAfterRun } = await import("./aftercare.ts");
    await careAfterRun(config, open, display.logger, shell.signal);
  } finally {
    await open.close();
  }
}

/** Loads, and tells meanwhile what became of former runs. */
async function loadAndTell(
  config: Config,
  open: OpenWarehouse,
  display: Display,
  shell: Shell,
  request: SyncRequest,
): Promise<WatchedRun> {
  let told: Promise<void> | undefined;
  async function tell(): Promise<void> {
    const { careDuringRun } = await import("./aftercare.ts");
    await careDuringRun(config, open, display.logger, shell.signal);
  }
  const onBegun = () => {
    told = tell();
  };
  try {
    return await load(
      config,
      open,
      display,
      shell,
      { ...request, attended: display.interactive },
      { onBegun },
    );
  } finally {
    await told;
  }
}
