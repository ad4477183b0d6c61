import type { Client } from "pg";
import { asConnectorError, ConnectorError } from "../errors.ts";
import type { Resource } from "../resources/define.ts";
import { commitSlice } from "../warehouse/commit-slice.ts";
import { errorCode, withConnection } from "../warehouse/database.ts";
import type { Drift } from "../warehouse/drift.ts";
import { readParentValues } from "../warehouse/parents.ts";
import { compileParser, isRejection } from "../warehouse/parse-record.ts";
import { markSliceRunning, type SliceTally } from "../warehouse/slices.ts";
import { openStage, type Stage } from "../warehouse/stage.ts";
import type { SliceResult } from "./events.ts";
import { interruption, pause } from "./interruption.ts";
import { type Slice, scopeId } from "./plan.ts";
import type { PlannedSlice, Run } from "./run-state.ts";

/** Objects used as maps may bring a new field name with each record; so many are drift enough to look into. */
const DRIFT_FIELDS_MAX = 1000;
/** A database that restarts or fails over is back within seconds; Pinterest's own failures are retried per request. */
const DATABASE_ATTEMPTS = 3;
const DATABASE_PAUSE_MS = 1000;
/** Connection exceptions, shutdowns, deadlocks and serialization failures: the same again may work. */
const RETRYABLE_DATABASE_ERROR =
  /^(?:08|57P0|40001|40P01|53300|ECONNRESET|EPIPE|ECONNREFUSED|ETIMEDOUT|EHOSTUNREACH)/;
/** What pg and knex say without a code of a connection that is gone or not to be had. */
const LOST_CONNECTION = /^Connection terminated|not queryable|Timeout acquiring a connection/;

export function emptyTally(): SliceTally {
  return { attempts: 0, pages: 0, records: 0, recordsRejected: 0, textsRepaired: 0, apiCalls: 0 };
}

/**
 * Loads one slice: all of it or nothing. Pages are staged outside any transaction and made visible by
 * one; a crash anywhere leaves the table as it was. `tally` is counted up as the work goes on, so
 * that a failed slice tells how far it came.
 */
export async function runSlice(run: Run, slice: PlannedSlice, tally: SliceTally): Promise<SliceResult> {
  for (;;) {
    tally.attempts += 1;
    Object.assign(tally, { pages: 0, records: 0, recordsRejected: 0, textsRepaired: 0 });
    try {
      return await withConnection(run.warehouse, (client) => attemptSlice(run, slice, tally, client));
    } catch (error) {
      if (run.signal.aborted) throw interruption(run.signal);
      if (!isRetryable(error) || tally.attempts >= DATABASE_ATTEMPTS) throw asConnectorError(error);
      run.logger.warn(
        { resource: slice.resource.name, attempt: tally.attempts, err: error },
        "slice repeated",
      );
      await pause(DATABASE_PAUSE_MS * tally.attempts, run.signal);
    }
  }
}

async function attemptSlice(
  run: Run,
  slice: PlannedSlice,
  tally: SliceTally,
  client: Client,
): Promise<SliceResult> {
  await markSliceRunning(client, slice.id);
  const stage = await openStage(client, slice.resource);
  const drift: Drift = new Map();
  try {
    await stagePages(run, slice, client, stage, tally, drift);
    run.signal.throwIfAborted();
    const merged = await commitSlice({
      client,
      schema: run.warehouse.schema,
      resource: slice.resource,
      stage,
      runId: run.id,
      sliceId: slice.id,
      scopeId: scopeId(slice),
      tally,
      drift,
      acceptEmpty: run.request.acceptEmpty,
    });
    return { tally, merged, drift };
  } finally {
    // What is left over here goes with the connection, or with the next slice that opens a stage on it.
    await stage.drop().catch((error) => run.logger.debug({ err: error }, "stage not dropped"));
  }
}

async function stagePages(
  run: Run,
  slice: Slice,
  client: Client,
  stage: Stage,
  tally: SliceTally,
  drift: Drift,
): Promise<void> {
  const parse = compileParser(slice.resource);
  for (const listing of await planListings(slice, client)) {
    const pages = run.pinterest.list({
      path: listing.path,
      query: listing.query,
      category: slice.resource.category,
      oauthScopes: slice.resource.oauthScopes,
      emptyAnswers: slice.resource.emptyAnswers ?? [],
      firstPageOnly: slice.resource.listing === "first_page",
      signal: run.signal,
      onCall: () => {
        tally.apiCalls += 1;
      },
    });
    for await (const page of pages) {
      tally.pages += 1;
      tally.records += page.items.length;
      for (const record of page.items) {
        const parsed = parse(record, listing.given);
        if (isRejection(parsed)) await stage.reject(parsed);
        else {
          tally.textsRepaired += parsed.textsRepaired;
          for (const { field, type } of parsed.drift) countDrift(drift, field, type);
          const full = stage.add(parsed);
          // Waiting for each row would cost more than loading it.
          if (full) await full;
        }
      }
      run.onEvent({ kind: "records", count: page.items.length });
    }
  }
}

/** One listing per parent, or one in all. */
interface Listing {
  readonly path: string;
  readonly query: Record<string, string | readonly string[]>;
  readonly given: Record<string, string>;
}

async function planListings(slice: Slice, client: Client): Promise<Listing[]> {
  const { resource } = slice;
  const scope = scopeId(slice);
  const given: Record<string, string> = {};
  if (slice.adAccountId !== undefined && resource.scope === "ad_account")
    given["ad_account_id"] = slice.adAccountId;
  if (slice.ownerUserId !== undefined) given["owner_user_id"] = slice.ownerUserId;
  const query = { ...resource.query };
  if (resource.scope === "owner" && slice.adAccountId !== undefined)
    query["ad_account_id"] = slice.adAccountId;
  if (!resource.parent || scope === undefined)
    return [{ path: fillPath(resource.path, given), query, given }];
  const { parameter } = resource.parent;
  const values = await readParentValues(client, resource, scope);
  return values.map((value) => {
    const all = { ...given, [parameter]: value };
    const inPath = resource.path.includes(`{${parameter}}`);
    return {
      path: fillPath(resource.path, all),
      query: inPath ? query : { ...query, [parameter]: value },
      given: isGivenColumn(resource, parameter) ? all : given,
    };
  });
}

function fillPath(path: string, values: Readonly<Record<string, string>>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`${path} needs ${name}`);
    return encodeURIComponent(value);
  });
}

function isGivenColumn(resource: Resource, name: string): boolean {
  return resource.columns.some((column) => column.given && column.name === name);
}

function countDrift(drift: Drift, field: string, type: string): void {
  const seen = drift.get(field);
  if (!seen && drift.size >= DRIFT_FIELDS_MAX) return;
  drift.set(field, { type, records: (seen?.records ?? 0) + 1 });
}

function isRetryable(error: unknown): boolean {
  if (error instanceof ConnectorError || !(error instanceof Error)) return false;
  const code = errorCode(error);
  return code ? RETRYABLE_DATABASE_ERROR.test(code) : LOST_CONNECTION.test(error.message);
}
