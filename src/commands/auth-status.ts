import { type Config, configurationError, readConfig } from "../config.ts";
import {
  findCredentialProblems,
  type OpenWarehouse,
  openConfiguredWarehouse,
  tokensOptions,
} from "../context.ts";
import { describeError } from "../errors.ts";
import type { Logger } from "../logger.ts";
import { noAccountVisible } from "../pinterest/accounts.ts";
import { checkConnection } from "../warehouse/database.ts";
import { assertMigrated } from "../warehouse/migrate.ts";
import { openDisplay } from "./display.ts";
import { describeMissingScopes } from "./scopes.ts";
import { configuredResources } from "./select.ts";
import type { Shell } from "./shell.ts";
import { findAccess, renderAccounts, renderFacts, type TokenAccess } from "./token-access.ts";
import { describeTokens, reportTokens, type TokenReport } from "./token-report.ts";

/** Shows how long the tokens last and what they see. Exit code 1 when Pinterest does not accept them, or shows them no ad account. */
export async function showAuthStatus(json: boolean, shell: Shell): Promise<void> {
  const { config, problems } = readConfig();
  const all = [...problems, ...findCredentialProblems(config)];
  if (all.length > 0) throw configurationError(all);
  const open = await openConfiguredWarehouse(config, { signal: shell.signal });
  try {
    await checkConnection(open.warehouse);
    await assertMigrated(open.warehouse, configuredResources(config));
    const { logger } = openDisplay({ ...config, logLevel: "silent" }, { product: true });
    // The listing comes first, for it may refresh the tokens.
    const access = await findAccess(config, open, logger, shell.signal);
    const now = Date.now();
    const report = await readTokenReport(config, open, logger, now);
    if (json) shell.printJson(documentOf(report, access));
    else shell.print(render(report, access, config, now));
    if (access.error || access.accounts.length === 0) shell.fail();
  } finally {
    await open.close();
  }
}

async function readTokenReport(
  config: Config,
  open: OpenWarehouse,
  logger: Logger,
  now: number,
): Promise<TokenReport> {
  const used = config.accessToken === undefined ? "stored" : "PINTEREST_ACCESS_TOKEN";
  // With an access token alone nothing can be stored, and what is cannot be opened.
  const isStored = findCredentialProblems({ ...config, accessToken: undefined }).length === 0;
  const stored = isStored ? await tokensOptions(config, open, { logger }).store.read() : undefined;
  return reportTokens(stored, used, now);
}

function render(report: TokenReport, access: TokenAccess, config: Config, now: number): string {
  // The refusal is told by the error of the listing already, with what to do.
  const told = access.error?.code === "token_refused" ? { refused_at: null, warning_level: null } : {};
  const lines = describeTokens({ ...report, ...told }, now);
  const missing = describeMissingScopes(report.missing_scopes, configuredResources(config));
  return renderFacts([
    ...lines,
    ...missing.map((text) => ["missing scope", text] as const),
    ...(access.error ? [["problem", describeError(access.error)] as const] : []),
  ]).concat(access.error ? "" : `\n\n${renderAccounts(access.accounts)}`);
}

function documentOf(report: TokenReport, access: TokenAccess): object {
  const { error } = access;
  const told = error ?? (access.accounts.length === 0 ? noAccountVisible() : undefined);
  const problem = told && { code: told.code, message: told.message, next_step: told.nextStep ?? null };
  const accounts = error
    ? null
    : access.accounts.map(({ ownerUserId, ...account }) => ({ ...account, owner_user_id: ownerUserId }));
  return { ...report, accounts, problem: problem ?? null };
}
