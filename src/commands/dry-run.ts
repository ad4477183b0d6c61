import type { Config } from "../config.ts";
import { type OpenWarehouse, openPinterest } from "../context.ts";
import { formatCount, plural } from "../counting.ts";
import type { Logger } from "../logger.ts";
import { listAccounts } from "../pinterest/accounts.ts";
import type { Resource } from "../resources/define.ts";
import { checkReach } from "../sync/check-reach.ts";
import { estimateSlices, type SliceEstimate } from "../sync/estimate.ts";
import { type PlannedAccount, planSlices, scopeId, withParents } from "../sync/plan.ts";
import { planMetrics } from "../sync/plan-metrics.ts";
import type { SyncRequest } from "../sync/run-state.ts";
import { sumCalls } from "../sync/trial-quota.ts";
import { readAccounts } from "../warehouse/accounts.ts";
import { checkConnection } from "../warehouse/database.ts";
import { assertMigrated } from "../warehouse/migrate.ts";
import { dayOf } from "../window.ts";
import { describeTrialExcess, renderCalls } from "./calls.ts";
import { configuredResources } from "./select.ts";
import type { Shell } from "./shell.ts";
import { renderTable } from "./table.ts";

interface DryRun {
  readonly config: Config;
  readonly open: OpenWarehouse;
  readonly logger: Logger;
  readonly request: SyncRequest;
  readonly shell: Shell;
}

/** Prints the slices that a run would load and the API calls and time that they need; loads nothing. */
export async function printDryRun(run: DryRun): Promise<void> {
  const { open, request, shell } = run;
  const all = configuredResources(run.config);
  await checkConnection(open.warehouse);
  await assertMigrated(open.warehouse, all);
  await checkReach({ warehouse: open.warehouse, now: Date.now }, request);
  const accounts = await readOrListAccounts(run);
  const listing = all.filter(({ scope }) => scope === "token");
  const wanted = request.backfill ? request.resources : withParents(request.resources, all);
  const planned = [...new Set([...listing, ...wanted])];
  const metrics = await planMetrics(
    {
      request,
      warehouse: open.warehouse,
      now: Date.now,
      accounts: new Map(accounts.map((account) => [account.id, account])),
    },
    planned.filter((resource) => resource.kind === "analytics"),
  );
  const slices = [...planSlices(planned, accounts), ...metrics.slices];
  const context = { warehouse: open.warehouse, settings: request.analytics, today: dayOf(Date.now()) };
  const estimates = await estimateSlices(context, slices);
  shell.print(renderPlan(estimates, planned, request.resources));
  if (metrics.loadedBefore > 0)
    shell.print(
      `\n${plural(metrics.loadedBefore, "window")} had been loaded by earlier backfills; --restart would load them again.`,
    );
  const totals = sumCalls(
    estimates.map(({ slice, calls }) => ({ category: slice.resource.category, calls })),
  );
  const calls = estimates.reduce((sum, estimate) => sum + estimate.calls, 0);
  shell.print(`\n${renderCalls(totals)}`);
  shell.print(`\n${plural(slices.length, "slice")}, about ${plural(calls, "API call")}. Nothing was loaded.`);
  const excess = describeTrialExcess(totals);
  if (excess) shell.print(excess);
}

/** A line per resource and account; windows of metrics are counted. */
function renderPlan(
  estimates: readonly SliceEstimate[],
  planned: readonly Resource[],
  asked: readonly Resource[],
): string {
  const groups = Map.groupBy(estimates, ({ slice }) => `${slice.resource.name} ${scopeId(slice)}`);
  const rows = [...groups.values()]
    .toSorted((a, b) => rank(a, planned) - rank(b, planned))
    .map((group) => {
      const calls = group.reduce((sum, estimate) => sum + estimate.calls, 0);
      const slice = group[0]?.slice;
      const scope = slice && scopeId(slice);
      return [slice?.resource.name ?? "", scope ?? "all", describeGroup(group, asked), formatCount(calls)];
    });
  const columns = [
    { title: "resource" },
    { title: "account or owner" },
    { title: "how" },
    { title: "calls", align: "right" as const },
  ];
  return renderTable(columns, rows);
}

function rank([first]: readonly SliceEstimate[], planned: readonly Resource[]): number {
  return first ? planned.indexOf(first.slice.resource) : -1;
}

function describeGroup(group: readonly SliceEstimate[], asked: readonly Resource[]): string {
  const [first] = group;
  const ways = [...Map.groupBy(group, ({ way }) => way)];
  if (ways.length > 1) return ways.map(([way, { length }]) => `${length} ${way}`).join(" + ");
  if (first?.way) return `${plural(group.length, "window")} by ${first.way}`;
  if (!first || asked.includes(first.slice.resource)) return "list";
  return first.slice.resource.scope === "token" ? "list, always first" : "list, needed by others";
}

/** From the last load; when there was none, Pinterest is asked, which costs a call. */
async function readOrListAccounts(run: DryRun): Promise<readonly PlannedAccount[]> {
  const { accountIds } = run.request;
  const known: readonly PlannedAccount[] = await readAccounts(run.open.warehouse);
  const all = known.length > 0 ? known : await askAccounts(run);
  for (const id of accountIds?.filter((wanted) => !all.some((account) => account.id === wanted)) ?? []) {
    run.shell.print(`Ad account ${id} is not among those that the token saw last.`);
    run.shell.fail();
  }
  return all.filter(({ id }) => !accountIds || accountIds.includes(id));
}

async function askAccounts(run: DryRun): Promise<readonly PlannedAccount[]> {
  const pinterest = openPinterest(run.config, run.open, run);
  try {
    return await listAccounts(pinterest, run.shell.signal);
  } finally {
    await pinterest.close();
  }
}
