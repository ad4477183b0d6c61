import { type Config, runsInCi } from "../config.ts";
import { createLogger, type Logger } from "../logger.ts";

/** How a command speaks: a live display for a person, JSON lines for a machine. */
export interface Display {
  readonly interactive: boolean;
  readonly logger: Logger;
}

/**
 * Chooses the form: JSON lines unless a person watches a terminal; LOG_FORMAT decides otherwise.
 * `product` commands write a document to stdout, so their logs go to stderr.
 */
export function openDisplay(
  config: Pick<Config, "logFormat" | "logLevel">,
  options: { product: boolean },
): Display {
  const terminal = process.stdout.isTTY === true && !runsInCi();
  const format = config.logFormat ?? (terminal ? "text" : "json");
  const interactive = terminal && format === "text";
  const stream = options.product || interactive ? process.stderr : process.stdout;
  // Beside the live display only what needs attention is logged; it shows the rest itself.
  const level = interactive && config.logLevel === "info" ? "warn" : config.logLevel;
  return { interactive, logger: createLogger({ level, format, stream }) };
}
