import { stat } from "node:fs/promises";
import { ConnectorError } from "../../errors.ts";
import { type Account, findAccount } from "./account.ts";
import type { Binaries } from "./binaries.ts";
import { type Files, isMissing } from "./files.ts";
import { AS_OURSELVES, type Launcher, runTool } from "./run-tool.ts";

const PROBE_TIMEOUT_MS = 10_000;
const CHOWN_TIMEOUT_MS = 60_000;

/**
 * Chooses how to start Postgres, which refuses to run as root: as ourselves or, for root, as the user who
 * owns the cluster, else as `postgres` or `nobody`.
 * @throws ConnectorError `embedded_postgres` when no way works, with what each attempt said.
 */
export async function chooseLauncher(files: Files, binaries: Binaries): Promise<Launcher> {
  const own = process.getuid?.();
  if (own === undefined) {
    throw new ConnectorError("embedded_postgres", "The embedded Postgres runs on Linux and macOS only.", {
      nextStep: "Set DATABASE_URL to a Postgres of your own, or use WSL.",
    });
  }
  const owner = await clusterOwner(files);
  if (own !== 0) {
    refuseForeignCluster(files, own, owner);
    return probe([AS_OURSELVES], files, binaries);
  }
  const account = await findAccount(owner === 0 ? undefined : owner);
  const launcher = await probe(launchersOf(account), files, binaries);
  if (owner === 0) await giveCluster(files, account);
  return launcher;
}

/**
 * The first is for a folder that anybody can pass through. The others are for a checkout in root's home
 * (mode 0700): the user keeps a single capability of root, to pass through folders that are closed to it.
 * `dac_read_search` grants only that and reading; containers often withhold it but grant `dac_override`.
 * `no_setuid_fixup` is needed because Postgres asks access(2), which otherwise disregards capabilities.
 */
function launchersOf(owner: Account): Launcher[] {
  const { uid, gid } = owner;
  const withCapability = (name: string): Launcher => ({
    prefix: [
      "setpriv",
      "--securebits=+no_setuid_fixup",
      `--reuid=${uid}`,
      `--regid=${gid}`,
      "--clear-groups",
      ...["inh-caps", "ambient-caps", "bounding-set"].map((set) => `--${set}=-all,+${name}`),
      "--no-new-privs",
      "--",
    ],
    identity: {},
    owner,
  });
  return [
    { prefix: [], identity: { uid, gid }, owner },
    withCapability("dac_read_search"),
    withCapability("dac_override"),
  ];
}

async function probe(candidates: readonly Launcher[], files: Files, binaries: Binaries): Promise<Launcher> {
  const failures: string[] = [];
  for (const launcher of candidates) {
    const failure = await tryLauncher(launcher, files, binaries);
    if (failure === undefined) return launcher;
    failures.push(failure);
  }
  throw new ConnectorError(
    "embedded_postgres",
    `Postgres cannot be started in ${files.directory}: ${failures.join("; ")}`,
    {
      nextStep:
        process.getuid?.() === 0
          ? "Move the project to a folder that other users can enter, run it as an ordinary user, or set DATABASE_URL."
          : "Run `npm ci` again, or set DATABASE_URL to a Postgres of your own.",
    },
  );
}

/** Checks what Postgres itself needs: to be executed, to load its libraries, and access(2) to its directory. */
async function tryLauncher(
  launcher: Launcher,
  files: Files,
  { postgres }: Binaries,
): Promise<string | undefined> {
  const script = 'cd "$1" && test -x "$2" && exec "$2" --version';
  try {
    const args = ["-c", script, "sh", files.directory, postgres];
    const { code, output } = await runTool(launcher, "/bin/sh", args, { timeoutMs: PROBE_TIMEOUT_MS });
    return code === 0 ? undefined : output.trim() || `${postgres} may not be executed`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function clusterOwner(files: Files): Promise<number | undefined> {
  try {
    return (await stat(files.cluster)).uid;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Root's own cluster is one that root restored from a copy, which Postgres could not open. */
async function giveCluster(files: Files, { uid, gid }: Account): Promise<void> {
  const args = ["-R", `${uid}:${gid}`, files.cluster];
  const { code, output } = await runTool(AS_OURSELVES, "chown", args, { timeoutMs: CHOWN_TIMEOUT_MS });
  if (code === 0) return;
  throw new ConnectorError("embedded_postgres", `${files.cluster} belongs to root: ${output.trim()}`, {
    nextStep: `Give it to the user with the number ${uid}, or set DATABASE_URL to a Postgres of your own.`,
  });
}

function refuseForeignCluster(files: Files, own: number, owner: number | undefined): void {
  if (owner === undefined || owner === own) return;
  throw new ConnectorError("embedded_postgres", `${files.cluster} belongs to another user (uid ${owner}).`, {
    nextStep: "Run the connector as root or as that user, or set DATABASE_URL to a Postgres of your own.",
  });
}
