import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { execute } from "./database.ts";

/** Every row of every table of every schema as text, with bytes as hexadecimal digits; by pg_dump too, where it works. */
export async function dumpDatabase(url: string): Promise<string> {
  const tables = await execute(
    url,
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname not in ('pg_catalog', 'information_schema') order by 1`,
  );
  const texts: string[] = [];
  for (const { name } of tables) {
    const rows = await execute(url, `select t::text as row from ${name} t`);
    texts.push(`${name}`, ...rows.map(({ row }) => String(row)));
  }
  return [...texts, await runPgDump(url)].join("\n");
}

/** Empty where pg_dump is not installed or too old for the server. */
async function runPgDump(url: string): Promise<string> {
  try {
    const options = { maxBuffer: 1_000_000_000 };
    return (await promisify(execFile)("pg_dump", ["--inserts", "--dbname", url], options)).stdout;
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    if (isMissing || /server version mismatch/.test(String(error))) return "";
    throw error;
  }
}
