import pino from "pino";
import pretty from "pino-pretty";

export type Logger = pino.Logger;

export interface LoggerOptions {
  readonly level: string;
  readonly format: "json" | "text";
  /** Commands whose product is a document on stdout send their logs to stderr. */
  readonly stream: NodeJS.WritableStream;
}

/** Field names whose values are never written, wherever they occur in a log line. */
const SECRET_FIELDS = [
  "access_token",
  "refresh_token",
  "token",
  "app_secret",
  "client_secret",
  "password",
  "credentials",
  "authorization",
];

/**
 * A logger of constant messages with snake_case fields.
 * Secrets are kept out by never being passed; redaction of the usual field names is the second line.
 */
export function createLogger(options: LoggerOptions): Logger {
  const stream =
    options.format === "json"
      ? options.stream
      : pretty({
          destination: options.stream,
          sync: true,
          ignore: "pid,hostname",
          translateTime: "UTC:yyyy-mm-dd HH:MM:ss",
          singleLine: true,
          colorize: isTerminal(options.stream),
        });
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`]), censor: "[redacted]" },
    },
    stream,
  );
}

function isTerminal(stream: NodeJS.WritableStream): boolean {
  return "isTTY" in stream && stream.isTTY === true;
}
