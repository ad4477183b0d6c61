import { randomBytes } from "node:crypto";
import { expect, inject, test } from "vitest";
import { createDatabase, execute, withDatabase } from "../support/database.ts";

test("every database is new, empty and UTF-8", async () => {
  const [first, second] = await Promise.all([createDatabase(), createDatabase()]);
  try {
    expect(first.url).not.toBe(second.url);
    await execute(first.url, "CREATE TABLE only_here ()");
    const tables = "SELECT count(*)::int AS tables FROM pg_tables WHERE schemaname = 'public'";
    expect(await execute(second.url, tables)).toEqual([{ tables: 0 }]);
    expect(await execute(second.url, "SHOW server_encoding")).toEqual([{ server_encoding: "UTF8" }]);
  } finally {
    await Promise.all([first.drop(), second.drop()]);
  }
});

test("a database is gone after its use, even when that failed", async () => {
  let used = "";
  const use = withDatabase(async (url) => {
    used = url;
    throw new Error("the test fails");
  });
  await expect(use).rejects.toThrow("the test fails");
  await expect(execute(used, "SELECT 1")).rejects.toThrow("does not exist");
});

test("a role that may not create databases is told what to do", async () => {
  const role = `pinterest_ads_test_${randomBytes(6).toString("hex")}`;
  const admin = inject("adminUrl");
  await execute(admin, `CREATE ROLE ${role} LOGIN PASSWORD '${role}'`);
  try {
    const url = new URL(admin);
    url.username = role;
    url.password = role;
    await expect(createDatabase(url.href)).rejects.toThrow("Give it CREATEDB");
  } finally {
    await execute(admin, `DROP ROLE ${role}`);
  }
});
