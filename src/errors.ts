/**
 * Every failure the connector reports has a stable `code` (for alerts and for tests), what happened
 * (`message`), what to do next (`nextStep`) and, where there is one, the `cause`.
 * `details` are plain facts for logs and tables. Neither text nor details ever hold a secret.
 */
export class ConnectorError extends Error {
  readonly code: ErrorCode;
  readonly nextStep: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    options: { nextStep?: string; cause?: unknown; details?: Record<string, unknown> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "ConnectorError";
    this.code = code;
    this.nextStep = options.nextStep;
    this.details = options.details ?? {};
  }
}

/** What went wrong, as a word that never changes. docs/errors.md explains each to a user. */
export type ErrorCode =
  // usage and configuration: exit code 2
  | "usage"
  | "configuration"
  // the warehouse
  | "database_unreachable"
  | "pooled_connection"
  | "database_permission"
  | "database_full"
  | "schema_missing"
  | "schema_newer"
  | "schema_differs"
  | "embedded_postgres"
  | "already_running"
  | "lock_lost"
  | "run_superseded"
  | "suspiciously_empty"
  // Pinterest
  | "token_missing"
  | "token_refused"
  | "token_key_mismatch"
  | "token_not_saved"
  | "login_failed"
  | "permission_missing"
  | "account_not_visible"
  | "rate_limit_budget_spent"
  | "blocked_as_spam"
  | "pinterest_unreachable"
  | "pinterest_error"
  | "invalid_response"
  | "repeated_bookmark"
  | "report_failed"
  | "report_timeout"
  // the run
  | "parent_failed"
  | "account_shut"
  | "day_out_of_reach"
  | "not_reconciled"
  | "interrupted"
  | "unexpected"
  // the service
  | "port_taken";

/** The errors after which nothing else in the run can work, so that the run stops at once. */
const FATAL: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "token_missing",
  "token_refused",
  "token_key_mismatch",
  "token_not_saved",
  "blocked_as_spam",
  "database_permission",
  "lock_lost",
  "run_superseded",
  "interrupted",
]);

export function isFatal(error: unknown): boolean {
  return error instanceof ConnectorError && FATAL.has(error.code);
}

/** The connector's own view of any thrown value; foreign errors become `unexpected` with their cause kept. */
export function asConnectorError(error: unknown): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ConnectorError("unexpected", message, { cause: error });
}

/** An error in words: what happened, and what to do. */
export function describeError({ message, nextStep }: ConnectorError): string {
  const sentence = /[.!?]$/.test(message) ? message : `${message}.`;
  return nextStep ? `${sentence} ${nextStep}` : message;
}
