import path from "node:path";
import { type Config, configurationError } from "./config.ts";
import { readOrCreateKey } from "./key-file.ts";
import type { Logger } from "./logger.ts";
import {
  type ClientHooks,
  createPinterest,
  type Pinterest,
  type PinterestOptions,
} from "./pinterest/client.ts";
import type { Clock } from "./pinterest/clock.ts";
import { createTokens, fixedTokens, type Tokens, type TokensOptions } from "./pinterest/tokens.ts";
import { VERSION } from "./version.ts";
import { openWarehouse, type Warehouse } from "./warehouse/database.ts";
import { startEmbedded } from "./warehouse/embedded/start.ts";
import { openTokenStore } from "./warehouse/oauth-tokens.ts";

/** Where the embedded warehouse and what belongs to it lives. */
export const DATA_DIRECTORY = "data";

/** A warehouse with whatever had to be started for it. */
export interface OpenWarehouse {
  readonly warehouse: Warehouse;
  /** Set when the warehouse is the embedded one. */
  readonly embedded: { readonly psql: string; readonly url: string } | undefined;
  /** Closes in reverse order of opening. */
  close(): Promise<void>;
}

/** Connections beside those of the slices: one for bookkeeping and tokens (the run's locks have their own). */
const EXTRA_CONNECTIONS = 1;

/** Opens the database that `config` names, or starts the embedded one. */
export async function openConfiguredWarehouse(
  config: Pick<Config, "databaseUrl" | "schema" | "file">,
  options: { directory?: string; signal: AbortSignal },
): Promise<OpenWarehouse> {
  const connections = config.file.concurrency + EXTRA_CONNECTIONS;
  if (config.databaseUrl !== undefined) {
    const warehouse = openWarehouse({ url: config.databaseUrl, schema: config.schema, connections });
    return { warehouse, embedded: undefined, close: () => warehouse.close() };
  }
  const directory = path.join(options.directory ?? DATA_DIRECTORY, "postgres");
  const server = await startEmbedded({ directory, signal: options.signal });
  const warehouse = openWarehouse({ url: server.url, schema: config.schema, connections });
  return {
    warehouse,
    embedded: server,
    async close() {
      await warehouse.close();
      await server.stop();
    },
  };
}

export interface PinterestContextOptions extends ClientHooks {
  readonly logger: Logger;
  readonly onWait?: PinterestOptions["onWait"];
  /** The machine's when absent. */
  readonly clock?: Clock;
  /** Folder of the generated encryption key, beside the embedded warehouse. */
  readonly directory?: string;
}

/** Opens the client of Pinterest with the tokens that `config` and the warehouse hold. */
export function openPinterest(
  config: Config,
  open: OpenWarehouse,
  options: PinterestContextOptions,
): Pinterest {
  return createPinterest({
    baseUrl: config.apiUrl,
    version: VERSION,
    tokens: openTokens(config, open, options),
    logger: options.logger,
    rateLimitBudgetMs: config.file.rate_limit.max_wait_minutes * 60_000,
    onCall: options.onCall,
    onWaited: options.onWaited,
    onQuota: options.onQuota,
    ...(options.onWait ? { onWait: options.onWait } : {}),
    ...(options.clock ? { clock: options.clock } : {}),
  });
}

/** An answer that is not waited for may hold the only token that still works: the one that was sent is void by then. */
const TOKEN_TIMEOUTS = { connect: 10_000, response: 90_000, request: 120_000 };

/** What is missing of the credentials, each with its fix; empty when a token can be had. */
export function findCredentialProblems(config: Config): string[] {
  if (config.accessToken !== undefined) return [];
  const problems: string[] = [];
  if (config.appId === undefined)
    problems.push("PINTEREST_APP_ID is not set; it is on the page of your app at developers.pinterest.com");
  if (config.appSecret === undefined)
    problems.push(
      "PINTEREST_APP_SECRET is not set; it is on the page of your app at developers.pinterest.com",
    );
  if (config.databaseUrl !== undefined && config.encryptionKey === undefined)
    problems.push("TOKEN_ENCRYPTION_KEY is not set; make one with: openssl rand -base64 32, and keep it");
  return problems;
}

function openTokens(config: Config, open: OpenWarehouse, options: PinterestContextOptions): Tokens {
  if (config.accessToken !== undefined) return fixedTokens(config.accessToken);
  return createTokens(tokensOptions(config, open, options));
}

/** Everything that is needed to get tokens from Pinterest and to keep them; throws `configuration` for what is missing. */
export function tokensOptions(
  config: Config,
  { warehouse }: OpenWarehouse,
  options: Pick<PinterestContextOptions, "logger" | "directory" | "clock">,
): TokensOptions {
  const problems = findCredentialProblems({ ...config, accessToken: undefined });
  if (problems.length > 0 || !config.appId || !config.appSecret) throw configurationError(problems);
  const encryptionKey = config.encryptionKey ?? readOrCreateKey(options.directory ?? DATA_DIRECTORY);
  const { appId, appSecret, refreshToken, apiUrl } = config;
  const store = openTokenStore({ knex: warehouse.knex, schema: warehouse.schema, encryptionKey, appId });
  return {
    baseUrl: apiUrl,
    appId,
    appSecret,
    seedRefreshToken: refreshToken,
    timeouts: TOKEN_TIMEOUTS,
    store,
    version: VERSION,
    logger: options.logger,
    ...(options.clock ? { clock: options.clock } : {}),
  };
}
