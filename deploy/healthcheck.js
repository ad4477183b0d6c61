// Exit code 0 while the schedule of this container is alive, else 1. Plain JavaScript, for it starts twice a minute.
import { readFileSync } from "node:fs";

// Only `schedule` answers over HTTP; a `sync` or `backfill` in a container of its own is no less healthy for that.
// Process 1 is tini, whose command line holds the whole of the program's.
const [, , commandLine = "/proc/1/cmdline"] = process.argv;
if (readFileSync(commandLine, "utf8").split("\0").includes("schedule")) {
  const response = await fetch(`http://127.0.0.1:${process.env.PORT || 8080}/healthz`);
  process.exitCode = response.ok ? 0 : 1;
}
