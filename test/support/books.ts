import { execute } from "./database.ts";

/** A run as it stands in the books, with what became of its slices. */
export interface RunInBooks {
  readonly id: string;
  readonly pid: number;
  readonly status: string;
  readonly finished: boolean;
  /** How many slices have each status. */
  readonly slices: Readonly<Record<string, number>>;
}

/** The runs of the warehouse in schema public, oldest first. */
export async function readRuns(url: string): Promise<RunInBooks[]> {
  const rows = await execute(
    url,
    `select r.id, r.pid::int, r.status, r.finished_at is not null as finished,
            coalesce((select jsonb_object_agg(status, count) from (
              select status, count(*) from pinterest_ads_sync_slices where run_id = r.id group by 1) as s), '{}') as slices
       from pinterest_ads_sync_runs r order by r.started_at`,
  );
  return rows as unknown as RunInBooks[];
}

/** Connections that the program has open to the database, with what they do. */
export async function readConnections(url: string): Promise<Record<string, unknown>[]> {
  return execute(
    url,
    `select pid, state, wait_event_type, query from pg_stat_activity
      where datname = current_database() and application_name = 'pinterest-ads-warehouse'`,
  );
}

/** Staging tables that are left over, in whatever schema. */
export async function readStages(url: string): Promise<string[]> {
  const rows = await execute(
    url,
    "select relnamespace::regnamespace || '.' || relname as name from pg_class where relname ~ 'stag(e|ing)' and relname ~ 'pinterest'",
  );
  return rows.map(({ name }) => String(name));
}
