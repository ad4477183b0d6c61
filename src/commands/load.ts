import type { Config } from "../config.ts";
import { type OpenWarehouse, openPinterest } from "../context.ts";
import { type RunReport, runSync } from "../sync/run.ts";
import type { SyncRequest } from "../sync/run-state.ts";
import { VERSION } from "../version.ts";
import type { Display } from "./display.ts";
import { openProgress } from "./progress.ts";
import { configuredResources } from "./select.ts";
import type { Shell } from "./shell.ts";
import { countTables, renderSummary } from "./summary.ts";

/** A run with its live display, and how it ended in words. */
export interface WatchedRun {
  readonly report: RunReport;
  readonly summary: string;
}

export interface LoadOptions {
  /** As in `PinterestContextOptions`. */
  readonly directory?: string;
  /** Called once the run stands in the books. */
  readonly onBegun?: () => void;
}

/** Runs `request` while a person, if there is one, watches. Everything it opened is closed again. */
export async function load(
  config: Config,
  open: OpenWarehouse,
  display: Display,
  shell: Shell,
  request: SyncRequest,
  { directory, onBegun }: LoadOptions = {},
): Promise<WatchedRun> {
  const startedAt = Date.now();
  const progress = openProgress(display.interactive, shell.signal);
  const tables = countTables();
  let begun = false;
  const options = { logger: display.logger, onWait: progress.onWait, ...(directory ? { directory } : {}) };
  try {
    const pinterest = openPinterest(config, open, options);
    const context = {
      resources: configuredResources(config),
      now: Date.now,
      warehouse: open.warehouse,
      pinterest,
      logger: display.logger,
      version: VERSION,
      signal: shell.signal,
      onEvent(event: Parameters<typeof progress.onEvent>[0]) {
        if (!begun) onBegun?.();
        begun = true;
        progress.onEvent(event);
        tables.onEvent(event);
      },
    };
    const report = await runSync(context, request).finally(() => pinterest.close());
    return { report, summary: renderSummary(report, tables, Date.now() - startedAt) };
  } finally {
    progress.stop();
  }
}
