import { chmod, mkdir, realpath } from "node:fs/promises";
import { join } from "node:path";

/** Everything an embedded warehouse keeps on disk; nothing of it is anywhere else. */
export interface Files {
  readonly directory: string;
  /** The Postgres data directory, owned by the operating-system user that runs Postgres. */
  readonly cluster: string;
  /** The password of the warehouse's role, mode 0600. */
  readonly password: string;
  /** The port of the last start, so that saved connections keep working. */
  readonly port: string;
  /** What Postgres and its keeper say, bounded by `boundLog`. */
  readonly log: string;
  /** A named pipe which every process that uses the warehouse holds open for writing. */
  readonly users: string;
}

/** Creates the directory where needed. The path is resolved: Postgres is recognised by the path it was given. */
export async function prepareFiles(directory: string): Promise<Files> {
  await mkdir(directory, { recursive: true });
  const resolved = await realpath(directory);
  // Root's Postgres runs as another user, who has to pass through here whatever the umask was. What must
  // stay private (cluster, password, log, pipe) has a mode of its own.
  if (process.getuid?.() === 0) await chmod(resolved, 0o711);
  return {
    directory: resolved,
    cluster: join(resolved, "cluster"),
    password: join(resolved, "password"),
    port: join(resolved, "port"),
    log: join(resolved, "postgres.log"),
    users: join(resolved, "users"),
  };
}

export function isMissing(error: unknown): boolean {
  return hasCode(error, "ENOENT");
}

/** Whether an error of Node or of Postgres carries one of these codes. */
export function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}
