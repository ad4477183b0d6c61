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
  const terminal = isWideTerminal(process.stdout) && isWideTerminal(process.stderr) && !runsInCi();
  const format = config.logFormat ?? (terminal ? "text" : "json");
  const interactive = terminal && format === "text";
  const stream = options.product || interactive ? process.stderr : process.stdout;
  // The live display and the summary tell it all; LOG_LEVEL can still ask for more.
  const level = interactive && config.logLevel === "info" ? "fatal" : config.logLevel;
  return { interactive, logger: createLogger({ level, format, stream }) };
}

/** Some terminals say that they are 0 columns wide; a live display would never fit one. */
function isWideTerminal(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY === true && stream.columns > 0;
}
