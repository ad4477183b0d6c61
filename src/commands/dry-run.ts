import type { Config } from "../config.ts";
import { type OpenWarehouse, openPinterest } from "../context.ts";
import type { Logger } from "../logger.ts";
import { listAccounts } from "../pinterest/accounts.ts";
import type { Resource } from "../resources/define.ts";
import { resources as allResources } from "../resources/index.ts";
import { estimateCalls } from "../sync/estimate.ts";
import { type PlannedAccount, planSlices, type Slice, scopeId, withParents } from "../sync/plan.ts";
import { readAccounts } from "../warehouse/accounts.ts";
import { checkConnection } from "../warehouse/database.ts";
import { assertMigrated } from "../warehouse/migrate.ts";
import { formatCount, plural } from "./format.ts";
import type { Shell } from "./shell.ts";
import { renderTable } from "./table.ts";

interface DryRun {
  readonly config: Config;
  readonly open: OpenWarehouse;
  readonly logger: Logger;
  readonly resources: readonly Resource[];
  readonly accountIds: readonly string[] | undefined;
  readonly shell: Shell;
}

/** Prints the slices that a sync would load and the API calls they need; loads nothing. */
export async function printDryRun(run: DryRun): Promise<void> {
  const { warehouse } = run.open;
  await checkConnection(warehouse);
  await assertMigrated(warehouse, allResources);
  const accounts = await readOrListAccounts(run);
  const listing = allResources.filter(({ scope }) => scope === "token");
  const planned = [...new Set([...listing, ...withParents(run.resources, allResources)])];
  const slices = planSlices(planned, accounts);
  const rows: string[][] = [];
  let total = 0;
  for (const slice of slices) {
    const calls = await estimateCalls(warehouse, slice);
    total += calls;
    rows.push([slice.resource.name, scopeId(slice) ?? "all", describeReason(slice, run), formatCount(calls)]);
  }
  const columns = [
    { title: "resource" },
    { title: "account or owner" },
    { title: "" },
    { title: "API calls", align: "right" as const },
  ];
  run.shell.print(renderTable(columns, rows));
  run.shell.print(
    `\n${plural(slices.length, "slice")}, at least ${plural(total, "API call")}. Nothing was loaded.`,
  );
}

function describeReason(slice: Slice, { resources }: DryRun): string {
  if (resources.includes(slice.resource)) return "";
  return slice.resource.scope === "token" ? "always first" : "needed by others";
}

/** From the last load; when there was none, Pinterest is asked, which costs a call. */
async function readOrListAccounts(run: DryRun): Promise<PlannedAccount[]> {
  const known: readonly PlannedAccount[] = await readAccounts(run.open.warehouse);
  const all = known.length > 0 ? known : await askAccounts(run);
  for (const id of run.accountIds?.filter((wanted) => !all.some((account) => account.id === wanted)) ?? []) {
    run.shell.print(`Ad account ${id} is not among those that the token saw last.`);
    run.shell.fail();
  }
  return all.filter(({ id }) => !run.accountIds || run.accountIds.includes(id));
}

async function askAccounts(run: DryRun): Promise<readonly PlannedAccount[]> {
  const pinterest = openPinterest(run.config, run.open, run);
  try {
    return await listAccounts(pinterest, run.shell.signal);
  } finally {
    await pinterest.close();
  }
}
