import { parseJson } from "./json.ts";

/** What Pinterest says went wrong. */
export interface Problem {
  readonly code: number | undefined;
  readonly message: string;
  /** The message before it was cut to its bounds, where that took something away. Too long to log or to store. */
  readonly fullMessage?: string;
}

const LONGEST_MESSAGE = 500;
/** A refused column makes Pinterest list all valid ones, some 15,000 characters. */
const LONGEST_FULL_MESSAGE = 100_000;

/**
 * Reads `{code, message}`, the OAuth shape `{error, error_description}`, or admits that the body is neither:
 * gateways answer with HTML or nothing. The message is safe to log and to store: one line, bounded, without
 * `secrets` and anything that has the form of a Pinterest token, should Pinterest quote them.
 */
export function readProblem(text: string, secrets: readonly string[]): Problem {
  const body = parseObject(text);
  if (!body) return { code: undefined, message: text === "" ? "(empty body)" : "(the body is not JSON)" };
  const said = [body.message, body.error_description, body.error].filter((part) => typeof part === "string");
  const code = typeof body.code === "string" ? Number.parseInt(body.code, 10) : body.code;
  const full = tidyMessage(conceal(said.join(": "), secrets), LONGEST_FULL_MESSAGE);
  const message = tidyMessage(full) || "(no message)";
  return {
    code: typeof code === "number" && Number.isInteger(code) ? code : undefined,
    message,
    ...(full.length > message.length && { fullMessage: full }),
  };
}

/** One bounded line without control characters and without tokens (`pina_`, `pinc_`, `pinr_`). */
export function tidyMessage(message: string, longest = LONGEST_MESSAGE): string {
  return message
    .slice(0, longest * 4)
    .replace(/\bpin[acr]_[\w.~+/=-]+/g, "[redacted]")
    .replace(/[\p{Cc}\p{Cs}\s]+/gu, " ")
    .trim()
    .slice(0, longest)
    .toWellFormed();
}

function conceal(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret !== "")
    .reduce((shown, secret) => shown.replaceAll(secret, "[redacted]"), text);
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const body = parseJson(text);
    return isObject(body) ? body : undefined;
  } catch (error) {
    if (isUnparsable(error)) return undefined;
    throw error;
  }
}

/** Not JSON, or nested deeper than the stack allows. */
export function isUnparsable(error: unknown): boolean {
  return error instanceof SyntaxError || error instanceof RangeError;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
