import { readFileSync } from "node:fs";

const POLL_MS = 500;

/**
 * Calls `onGone` once npm has ended. npx starts a shell, and the shell this process; a signal sent to npx
 * ends npx alone, and the work would go on unseen. Works where /proc exists; elsewhere nothing is watched.
 */
export function watchNpm(onGone: () => void): void {
  const shell = process.ppid;
  const npm = readParent(shell);
  if (npm === undefined) return;
  const timer = setInterval(() => {
    if (process.ppid === shell && readParent(shell) === npm) return;
    clearInterval(timer);
    onGone();
  }, POLL_MS);
  timer.unref();
}

function readParent(pid: number): number | undefined {
  try {
    // The command's name stands in parentheses and may hold anything; the parent is the second field after it.
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return undefined;
  }
}
