import { type Config, configurationError, readConfig } from "../config.ts";
import { findCredentialProblems, openConfiguredWarehouse } from "../context.ts";
import { asConnectorError } from "../errors.ts";
import { createLogger, type Logger } from "../logger.ts";
import { readServiceSettings } from "../service-config.ts";
import { prepareWarehouse } from "./prepare.ts";
import { type RegisterCommand, type Shell, untilStopped } from "./shell.ts";

export const registerSchedule: RegisterCommand = (program, shell) => {
  program
    .command("schedule")
    .description("Stay up: load on a schedule, answer on PORT (health, metrics, status page).")
    .action(() => runSchedule(shell));
};

async function runSchedule(shell: Shell): Promise<void> {
  const { config, problems } = readConfig();
  const format = config.logFormat ?? (process.stdout.isTTY ? "text" : "json");
  const logger = openServiceLog(config, format);
  try {
    const all = [...problems, ...findScheduleProblems(config)];
    if (all.length > 0) throw configurationError(all);
    await keepSchedule(config, logger, shell);
  } catch (error) {
    // What collects lines of JSON cannot read what stderr says to people.
    if (format === "json" && !shell.signal.aborted) logEnd(error, logger);
    throw error;
  }
}

async function keepSchedule(config: Config, logger: Logger, shell: Shell): Promise<void> {
  // No other command needs a server, charts and metrics, and reading them takes time.
  const { startService } = await import("./service.ts");
  const open = await openConfiguredWarehouse(config, { signal: shell.signal });
  try {
    const service = await startService({ config, open, logger, signal: shell.signal });
    try {
      shell.signal.addEventListener(
        "abort",
        () => {
          logger.info({ signal: String(shell.signal.reason) }, "schedule stops");
          // Asked to stop before anything was begun, it leaves nothing undone.
          if (!service.isRunning()) shell.endCalmly();
        },
        { once: true },
      );
      await prepareWarehouse(config, open, logger, shell.signal);
      service.begin();
      await untilStopped(shell);
    } finally {
      await service.close();
    }
  } finally {
    await open.close();
  }
}

function findScheduleProblems(config: Config): string[] {
  const { schedules } = readServiceSettings(config);
  return [
    ...findCredentialProblems(config),
    ...(schedules.size === 0 ? ["schedule: all of them are off; switch one on, or run sync instead"] : []),
  ];
}

/** A service has nobody in front of it: lines, and never a live display. */
function openServiceLog({ logLevel }: Config, format: "json" | "text"): Logger {
  return createLogger({ level: logLevel, format, stream: process.stdout });
}

function logEnd(error: unknown, logger: Logger): void {
  const { code, message, nextStep } = asConnectorError(error);
  logger.fatal({ error_code: code, error: message, next_step: nextStep }, "schedule ends");
}
