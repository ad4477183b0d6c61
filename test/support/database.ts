import { randomBytes } from "node:crypto";
import { Client } from "pg";
import { inject } from "vitest";

export interface TestDatabase {
  /** Its connection URL, with the rights of the role that the tests were given. */
  readonly url: string;
  /** Drops it, ending connections that are still open. */
  drop(): Promise<void>;
}

/** SQLSTATE of a role that may not do what it tries. */
const INSUFFICIENT_PRIVILEGE = "42501";

/** A new empty database, for one test file. */
export async function createDatabase(adminUrl: string = inject("adminUrl")): Promise<TestDatabase> {
  const name = `pinterest_ads_test_${randomBytes(6).toString("hex")}`;
  await createIn(adminUrl, name);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    async drop() {
      await execute(adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

/** Runs `work` with a database of its own. */
export async function withDatabase<T>(work: (url: string) => Promise<T>): Promise<T> {
  const database = await createDatabase();
  try {
    return await work(database.url);
  } finally {
    await database.drop();
  }
}

async function createIn(adminUrl: string, name: string): Promise<void> {
  try {
    // template0: what somebody put into template1 of their server is none of a test's business.
    await execute(adminUrl, `CREATE DATABASE ${name} TEMPLATE template0`);
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error) || error.code !== INSUFFICIENT_PRIVILEGE) throw error;
    throw new Error(
      "Every test file needs a database of its own, which the role of TEST_DATABASE_URL (or DATABASE_URL) may " +
        "not create. Give it CREATEDB, or unset the variable to test with the embedded Postgres.",
      { cause: error },
    );
  }
}

/** Runs one statement over a connection of its own and gives its rows. */
export async function execute(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
