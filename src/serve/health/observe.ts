import { ConnectorError } from "../../errors.ts";
import type { Resource } from "../../resources/define.ts";
import { readBriefly } from "../../warehouse/brief-read.ts";
import { describeConnectionError } from "../../warehouse/connection-error.ts";
import type { Warehouse } from "../../warehouse/database.ts";
import { type FreshnessRow, readFreshness } from "../../warehouse/freshness.ts";
import { assertMigrated } from "../../warehouse/migrate.ts";
import { describeReadError } from "../../warehouse/read-error.ts";
import { readStoredToken, type StoredToken } from "../../warehouse/stored-token.ts";
import { readTallies, type Tallies } from "../../warehouse/tallies.ts";
import { share } from "./share.ts";

/** What the warehouse tells whoever looks from outside. */
export interface Books extends Tallies {
  readonly freshness: readonly FreshnessRow[];
  /** Something of ad accounts is to be copied, and there is none that can be. */
  readonly lacksAccounts: boolean;
  /** Undefined when no token was ever stored. */
  readonly token: StoredToken | undefined;
}

/** The warehouse as it was found; of one that cannot be used, why. */
export type Observation =
  | { readonly kind: "unreachable" | "unmigrated"; readonly error: ConnectorError }
  | { readonly kind: "read"; readonly books: Books };

export interface ObserveOptions {
  readonly warehouse: Warehouse;
  /** What is copied, and is to be fresh. */
  readonly resources: readonly Resource[];
  /** All that tables must fit before a run begins, copied or not; `resources` when absent. */
  readonly declared?: readonly Resource[];
  /** Undefined: every account the token sees. */
  readonly accountIds: readonly string[] | undefined;
  /** Whose tokens are looked at; undefined when a ready-made access token is used. */
  readonly appId: string | undefined;
  /** How long one look may take, waiting for a connection included; 5 seconds when absent. */
  readonly timeoutMs?: number;
  /** Milliseconds on a clock that is never set; that of the machine when absent. */
  readonly elapsed?: () => number;
}

const TIMEOUT_MS = 5000;
/** Probes and scrapers that come at once are answered from one look. */
const KEPT_MS = 1000;
/** Comparing the whole schema is the dearest of all, and it changes with a deployment only. */
const MIGRATED_KEPT_MS = 60_000;

/** Looks at the warehouse over at most one connection at a time, and briefly. Never rejects. */
export function createObserver(options: ObserveOptions): () => Promise<Observation> {
  const { warehouse, resources, declared = resources, accountIds, appId, timeoutMs = TIMEOUT_MS } = options;
  const elapsed = options.elapsed ?? (() => performance.now());
  let migratedUntil = Number.NEGATIVE_INFINITY;

  async function look(brief: Warehouse): Promise<Observation> {
    if (elapsed() >= migratedUntil) {
      const error = await findSchemaProblem(brief, declared);
      if (error) return { kind: "unmigrated", error };
      migratedUntil = elapsed() + MIGRATED_KEPT_MS;
    }
    const freshness = await readFreshness(brief, resources, accountIds);
    const token = appId === undefined ? undefined : await readStoredToken(brief, appId);
    const lacksAccounts =
      resources.some(({ scope }) => scope === "ad_account") &&
      freshness.every(({ scope_id }) => scope_id === "*");
    return { kind: "read", books: { freshness, lacksAccounts, token, ...(await readTallies(brief)) } };
  }

  async function observe(): Promise<Observation> {
    try {
      return await readBriefly(warehouse, timeoutMs, look);
    } catch (error) {
      // Tables may be gone since they were last compared; the next look tells.
      migratedUntil = Number.NEGATIVE_INFINITY;
      const problem = describeReadError(error, warehouse.url);
      if (problem instanceof ConnectorError && problem.code === "schema_missing")
        return { kind: "unmigrated", error: problem };
      return { kind: "unreachable", error: describeConnectionError(problem, warehouse.url) };
    }
  }

  return share(observe, KEPT_MS, elapsed);
}

/** Undefined when a run would find the schema as it must be. */
async function findSchemaProblem(
  warehouse: Warehouse,
  resources: readonly Resource[],
): Promise<ConnectorError | undefined> {
  try {
    await assertMigrated(warehouse, resources);
    return undefined;
  } catch (error) {
    if (error instanceof ConnectorError) return error;
    throw error;
  }
}
