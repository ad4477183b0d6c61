import { randomUUID } from "node:crypto";
import type { Client } from "pg";
import type { ListResource, Resource } from "../../src/resources/define.ts";
import { emptyTally } from "../../src/sync/slice.ts";
import { commitSlice } from "../../src/warehouse/commit-slice.ts";
import { openWarehouse, type Warehouse, withConnection } from "../../src/warehouse/database.ts";
import type { Drift } from "../../src/warehouse/drift.ts";
import type { MergeCounts } from "../../src/warehouse/merge.ts";
import { migrate } from "../../src/warehouse/migrate.ts";
import { compileParser, isRejection } from "../../src/warehouse/parse-record.ts";
import { startRun } from "../../src/warehouse/runs.ts";
import { insertPlannedSlices } from "../../src/warehouse/slices.ts";
import { openStage } from "../../src/warehouse/stage.ts";
import { createDatabase } from "./database.ts";

export interface TestWarehouse {
  readonly warehouse: Warehouse;
  readonly url: string;
  query<T extends object = Record<string, unknown>>(sql: string, ...values: readonly unknown[]): Promise<T[]>;
  close(): Promise<void>;
}

/** A database of its own, migrated for `resources`. */
export async function openTestWarehouse(
  resources: readonly Resource[],
  schema = "public",
): Promise<TestWarehouse> {
  const database = await createDatabase();
  const warehouse = openWarehouse({ url: database.url, schema, connections: 6 });
  await migrate(warehouse, resources);
  return {
    warehouse,
    url: database.url,
    query: (sql, ...values) =>
      withConnection(warehouse, async (client) => (await client.query(sql, [...values])).rows),
    async close() {
      await warehouse.close();
      await database.drop();
    },
  };
}

export async function beginRun(warehouse: Warehouse): Promise<string> {
  const id = randomUUID();
  await startRun(warehouse, { id, trigger: "sync", request: {}, version: "0.0.0" });
  return id;
}

export interface Load {
  readonly resource: ListResource;
  /** Account or owner; undefined for a resource that is asked once. */
  readonly scopeId: string | undefined;
  readonly records: readonly unknown[];
  /** What the parent gives, beside the scope. */
  readonly given?: Readonly<Record<string, string>>;
  readonly runId?: string;
  readonly acceptEmpty?: boolean;
  /** False: only some entities were asked for. */
  readonly complete?: boolean;
  /** Called when everything is staged, before the commit begins. */
  readonly beforeCommit?: (client: Client) => Promise<void>;
}

/** Loads records as a slice of a run does: parse, stage, commit. */
export async function load(warehouse: Warehouse, load: Load): Promise<MergeCounts> {
  return withConnection(warehouse, (client) => loadOn(client, warehouse, load));
}

/** The same on a connection of your choice. */
export async function loadOn(client: Client, warehouse: Warehouse, load: Load): Promise<MergeCounts> {
  const { resource, scopeId, records } = load;
  const runId = load.runId ?? (await beginRun(warehouse));
  const [sliceId] = await insertPlannedSlices(warehouse, runId, [identify(resource, scopeId)]);
  const prefix = resource.scope === "owner" ? "owner_user_id" : "ad_account_id";
  const given = { ...(scopeId === undefined ? {} : { [prefix]: scopeId }), ...load.given };
  const tally = { ...emptyTally(), records: records.length };
  const drift: Drift = new Map();
  const parse = compileParser(resource);
  const stage = await openStage(client, resource);
  try {
    for (const record of records) {
      const parsed = parse(record, given);
      if (isRejection(parsed)) await stage.reject(parsed);
      else {
        for (const { field, type } of parsed.drift) drift.set(field, { type, records: 1 });
        await stage.add(parsed);
      }
    }
    await load.beforeCommit?.(client);
    return await commitSlice({
      client,
      schema: warehouse.schema,
      resource,
      stage,
      runId,
      sliceId: sliceId ?? Number.NaN,
      scopeId,
      tally,
      drift,
      acceptEmpty: load.acceptEmpty ?? false,
      ...(load.complete === undefined ? {} : { complete: load.complete }),
    });
  } finally {
    await stage.drop();
  }
}

function identify({ name, scope }: Resource, scopeId: string | undefined) {
  return {
    resource: name,
    adAccountId: scope === "ad_account" ? scopeId : undefined,
    ownerUserId: scope === "owner" ? scopeId : undefined,
  };
}
