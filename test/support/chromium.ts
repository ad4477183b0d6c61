import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Names under which distributions install it. */
const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const PLACES = ["/usr/bin", "/usr/local/bin", "/opt/google/chrome"];
const MACOS_APPS = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];
const START_TIMEOUT_MS = 30_000;

/** The Chromium to test with: that of CHROMIUM_PATH, else one of the machine that starts; undefined when there is none. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const given = env["CHROMIUM_PATH"];
  if (given) return given;
  const folders = [...(env["PATH"] ?? "").split(delimiter).filter(Boolean), ...PLACES];
  const candidates = [...NAMES.flatMap((name) => folders.map((folder) => join(folder, name))), ...MACOS_APPS];
  return [...new Set(candidates)].find((path) => isExecutable(path) && starts(path));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Its only way to say no.
    return false;
  }
}

/** Some distributions put a script in its place that only tells how to install it. */
function starts(path: string): boolean {
  return spawnSync(path, ["--version"], { stdio: "ignore", timeout: START_TIMEOUT_MS }).status === 0;
}
