import { Client } from "pg";
import { onTestFinished } from "vitest";

export interface HeldTable {
  release(): Promise<void>;
}

/** Lets nobody write to the table until released or the test has finished; reading goes on. */
export async function holdTable(url: string, table: string): Promise<HeldTable> {
  const client = new Client({ connectionString: url });
  await client.connect();
  let held = true;
  async function release(): Promise<void> {
    if (!held) return;
    held = false;
    await client.end();
  }
  onTestFinished(release);
  await client.query(`begin; lock table ${table} in exclusive mode`);
  return { release };
}
