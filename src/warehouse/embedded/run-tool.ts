import { spawn } from "node:child_process";
import type { Account } from "./account.ts";

/** How a program is started as the operating-system user who runs Postgres. */
export interface Launcher {
  /** What comes before the program on the command line. */
  readonly prefix: readonly string[];
  /** The user and group to change to when spawning. */
  readonly identity: { readonly uid?: number; readonly gid?: number };
  /** Who owns the cluster; undefined means: whoever runs the connector. */
  readonly owner: Account | undefined;
}

export const AS_OURSELVES: Launcher = { prefix: [], identity: {}, owner: undefined };

export interface ToolResult {
  /** Exit code; null when a signal ended it. */
  readonly code: number | null;
  /** Standard output and standard error in the order they came. */
  readonly output: string;
}

export interface ToolOptions {
  readonly input?: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a program to its end as the user who runs Postgres. A non-zero exit code is a result, not an error;
 * it rejects when the program cannot be started or when `signal` aborts. After `timeoutMs` it is terminated.
 */
export function runTool(
  launcher: Launcher,
  program: string,
  args: readonly string[],
  options: ToolOptions,
): Promise<ToolResult> {
  const [file, ...rest] = [...launcher.prefix, program, ...args];
  return new Promise((resolve, reject) => {
    const child = spawn(file ?? program, rest, {
      ...launcher.identity,
      cwd: "/",
      timeout: options.timeoutMs,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      // Outside the terminal's process group: Ctrl-C is for the connector, which then ends this through `signal`.
      detached: true,
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    }
    // A program that ends before it has read its input is judged by its exit code and what it said.
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input ?? "");
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output }));
  });
}
