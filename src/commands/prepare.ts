import type { Config } from "../config.ts";
import type { OpenWarehouse } from "../context.ts";
import { ConnectorError } from "../errors.ts";
import type { Logger } from "../logger.ts";
import { pause } from "../sync/interruption.ts";
import { errorCode } from "../warehouse/connection-error.ts";
import { checkConnection } from "../warehouse/database.ts";
import { assertMigrated, migrate } from "../warehouse/migrate.ts";
import { configuredResources } from "./select.ts";

/** Started together with its database, the connector is often the faster one. */
const PATIENCE_MS = 60_000;
const PAUSE_MS = 1000;
/** What a database that is not up yet answers, or the network in front of it. */
const STARTING: ReadonlySet<string | undefined> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ETIMEDOUT",
  "EAI_AGAIN",
  "ENOTFOUND",
  "57P03",
]);

/**
 * Sees to a warehouse that can be loaded into: waits a minute for a database that is starting, and migrates it if
 * MIGRATE_ON_START says so. Throws what is wrong otherwise.
 */
export async function prepareWarehouse(
  config: Config,
  { warehouse }: OpenWarehouse,
  logger: Logger,
  signal: AbortSignal,
  patienceMs = PATIENCE_MS,
): Promise<void> {
  const deadline = Date.now() + patienceMs;
  let told = false;
  for (;;) {
    try {
      await checkConnection(warehouse);
      break;
    } catch (error) {
      if (!isStarting(error) || Date.now() >= deadline) throw error;
      if (!told) logger.warn({ error: error.message }, "waiting for the database");
      told = true;
    }
    await pause(PAUSE_MS, signal);
  }
  const resources = configuredResources(config);
  if (!config.migrateOnStart) return assertMigrated(warehouse, resources);
  const { migrations, statements } = await migrate(warehouse, resources, { signal });
  logger.info({ schema: config.schema, migrations, statements: statements.length }, "warehouse migrated");
}

function isStarting(error: unknown): error is ConnectorError {
  return error instanceof ConnectorError && STARTING.has(errorCode(error.cause));
}
