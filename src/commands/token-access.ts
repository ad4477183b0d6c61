import type { Config } from "../config.ts";
import { type OpenWarehouse, openPinterest } from "../context.ts";
import { asConnectorError, type ConnectorError, describeError } from "../errors.ts";
import type { Logger } from "../logger.ts";
import { listAccounts, noAccountVisible, type VisibleAccount } from "../pinterest/accounts.ts";
import { renderTable } from "./table.ts";
import { wrapIndented } from "./wrap.ts";

/** What the token sees, or why that is not known. */
export type TokenAccess =
  | { readonly accounts: readonly VisibleAccount[]; readonly error?: undefined }
  | { readonly error: ConnectorError };

/** One listing with the ordinary client. Throws `interrupted` only. */
export async function findAccess(
  config: Config,
  open: OpenWarehouse,
  logger: Logger,
  signal: AbortSignal,
): Promise<TokenAccess> {
  const pinterest = openPinterest(config, open, { logger });
  try {
    return { accounts: await listAccounts(pinterest, signal) };
  } catch (cause) {
    const error = asConnectorError(cause);
    if (error.code === "interrupted") throw error;
    return { error };
  } finally {
    await pinterest.close();
  }
}

/** Two columns, the second one wrapped. */
export function renderFacts(facts: readonly (readonly [string, string])[]): string {
  return renderTable([{ title: "token (UTC)" }, { title: "" }], facts);
}

/** The ad accounts with the roles that the user has on them. */
export function renderAccounts(accounts: readonly VisibleAccount[]): string {
  if (accounts.length === 0) return wrapIndented(describeError(noAccountVisible()), 0);
  const columns = ["ad account", "name", "permissions"].map((title) => ({ title }));
  return renderTable(
    columns,
    accounts.map(({ id, name, permissions }) => [id, name, permissions.join(", ")]),
  );
}
