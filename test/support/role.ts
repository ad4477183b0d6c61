import { randomBytes } from "node:crypto";
import { execute } from "./database.ts";

export interface TestRole {
  readonly name: string;
  readonly password: string;
  /** Connects to the same database as this role. */
  readonly url: string;
  /** Drops it with everything that it owns in the database. */
  drop(): Promise<void>;
}

/** A new role with a password that may log in and has no rights of its own. Its creator must be allowed to make roles. */
export async function createRole(databaseUrl: string): Promise<TestRole> {
  const name = `pinterest_ads_test_${randomBytes(6).toString("hex")}`;
  const password = `rolePassword-${randomBytes(12).toString("hex")}`;
  await execute(databaseUrl, `create role ${name} login password '${password}'`);
  const url = new URL(databaseUrl);
  url.username = name;
  url.password = password;
  return {
    name,
    password,
    url: url.href,
    async drop() {
      await execute(databaseUrl, `drop owned by ${name} cascade; drop role ${name}`);
    },
  };
}
