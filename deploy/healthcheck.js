// Exit code 0 while the schedule's process is alive, else 1. Plain JavaScript, as it starts twice a minute.
import { readFileSync } from "node:fs";

// Only `schedule` answers over HTTP. A `sync` or `backfill` in a container of its own is no less healthy for that.
const words = readFileSync("/proc/1/cmdline", "utf8").split("\0");
if (words.includes("schedule")) {
  const port = process.env.PORT || 8080;
  const response = await fetch(`http://127.0.0.1:${port}/healthz`);
  process.exitCode = response.ok ? 0 : 1;
}
