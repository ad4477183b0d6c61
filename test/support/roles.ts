import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { Client } from "pg";
import { createDatabase, execute, type TestDatabase } from "./database.ts";

const SCRIPT = readFileSync(new URL("../../deploy/postgres/roles.sql", import.meta.url), "utf8");
/** Where the warehouse lives, unless a test says otherwise. */
export const SCHEMA = "ads";
export type RoleName = "owner" | "loader" | "analyst";

export interface Roles extends AsyncDisposable {
  readonly database: TestDatabase;
  readonly names: Readonly<Record<RoleName, string>>;
  /** Connects as one of the roles. */
  readonly urls: Readonly<Record<RoleName, string>>;
  /** Runs one statement as one of the roles; tables need no schema. */
  query(role: RoleName, sql: string): Promise<Record<string, unknown>[]>;
  /** Runs the script, as whoever the URL says, and gives the warnings that it raises. */
  apply(url?: string): Promise<string[]>;
}

/** A new database, and names that no other test uses. Roles belong to the server, so they are dropped at the end. */
export async function openRoles(schema = SCHEMA): Promise<Roles> {
  const database = await createDatabase();
  const suffix = randomBytes(6).toString("hex");
  const password = randomBytes(12).toString("hex");
  const names = { owner: `Owner ${suffix}`, loader: `loader_${suffix}`, analyst: `analyst_${suffix}` };
  const urlOf = (name: string) => Object.assign(new URL(database.url), { username: name, password }).href;
  const settings = Object.entries({ ...names, schema }).map(
    ([name, value]) => `set pinterest_ads.${name} = '${value}';`,
  );
  const urls = { owner: urlOf(names.owner), loader: urlOf(names.loader), analyst: urlOf(names.analyst) };
  return {
    database,
    names,
    urls,
    query(role, sql) {
      const url = new URL(urls[role]);
      url.searchParams.set("options", `-c search_path=${schema}`);
      return execute(url.href, sql);
    },
    async apply(url = database.url) {
      const warnings = await runScript(url, `${settings.join("\n")}\n${SCRIPT}`);
      for (const name of Object.values(names))
        await execute(url, `alter role "${name}" password '${password}'`);
      return warnings;
    },
    async [Symbol.asyncDispose]() {
      await database.drop();
      const adminUrl = Object.assign(new URL(database.url), { pathname: "/postgres" }).href;
      for (const name of Object.values(names)) await execute(adminUrl, `drop role if exists "${name}"`);
    },
  };
}

async function runScript(url: string, sql: string): Promise<string[]> {
  const warnings: string[] = [];
  const client = new Client({ connectionString: url });
  client.on("notice", ({ severity, message = "" }) => {
    if (severity === "WARNING") warnings.push(message);
  });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
  return warnings;
}
