// Loaded with --import: tells the benchmark the largest memory the process ever had, in MB, when it ends.
process.on("exit", () => {
  process.stderr.write(`peak_rss_mb=${Math.round(process.resourceUsage().maxRSS / 1024)}\n`);
});
