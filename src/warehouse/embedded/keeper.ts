import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import type { Binaries } from "./binaries.ts";
import type { Files } from "./files.ts";
import type { Launcher } from "./run-tool.ts";
import { startSettings } from "./settings.ts";
import { openUsers } from "./users.ts";

/**
 * The keeper is Postgres' parent: a shell that lives exactly as long as Postgres and ends Postgres as soon
 * as nobody holds the pipe of users, its standard input, any more. It has a session of its own, so that
 * Ctrl-C in a terminal reaches the connector alone, which then finishes its work with Postgres still there.
 *
 * The pipe is moved to descriptor 3 because a shell gives its background jobs an empty standard input. Only
 * the watching subshell keeps it: its being open means "kept" to other processes. The signal is repeated
 * because Postgres ignores it in the first instant of its life, as shells have it for background jobs; the harder
 * signals are for a Postgres that does not come to an end, which it recovers from at the next start.
 */
const SCRIPT = `
exec 3<&0 </dev/null
"$@" 3<&- &
postgres=$!
(
  while read -r user <&3; do echo "keeper: $user joined"; done
  exec 3<&-
  echo "keeper: the last user has gone, stopping"
  tries=0
  while kill -INT "$postgres" 2>/dev/null; do
    tries=$((tries + 1))
    [ "$tries" -le 30 ] || kill -QUIT "$postgres"
    [ "$tries" -le 40 ] || kill -KILL "$postgres"
    sleep 1
  done
) &
watcher=$!
exec 3<&-
wait "$postgres"
status=$?
kill "$watcher" 2>/dev/null
exit "$status"
`;

export interface Keeper {
  readonly process: ChildProcess;
  /** Our end of the pipe of users: closing it is leaving. */
  readonly writer: number;
  /** Settles when Postgres and its keeper have ended. */
  readonly ended: Promise<void>;
  hasEnded(): boolean;
}

/** Starts Postgres under a keeper, with this process as its first user. Does not wait for either. */
export function spawnKeeper(files: Files, binaries: Binaries, launcher: Launcher, port: number): Keeper {
  const { reader, writer } = openUsers(files);
  const log = openSync(files.log, "a", 0o600);
  const postgres = [binaries.postgres, "-D", files.cluster, ...startSettings(port)];
  const [file = "/bin/sh", ...args] = [...launcher.prefix, "/bin/sh", "-c", SCRIPT, "keeper", ...postgres];
  try {
    const child = spawn(file, args, {
      ...launcher.identity,
      cwd: "/",
      detached: true,
      stdio: [reader, log, log],
      // The connector's environment holds its secrets; other processes of Postgres' user could read it there.
      env: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C", TZ: "UTC" },
    });
    child.unref();
    return { process: child, writer, ...watchEnd(child) };
  } finally {
    closeSync(reader);
    closeSync(log);
  }
}

function watchEnd(child: ChildProcess): { ended: Promise<void>; hasEnded(): boolean } {
  let over = false;
  const ended = new Promise<void>((resolve) => {
    const finish = () => {
      over = true;
      resolve();
    };
    child.once("exit", finish);
    child.once("error", finish);
  });
  return { ended, hasEnded: () => over };
}
