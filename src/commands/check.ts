import { type Config, readConfig } from "../config.ts";
import {
  findCredentialProblems,
  type OpenWarehouse,
  openConfiguredWarehouse,
  openPinterest,
} from "../context.ts";
import { plural } from "../counting.ts";
import { asConnectorError, describeError } from "../errors.ts";
import { listAccounts, noAccountVisible } from "../pinterest/accounts.ts";
import type { OAuthScope } from "../resources/define.ts";
import { checkConnection } from "../warehouse/database.ts";
import { assertMigrated } from "../warehouse/migrate.ts";
import { findMissingPrivileges } from "../warehouse/privileges.ts";
import { readStoredToken } from "../warehouse/stored-token.ts";
import { openDisplay } from "./display.ts";
import { printable } from "./format.ts";
import { configuredResources, selectAccounts, selectResources } from "./select.ts";
import type { RegisterCommand, Shell } from "./shell.ts";
import { wrapIndented } from "./wrap.ts";

export const registerCheck: RegisterCommand = (program, shell) => {
  program
    .command("check")
    .description("Test configuration, database, token, scopes and accounts; load nothing.")
    .action(() => check(shell));
};

/** Finds every problem it can in one go; later checks run as far as earlier ones allow. */
async function check(shell: Shell): Promise<void> {
  const { config, problems } = readConfig();
  const credentials = findCredentialProblems(config);
  const findings = openFindings(shell);
  findings.report("configuration", [...problems, ...credentials], "no problem found");
  const databaseUrlIsWrong = problems.some((problem) => DATABASE_VARIABLE.test(problem));
  const tokenIsTestable =
    credentials.length === 0 && !problems.some((problem) => TOKEN_VARIABLE.test(problem));
  if (!databaseUrlIsWrong) await checkDatabaseAndToken(config, tokenIsTestable, findings, shell);
  const count = findings.count();
  if (count === 0) shell.print("\nReady: pinterest-ads sync");
  else shell.print(`\n${plural(count, "problem")} found.`);
  if (problems.length + credentials.length > 0) shell.fail(2);
  else if (count > 0) shell.fail();
}

async function checkDatabaseAndToken(
  config: Config,
  tokenIsTestable: boolean,
  findings: Findings,
  shell: Shell,
): Promise<void> {
  const open = await findings.attempt("database", () =>
    openConfiguredWarehouse(config, { signal: shell.signal }),
  );
  if (!open) return;
  try {
    const migrated = await checkDatabase(config, open, findings);
    if (!tokenIsTestable) return;
    if (migrated || config.accessToken !== undefined) await checkToken(config, open, findings, shell);
    else if (config.refreshToken === undefined)
      findings.report(
        "token",
        ["there is none yet; after migrate, get one with: pinterest-ads auth login"],
        "",
      );
    else
      findings.skip(
        "token",
        "not tested: testing rotates it, and the new one needs the tables to be kept in",
      );
  } finally {
    await open.close();
  }
}

async function checkDatabase(
  config: Config,
  { warehouse }: OpenWarehouse,
  findings: Findings,
): Promise<boolean> {
  const connection = await findings.attempt("database", () => checkConnection(warehouse));
  if (!connection) return false;
  const version = Math.floor(connection.version / 10_000);
  const problems: string[] = [];
  if (version < POSTGRES_MIN) problems.push(`Postgres ${version} is too old; use ${POSTGRES_MIN} or later`);
  if (connection.encoding !== "UTF8")
    problems.push(`the database is in ${connection.encoding}; create one with encoding 'UTF8'`);
  findings.report("database", problems, `Postgres ${version}, database ${connection.database}`);
  const tables = await findings.attempt("tables", async () => {
    await assertMigrated(warehouse, configuredResources(config));
    return true;
  });
  if (!tables) return false;
  findings.report("tables", await findMissingPrivileges(warehouse), `up to date in schema ${config.schema}`);
  return true;
}

async function checkToken(
  config: Config,
  open: OpenWarehouse,
  findings: Findings,
  shell: Shell,
): Promise<void> {
  const { logger } = openDisplay({ ...config, logLevel: "silent" }, { product: true });
  const pinterest = openPinterest(config, open, { logger });
  const accounts = await findings.attempt("token", () => listAccounts(pinterest, shell.signal));
  await pinterest.close();
  if (!accounts) return;
  findings.report("token", [], "accepted by Pinterest");
  const wanted = selectAccounts(undefined, config);
  const missing = (wanted ?? []).filter((id) => !accounts.some((account) => account.id === id));
  const unseen = missing.map(
    (id) => `ad account ${id} is not visible; give the token's user a role on it, or correct the id`,
  );
  const none = accounts.length === 0 ? [describeError(noAccountVisible())] : [];
  const names = accounts.map(({ id, name }) => `${id} ${name}`);
  findings.report("accounts", [...unseen, ...none], `${plural(accounts.length, "account")} visible:`, names);
  // A fixed access token does not tell its scopes; the resources that need more say so when they are loaded.
  if (config.accessToken !== undefined) return;
  const granted = await findings.attempt(
    "scopes",
    async () => (await readStoredToken(open.warehouse, config.appId))?.scopes ?? [],
  );
  if (granted === undefined) return;
  const needed = new Set(selectResources(undefined, config).flatMap((resource) => [...resource.oauthScopes]));
  findings.report("scopes", describeMissing([...needed], granted), granted.join(", "));
}

const POSTGRES_MIN = 14;
/** Problems of these variables leave nothing to test with. */
const DATABASE_VARIABLE = /^(?:DATABASE_URL|WAREHOUSE_SCHEMA):/;
const TOKEN_VARIABLE = /^(?:TOKEN_ENCRYPTION_KEY|PINTEREST_API_URL):/;

function describeMissing(needed: readonly OAuthScope[], granted: readonly string[]): string[] {
  const missing = needed.filter((scope) => !granted.includes(scope));
  return missing.map(
    (scope) => `the token lacks ${scope}; create one with it, or leave out the resources that need it`,
  );
}

interface Findings {
  report(subject: string, problems: readonly string[], fine: string, details?: readonly string[]): void;
  /** Says what could not be tested, which is neither fine nor a problem of its own. */
  skip(subject: string, why: string): void;
  /** The result of `work`; a failure becomes a problem and undefined. */
  attempt<T>(subject: string, work: () => Promise<T>): Promise<T | undefined>;
  count(): number;
}

const MARK_WIDTH = 5;
const SUBJECT_WIDTH = 15;

function openFindings(shell: Shell): Findings {
  let count = 0;
  function line(mark: string, subject: string, text: string): void {
    const start = mark.padEnd(MARK_WIDTH) + subject.padEnd(SUBJECT_WIDTH);
    // Whoever searches the output finds a problem and its fix on one line.
    const shown = process.stdout.isTTY ? wrapIndented(text, start.length).trimStart() : printable(text);
    shell.print(start + shown);
  }
  function report(
    subject: string,
    problems: readonly string[],
    fine: string,
    details: readonly string[] = [],
  ): void {
    count += problems.length;
    if (problems.length === 0) line("ok", subject, fine);
    if (problems.length === 0) for (const detail of details) line("", "", detail);
    for (const problem of problems) line("FAIL", subject, problem);
  }
  return {
    report,
    skip: (subject, why) => line("--", subject, why),
    async attempt(subject, work) {
      try {
        return await work();
      } catch (cause) {
        const error = asConnectorError(cause);
        report(subject, [describeError(error)], "");
        return undefined;
      }
    },
    count: () => count,
  };
}
