import type { Client } from "pg";
import { ConnectorError } from "../errors.ts";
import type { Resource } from "../resources/define.ts";
import { advanceCursor } from "./cursors.ts";
import { inTransaction } from "./database.ts";
import { type Drift, recordDrift } from "./drift.ts";
import { lockKey, sliceLock } from "./locks.ts";
import { countLiveRows, type MergeCounts, mergeStage } from "./merge.ts";
import { RUNS } from "./names.ts";
import { keepRejected } from "./rejected.ts";
import { markSliceSucceeded, type SliceTally } from "./slices.ts";
import type { Stage } from "./stage.ts";

/** So many live rows make an empty answer suspicious. */
const SUSPICIOUS_ROWS = 100;

export interface SliceCommit {
  readonly client: Client;
  readonly schema: string;
  readonly resource: Resource;
  readonly stage: Stage;
  readonly runId: string;
  readonly sliceId: number;
  readonly scopeId: string | undefined;
  readonly tally: SliceTally;
  readonly drift: Drift;
  /** Take an empty answer for the truth even where many rows stand. */
  readonly acceptEmpty: boolean;
}

/**
 * The one transaction that makes a slice visible: rows, rejected records, drift, cursor and the
 * slice's own bookkeeping, all or nothing. Throws `suspiciously_empty` when nothing readable came where
 * many rows stand, and `run_superseded` when another run has declared this one dead.
 */
export async function commitSlice(commit: SliceCommit): Promise<MergeCounts> {
  const { client, resource, stage, runId, scopeId, tally } = commit;
  const counts = await stage.flush();
  tally.recordsRejected = counts.rejected;
  const complete = resource.listing === "full";
  return inTransaction(client, async () => {
    await takeTurn(commit);
    if (complete && counts.identified === 0 && !commit.acceptEmpty) await refuseSuspicion(commit);
    const merged = await mergeStage(client, resource, counts, { runId, scopeId, complete });
    await keepRejected(client, resource, commit);
    await recordDrift(client, resource, runId, commit.drift);
    await advanceCursor(client, resource, scopeId ?? "*", runId);
    await markSliceSucceeded(client, commit.sliceId, tally, merged);
    return merged;
  });
}

/**
 * A run that was taken for dead must not write any more, and one that is killed in the middle of its
 * merge must not meet its successor's: the run's row is held until the end, the slice's lock as well.
 */
async function takeTurn({ client, schema, resource, runId, scopeId }: SliceCommit): Promise<void> {
  const name = `merge:${sliceLock(resource.name, scopeId ?? "*")}`;
  await client.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [lockKey(schema, name)]);
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

async function refuseSuspicion({ client, resource, scopeId, tally }: SliceCommit): Promise<void> {
  const live = await countLiveRows(client, resource, scopeId);
  if (live < SUSPICIOUS_ROWS) return;
  throw new ConnectorError(
    "suspiciously_empty",
    `Pinterest listed no ${resource.name}${tally.records > 0 ? " that can be read" : ""} where ${live} rows stand; nothing was changed`,
    { nextStep: "Look into Ads Manager. If it is true, run again with --accept-empty." },
  );
}
