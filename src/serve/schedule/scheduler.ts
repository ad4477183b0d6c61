import { asConnectorError, ConnectorError } from "../../errors.ts";
import type { Logger } from "../../logger.ts";
import type { ScheduleName } from "../../schedules.ts";
import type { ServiceSettings } from "../../service-config.ts";
import type { RunReport } from "../../sync/run.ts";
import type { SyncRequest } from "../../sync/run-state.ts";
import { asWarehouseError } from "../../warehouse/connection-error.ts";
import type { Warehouse } from "../../warehouse/database.ts";
import type { RunLocks } from "../../warehouse/locks.ts";
import { findRunUnderWay } from "../../warehouse/runs.ts";
import {
  describeSchedule,
  markHandled,
  noteRun,
  readScheduler,
  readSchedules,
  reportScheduler,
} from "../../warehouse/schedules.ts";
import { findDue } from "./due.ts";
import type { Leadership } from "./leadership.ts";
import { createObstacles, needsPerson } from "./obstacles.ts";
import { createRepetitions } from "./repetitions.ts";
import { requestFor } from "./scheduled-request.ts";
import type { SchedulerState } from "./scheduler-state.ts";

export interface SchedulerOptions {
  /** Identifies this process in the books; a UUID. */
  readonly id: string;
  readonly version: string;
  readonly warehouse: Warehouse;
  readonly leadership: Leadership;
  readonly settings: ServiceSettings;
  /** A request for everything that is configured, with trigger `schedule`. */
  readonly everything: SyncRequest;
  /** One run; see `runSync`. */
  readonly run: (request: SyncRequest, locks: RunLocks) => Promise<RunReport>;
  /** Sees to a usable token; throws `token_…` when there is none. Bounded in time, for the schedule waits for it. */
  readonly ensureToken: () => Promise<void>;
  /** What else is to be done from time to time while this process leads. Bounded in time; never throws. */
  readonly maintain: () => Promise<void>;
  /** Told how each look ended; of failed ones only while this process leads. Bounded in time; never throws. */
  readonly onLook: (problem: ConnectorError | undefined) => Promise<void>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly logger: Logger;
  /** Aborted when the process is to end. */
  readonly signal: AbortSignal;
  /** How long a beat may take before connections are cut while no run needs them; 150 seconds when absent. */
  readonly hangingMs?: number;
}

/** Runs what is due. Beats are idempotent: what is due follows from the clock and the books alone. */
export interface Scheduler {
  /** Looks once: takes or keeps the lead, starts what is due unless a run is under way. Never rejects. */
  beat(): Promise<void>;
  /** Resolves when no run is under way. */
  idle(): Promise<void>;
  state(): SchedulerState;
  /** Waits for the run that the signal has stopped, and gives the lead away. */
  close(): Promise<void>;
}

/**
 * A beat takes milliseconds; with a token endpoint, a webhook and a sweep that take as long as they may it takes two
 * minutes. One that takes longer waits for a database that does not answer.
 */
const HANGING_MS = 150_000;
/** A run that cannot even be recorded fails sooner. */
const UNDER_WAY_MS = 60_000;
const STOP_PATIENCE_MS = 1000;

export function createScheduler(options: SchedulerOptions): Scheduler {
  const { warehouse, settings, now, logger, signal, hangingMs = HANGING_MS } = options;
  let role: SchedulerState["role"] = "starting";
  let holder: string | undefined;
  let running: SchedulerState["running"];
  let lookedAt: number | undefined;
  let beating: Promise<void> | undefined;
  let run: Promise<void> = Promise.resolve();
  let described = false;
  /** The last run failed by the token, and nothing has told since whether there is a better one. */
  let distrusted = false;
  const obstacles = createObstacles(logger);
  const repetitions = createRepetitions();

  /** Whether this process runs the schedule. */
  async function look(): Promise<boolean> {
    const locks = await options.leadership.claim();
    if (!locks) {
      await standBy();
      return false;
    }
    if (role !== "active") logger.info({ former_holder: holder }, "this process runs the schedule");
    role = "active";
    holder = undefined;
    await report();
    if (!described) await describeSchedules(warehouse, settings);
    described = true;
    if (!running) await startDue(locks);
    return true;
  }

  function report(): Promise<void> {
    const { id, version } = options;
    return reportScheduler(warehouse, { id, version, waitsFor: blocked()?.message });
  }

  /** A run that has been under way for a while has come past what was in the way of the one before. */
  function blocked(): SchedulerState["blocked"] {
    return obstacles.current(running !== undefined && now() - running.since >= UNDER_WAY_MS ? ["run"] : []);
  }

  async function standBy(): Promise<void> {
    const other = await readScheduler(warehouse);
    const known = holder;
    holder = other
      ? `process ${other.pid} on ${other.host}, since ${other.started_at.toISOString()}`
      : "another process";
    if (role !== "standby" || known !== holder) logger.warn({ holder }, "another process runs the schedule");
    role = "standby";
    repetitions.forget();
    obstacles.note("start", undefined);
    obstacles.note("run", undefined);
  }

  async function startDue(locks: RunLocks): Promise<void> {
    const at = now();
    const due = findDue(settings.schedules, repetitions.heed(await readSchedules(warehouse), at), at);
    if (due.length === 0) return obstacles.note("start", undefined);
    const request = requestFor(due, options.everything, settings.recentDays);
    // A configuration may copy nothing that this schedule is for.
    if (request.resources.length === 0) return markHandled(warehouse, due, at, undefined);
    const obstacle = await findObstacle(locks);
    obstacles.note("start", obstacle);
    if (obstacle) distrusted = false;
    if (obstacle || signal.aborted) return;
    running = { schedules: due, since: at };
    run = carryOut(request, due, at, locks).finally(() => {
      running = undefined;
    });
  }

  /** What would make a run fail from the start; it stays due. */
  async function findObstacle(locks: RunLocks): Promise<ConnectorError | undefined> {
    const other = await findRunUnderWay(warehouse, locks);
    if (other)
      return new ConnectorError(
        "already_running",
        `A ${other.trigger} (run ${other.id}, process ${other.pid} on ${other.host}) runs since ${other.started_at.toISOString()}`,
        { nextStep: "Nothing needs to be done: what is due is run when it ends." },
      );
    try {
      await options.ensureToken();
      return undefined;
    } catch (error) {
      const problem = asConnectorError(error);
      if (needsPerson(problem.code)) return problem;
      // Whatever else it is, the run meets it too, keeps books about it and is repeated.
      logger.debug({ err: error }, "token not checked");
      return undefined;
    }
  }

  async function carryOut(
    request: SyncRequest,
    due: readonly ScheduleName[],
    at: number,
    locks: RunLocks,
  ): Promise<void> {
    try {
      const report = await options.run(request, locks);
      obstacles.note("run", undefined);
      // Interrupted: the next start makes up for it.
      if (report.status === "interrupted" || signal.aborted) return;
      const suspicious = report.error !== undefined && needsPerson(report.error.code);
      // Once: the next look finds out whether there is a token that works, and waits for one.
      if (suspicious && !distrusted) {
        distrusted = true;
        return;
      }
      distrusted = suspicious;
      const { again, told, at: next } = repetitions.judge(report, due, at, now());
      if (next !== undefined)
        logger.warn(
          { run_id: report.id, schedules: again, at: new Date(next).toISOString() },
          "scheduled run is to be repeated",
        );
      const done = due.filter((name) => !again.includes(name));
      if (done.length > 0) await markHandled(warehouse, done, at, report.id);
      if (told.length > 0) await noteRun(warehouse, told, report.id);
    } catch (error) {
      // Not even recorded: the database is away, cannot be written or does not fit. It stays due.
      if (!signal.aborted) obstacles.note("run", asWarehouseError(error, warehouse.url));
    }
  }

  async function beat(): Promise<void> {
    // What hangs while no run is under way, or when it has ended, hangs on connections that a run would need.
    const hanging = setInterval(() => {
      if (!running) warehouse.cutConnections();
    }, hangingMs);
    try {
      const leads = await look();
      // Before anybody is told what is in the way: this look was not.
      obstacles.note("look", undefined);
      if (leads) await report();
      lookedAt = now();
      if (!signal.aborted) await options.onLook(undefined);
      if (leads && !signal.aborted) await options.maintain();
    } catch (error) {
      if (signal.aborted) return;
      const problem = asWarehouseError(error, warehouse.url);
      obstacles.note("look", problem);
      if (role === "active") await options.onLook(problem);
    } finally {
      clearInterval(hanging);
    }
  }

  return {
    beat: () => {
      // A beat that hangs on a slow database is not joined by others.
      beating ??= beat().finally(() => {
        beating = undefined;
      });
      return beating;
    },
    idle: () => run,
    state: () => ({ role, holder, running, blocked: blocked(), lookedAt }),
    async close() {
      await run;
      const hanging = setTimeout(() => warehouse.cutConnections(), STOP_PATIENCE_MS);
      await beating;
      clearTimeout(hanging);
      role = "stopped";
      await options.leadership.close();
    },
  };
}

async function describeSchedules(warehouse: Warehouse, { schedules }: ServiceSettings): Promise<void> {
  const known = await readSchedules(warehouse);
  const off = known.filter(({ schedule }) => ![...schedules.keys()].some((name) => name === schedule));
  for (const { schedule } of off)
    await describeSchedule(warehouse, { schedule, expression: null, timezone: null });
  for (const [schedule, cron] of schedules) await describeSchedule(warehouse, { schedule, ...cron });
}
