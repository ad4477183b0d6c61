import { ConnectorError } from "../errors.ts";
import { describeConnectionError, errorCode } from "./connection-error.ts";

/** A table or a column that is not there. */
const NOT_MIGRATED: ReadonlySet<string | undefined> = new Set(["42P01", "42703"]);

/** What a failed look at the warehouse means; what is no failure of the database is given back as it is. */
export function describeReadError(error: unknown, url: string): unknown {
  const code = errorCode(error);
  if (error instanceof ConnectorError || code === undefined) return error;
  if (!NOT_MIGRATED.has(code)) return describeConnectionError(error, url);
  return new ConnectorError("schema_missing", "The tables of this version are not in the warehouse yet", {
    nextStep: "If this stays, create them with `pinterest-ads migrate`.",
    cause: error,
  });
}
