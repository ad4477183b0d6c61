import { readFileSync } from "node:fs";

// Loaded with --import: tells the benchmark the largest memory the process ever had, in MB, when it ends. Not by
// getrusage: there a process begins with the memory of the one that started it.
process.on("exit", () => {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  process.stderr.write(`peak_rss_mb=${Math.round(Number(kilobytes) / 1024)}\n`);
});
