import { loadConfig } from "../config.ts";
import { openConfiguredWarehouse } from "../context.ts";
import { readStatusDocument, type StatusDocument } from "../serve/status/document.ts";
import { checkConnection } from "../warehouse/database.ts";
import { assertMigrated } from "../warehouse/migrate.ts";
import { renderCoverage, renderGaps, renderRefused } from "./coverage.ts";
import { configuredResources } from "./select.ts";
import type { RegisterCommand, Shell } from "./shell.ts";
import {
  renderDrift,
  renderFreshness,
  renderNotLoaded,
  renderReconciliation,
  renderRejected,
  renderRuns,
  renderToken,
} from "./status-books.ts";
import { statusRequest } from "./status-request.ts";
import { renderSchedules, renderShut, renderVerdict } from "./status-service.ts";

export const registerStatus: RegisterCommand = (program, shell) => {
  program
    .command("status")
    .description("Show what needs you, the last runs, freshness, schedules, failures and token life.")
    .option("--json", "as JSON: all that the status page shows")
    .action((flags: { json?: boolean }) => showStatus(flags.json === true, shell));
};

async function showStatus(json: boolean, shell: Shell): Promise<void> {
  const config = loadConfig();
  const open = await openConfiguredWarehouse(config, { signal: shell.signal });
  try {
    await checkConnection(open.warehouse);
    await assertMigrated(open.warehouse, configuredResources(config));
    const document = await readStatusDocument(statusRequest(config, open, Date.now));
    if (json) shell.printJson(document);
    else shell.print(renderStatus(document));
  } finally {
    await open.close();
  }
}

/** All of it in words; what there is nothing to say of is left out. */
export function renderStatus(document: StatusDocument): string {
  return [
    renderVerdict(document),
    section("Last runs (UTC)", renderRuns(document)),
    section("Loaded", renderFreshness(document)),
    section("Schedules (UTC)", renderSchedules(document)),
    section("Ad accounts that Pinterest does not let us read", renderShut(document)),
    section("Metrics loaded", renderCoverage(document.coverage)),
    section("Days missing between loaded ones", renderGaps(document.coverage)),
    section("Metrics that Pinterest refuses", renderRefused(document.refused_metrics)),
    section("Sums of levels against account totals", renderReconciliation(document)),
    section("Not loaded by the last finished run", renderNotLoaded(document)),
    section("Rejected by the last finished run", renderRejected(document)),
    section("Fields that this version does not know, kept in _extra", renderDrift(document)),
    section("Token", renderToken(document)),
  ]
    .filter(Boolean)
    .join("\n\n");
}

function section(title: string, body: string | undefined): string {
  return body ? `${title}\n${body}` : "";
}
