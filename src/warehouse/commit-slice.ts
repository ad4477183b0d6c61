import type { Client } from "pg";
import { ConnectorError } from "../errors.ts";
import type { AnalyticsResource, ListResource, Resource } from "../resources/define.ts";
import type { Way } from "../window.ts";
import { advanceCursor } from "./cursors.ts";
import { inTransaction } from "./database.ts";
import { type Drift, recordDrift } from "./drift.ts";
import { recordLoadedDays } from "./loaded-days.ts";
import { lockKey, sliceLock, windowLocks } from "./locks.ts";
import { countLiveRows, type MergeCounts, mergeStage } from "./merge.ts";
import { RUNS } from "./names.ts";
import { forgetAcceptedMetrics } from "./refused-metrics.ts";
import { keepRejected } from "./rejected.ts";
import { countWindowRows, type MetricsWindow, rejectOutside, replaceWindow } from "./replace-window.ts";
import { markSliceSucceeded, type SliceTally } from "./slices.ts";
import type { Stage, StageCounts } from "./stage.ts";

/** So many rows make an empty answer suspicious. */
const SUSPICIOUS_ROWS = 100;

/** What the commit of any slice needs. */
interface SliceCommit {
  readonly client: Client;
  readonly schema: string;
  readonly stage: Stage;
  readonly runId: string;
  readonly sliceId: number;
  readonly tally: SliceTally;
  readonly drift: Drift;
  /** Take an empty answer for the truth even where many rows stand. */
  readonly acceptEmpty: boolean;
}

export interface ListCommit extends SliceCommit {
  readonly resource: ListResource;
  /** Account or owner; undefined when the resource is asked once for all. */
  readonly scopeId: string | undefined;
  /** False when only some entities were asked for, so that absence means nothing. Default: whatever the list is. */
  readonly complete?: boolean;
}

export interface AnalyticsCommit extends SliceCommit, MetricsWindow {
  readonly resource: AnalyticsResource;
  readonly method: Way;
  /** Columns of the table that were asked for; other metrics keep their values. */
  readonly asked: readonly string[];
  /** Targeting types that were not asked for; their rows stay. Default: none. */
  readonly unaskedTypes?: readonly string[];
  /** Of the reports that were read: what is kept of them is deleted. */
  readonly fingerprints: readonly string[];
}

/**
 * The one transaction that makes a slice of a list visible: rows, rejected records, drift, cursor and the
 * slice's own bookkeeping, all or nothing. Throws `suspiciously_empty` when nothing readable came where
 * many rows stand, and `run_superseded` when another run has declared this one dead.
 */
export async function commitSlice(commit: ListCommit): Promise<MergeCounts> {
  const { client, resource, scopeId, runId } = commit;
  const complete = commit.complete ?? resource.listing === "full";
  const counts = await commit.stage.flush();
  const turns = [sliceLock(resource.name, scopeId ?? "*")];
  return commitTogether(commit, scopeId ?? "*", turns, async () => {
    if (complete && counts.identified === 0 && !commit.acceptEmpty)
      refuseSuspicion(commit, await countLiveRows(client, resource, scopeId));
    const merged = await mergeStage(client, resource, counts, { runId, scopeId, complete });
    commit.tally.recordsRejected = counts.rejected;
    // A few entities asked by id say nothing about how fresh the list is.
    if (complete || resource.listing === "first_page")
      await advanceCursor(client, resource, scopeId ?? "*", runId);
    await markSliceSucceeded(client, commit.sliceId, commit.tally, merged);
    return merged;
  });
}

/**
 * The same for a window of metrics, whose rows are replaced; its days count as loaded from then on. Throws
 * `suspiciously_empty` when no row of the window came that can be identified where many stand.
 */
export async function commitAnalyticsSlice(commit: AnalyticsCommit): Promise<MergeCounts> {
  const { client, resource, adAccountId, runId, window, tally } = commit;
  const flushed = await commit.stage.flush();
  return commitTogether(commit, adAccountId, windowLocks(resource.name, commit), async () => {
    const counts = withoutOutside(flushed, await rejectOutside(client, resource, window));
    if (counts.identified === 0 && !commit.acceptEmpty)
      refuseSuspicion(commit, await countWindowRows(client, resource, commit));
    const merged = await replaceWindow(client, resource, counts, commit);
    tally.recordsRejected = counts.rejected;
    await recordLoadedDays(client, commit);
    await forgetAcceptedMetrics(client, commit);
    await advanceCursor(client, resource, adAccountId, runId, window.to);
    await markSliceSucceeded(client, commit.sliceId, tally, merged, commit.method);
    return merged;
  });
}

async function commitTogether(
  commit: SliceCommit & { readonly resource: Resource },
  scopeId: string,
  turns: readonly string[],
  work: () => Promise<MergeCounts>,
): Promise<MergeCounts> {
  const { client, resource, runId } = commit;
  return inTransaction(client, async () => {
    await takeTurn(commit, turns);
    const merged = await work();
    await keepRejected(client, resource, { runId, scopeId });
    await recordDrift(client, resource, runId, commit.drift);
    return merged;
  });
}

/**
 * A run that was taken for dead must not write any more, and one that is killed in the middle of its
 * merge must not meet its successor's: the run's row is held until the end, the slice's lock as well.
 */
async function takeTurn({ client, schema, runId }: SliceCommit, turns: readonly string[]): Promise<void> {
  // In one order for all, so that two slices of which each waits for the other cannot be.
  for (const turn of turns)
    await client.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [
      lockKey(schema, `merge:${turn}`),
    ]);
  const { rows } = await client.query(`select status from ${RUNS} where id = $1 for share`, [runId]);
  if (rows[0]?.status !== "running")
    throw new ConnectorError(
      "run_superseded",
      "Another run took this one for dead and went on in its place",
      {
        nextStep: "Nothing is lost. If this process was paused for long, give it more memory or CPU.",
      },
    );
}

/** Rows of other days say nothing about those that were asked for. */
function withoutOutside(counts: StageCounts, outside: number): StageCounts {
  return {
    ...counts,
    staged: counts.staged - outside,
    rejected: counts.rejected + outside,
    identified: counts.identified - outside,
  };
}

function refuseSuspicion({ resource, tally }: ListCommit | AnalyticsCommit, standing: number): void {
  if (standing < SUSPICIOUS_ROWS) return;
  throw new ConnectorError(
    "suspiciously_empty",
    `Pinterest listed no ${resource.name}${tally.records > 0 ? " that can be read" : ""} where ${standing} rows stand; nothing was changed`,
    { nextStep: "Look into Ads Manager. If it is true, run again with --accept-empty." },
  );
}
