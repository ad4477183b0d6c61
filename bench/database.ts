import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { startEmbedded } from "../src/warehouse/embedded/start.ts";

/**
 * Runs `work` with a database to itself: BENCH_DATABASE_URL if set (it must be empty), else an
 * embedded Postgres that is thrown away afterwards.
 */
export async function withBenchDatabase(work: (url: string) => Promise<void>): Promise<void> {
  const given = process.env["BENCH_DATABASE_URL"];
  if (given) return work(given);
  const directory = mkdtempSync(path.join(tmpdir(), "pinterest-ads-bench-"));
  const server = await startEmbedded({ directory: path.join(directory, "postgres") });
  try {
    await work(server.url);
  } finally {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}
