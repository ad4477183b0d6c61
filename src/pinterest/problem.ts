import { parseJson } from "./json.ts";

/** What Pinterest says went wrong. */
export interface Problem {
  readonly code: number | undefined;
  readonly message: string;
}

const LONGEST_MESSAGE = 500;

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
  return {
    code: typeof code === "number" && Number.isInteger(code) ? code : undefined,
    message: tidyMessage(conceal(said.join(": "), secrets) || "(no message)"),
  };
}

/** One bounded line without control characters and without tokens (`pina_`, `pinc_`, `pinr_`). */
export function tidyMessage(message: string): string {
  return message
    .slice(0, LONGEST_MESSAGE * 4)
    .replace(/\bpin[acr]_[\w.~+/=-]+/g, "[redacted]")
    .replace(/[\p{Cc}\p{Cs}\s]+/gu, " ")
    .trim()
    .slice(0, LONGEST_MESSAGE)
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
