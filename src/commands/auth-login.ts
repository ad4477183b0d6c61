import { randomBytes } from "node:crypto";
import { type Config, configurationError, readConfig } from "../config.ts";
import {
  findCredentialProblems,
  type OpenWarehouse,
  openConfiguredWarehouse,
  tokensOptions,
} from "../context.ts";
import { describeError } from "../errors.ts";
import type { Logger } from "../logger.ts";
import { consentUrl } from "../pinterest/authorize.ts";
import { systemClock } from "../pinterest/clock.ts";
import type { Consent } from "../pinterest/code-exchange.ts";
import { signIn } from "../pinterest/sign-in.ts";
import type { TokenSet } from "../pinterest/token-store.ts";
import { SCOPES } from "../pinterest/tokens.ts";
import { checkConnection } from "../warehouse/database.ts";
import { assertMigrated } from "../warehouse/migrate.ts";
import { assertPrivileges } from "../warehouse/privileges.ts";
import { openDisplay } from "./display.ts";
import { openCallback } from "./login-callback.ts";
import { awaitUser } from "./login-limit.ts";
import { readPastedCode } from "./login-paste.ts";
import { chooseLoginPlace, type LoginPlace, redirectUriOf } from "./login-place.ts";
import { describeMissingScopes, findMissingScopes } from "./scopes.ts";
import { configuredResources } from "./select.ts";
import type { Shell } from "./shell.ts";
import { findAccess, renderAccounts, renderFacts } from "./token-access.ts";
import { describeTokens, reportTokens } from "./token-report.ts";

export interface LoginFlags {
  redirectUri?: string;
  port?: number;
  manual?: boolean;
}

/** 256 bits; 128 would do. */
const STATE_BYTES = 32;

/**
 * Gets tokens by a user's consent and stores them in place of all earlier ones. The warehouse is tried before the
 * user is asked, for tokens that cannot be stored are lost.
 */
export async function login(flags: LoginFlags, shell: Shell): Promise<void> {
  const place = chooseLoginPlace(flags);
  const { config, problems } = readConfig();
  const all = [...problems, ...findCredentialProblems({ ...config, accessToken: undefined })];
  if (all.length > 0) throw configurationError(all);
  const logLevel = config.logLevel === "info" ? "warn" : config.logLevel;
  const { logger } = openDisplay({ ...config, logLevel }, { product: true });
  const open = await openConfiguredWarehouse(config, { signal: shell.signal });
  try {
    await checkConnection(open.warehouse);
    await assertMigrated(open.warehouse, configuredResources(config));
    await assertPrivileges(open.warehouse);
    const options = tokensOptions(config, open, { logger });
    const ask = flags.manual ? askForPaste : askForCallback;
    const consent = await ask({
      ...options,
      place,
      state: randomBytes(STATE_BYTES).toString("base64url"),
      shell,
    });
    const tokens = await signIn(options, consent, shell.signal);
    await showLogin(config, open, logger, tokens, shell);
  } finally {
    await open.close();
  }
}

interface Question {
  readonly baseUrl: string;
  readonly appId: string;
  readonly place: LoginPlace;
  readonly state: string;
  readonly shell: Shell;
}

async function askForCallback(question: Question): Promise<Consent> {
  const { place, state, shell } = question;
  const callback = await openCallback({ ...place, state });
  try {
    const redirectUri = redirectUriOf(place, callback.port);
    printQuestion(question, redirectUri);
    shell.print(`\nWaiting for the answer on port ${callback.port} of this machine. Ctrl-C ends it.`);
    if (place.isDoubtful)
      shell.print(
        "The redirect URI leads elsewhere: unless something there passes the browser on\nto this port, nothing will arrive. Use --manual then, and paste the address.",
      );
    const code = await awaitUser({ clock: systemClock, signal: shell.signal }, () => callback.code);
    return { code, redirectUri };
  } finally {
    await callback.close();
  }
}

async function askForPaste(question: Question): Promise<Consent> {
  const { place, state, shell } = question;
  const redirectUri = redirectUriOf(place, place.port);
  printQuestion(question, redirectUri);
  shell.print(
    "\nThe browser then goes to the redirect URI; nothing needs to answer there.\nPaste the whole address that it shows then, and press Enter:",
  );
  const code = await awaitUser({ clock: systemClock, signal: shell.signal }, (over) =>
    readPastedCode(process.stdin, state, shell.print, over),
  );
  return { code, redirectUri };
}

function printQuestion({ baseUrl, appId, state, shell }: Question, redirectUri: string): void {
  const url = consentUrl({ baseUrl, appId, redirectUri, scopes: SCOPES, state });
  shell.print(
    [
      "Open this address in a browser, as a Pinterest user who has a role on the ad",
      "accounts (for catalogs: Owner, Admin or Catalogs Manager), and agree:",
      "",
      url.href,
      "",
      "At developers.pinterest.com the app must have this redirect URI, letter by",
      `letter: ${redirectUri}`,
    ].join("\n"),
  );
}

async function showLogin(
  config: Config,
  open: OpenWarehouse,
  logger: Logger,
  tokens: TokenSet,
  shell: Shell,
): Promise<void> {
  const now = Date.now();
  const stored = { seedFingerprint: undefined, tokens, refusal: undefined, unfinishedSince: undefined };
  const missing = describeMissingScopes(findMissingScopes(tokens.scopes), configuredResources(config));
  shell.print("\nLogged in. The tokens are stored, encrypted, in the warehouse.\n");
  shell.print(
    renderFacts([
      ...describeTokens(reportTokens(stored, "stored", now), now),
      ...missing.map((text) => ["missing scope", text] as const),
    ]),
  );
  shell.print(`\n${adviseOnVariables(config)}`);
  const access = await findAccess({ ...config, accessToken: undefined }, open, logger, shell.signal);
  if (access.error) shell.print(`\nThe ad accounts cannot be listed: ${describeError(access.error)}`);
  else shell.print(`\n${renderAccounts(access.accounts)}`);
  if (access.error || access.accounts.length === 0) shell.fail();
}

/** What the variables of this environment do to the tokens that were just stored. */
function adviseOnVariables({ accessToken, refreshToken }: Config): string {
  const lines =
    refreshToken === undefined
      ? [
          "Leave PINTEREST_REFRESH_TOKEN unset wherever this warehouse is loaded from: a",
          "value would replace these tokens.",
        ]
      : [
          "PINTEREST_REFRESH_TOKEN is no longer used. Leave it as it is, or unset it:",
          "another value would replace these tokens.",
        ];
  if (accessToken !== undefined)
    lines.push("PINTEREST_ACCESS_TOKEN is set and beats these tokens: unset it to use them.");
  return lines.join("\n");
}
