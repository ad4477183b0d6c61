import { ConnectorError } from "../errors.ts";
import { describeConnectionError, displayUrl, errorCode } from "./connection-error.ts";

const INSUFFICIENT_PRIVILEGE = "42501";
/** A table or a column that is not there. */
const NOT_MIGRATED: ReadonlySet<string | undefined> = new Set(["42P01", "42703"]);

/** What a failed look at the warehouse means; what is no failure of the database is given back as it is. */
export function describeReadError(error: unknown, url: string): unknown {
  const code = errorCode(error);
  if (error instanceof ConnectorError || code === undefined) return error;
  if (code === INSUFFICIENT_PRIVILEGE) return describeDenial(error, url);
  if (!NOT_MIGRATED.has(code)) return describeConnectionError(error, url);
  return new ConnectorError("schema_missing", "The tables of this version are not in the warehouse yet", {
    nextStep: "If this stays, create them with `pinterest-ads migrate`.",
    cause: error,
  });
}

/** The status tells of the tokens too, and their table is the one that an analyst may not read. */
function describeDenial(error: unknown, url: string): ConnectorError {
  const relation = /permission denied for (\w+ \S+)/.exec(error instanceof Error ? error.message : "")?.[1];
  return new ConnectorError(
    "database_permission",
    `The role in DATABASE_URL may not read ${relation ?? "all of the warehouse"} at ${displayUrl(url)}`,
    {
      nextStep:
        "Ask with the DATABASE_URL that the connector loads with: that of the owner or the loader of deploy/postgres/roles.sql. The status tells of the tokens, which an analyst may not read.",
      cause: error,
    },
  );
}
