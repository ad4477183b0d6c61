import { once } from "node:events";
import type { Command } from "commander";

/** What a command has of the world around it. */
export interface Shell {
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
  /** Writes a line of the command's product to stdout. */
  print(text: string): void;
  /** Writes a document for programs to stdout. */
  printJson(value: unknown): void;
  /** Makes the process end with exit code 1, or 2 for what is wrong with the configuration. */
  fail(code?: 1 | 2): void;
  /** Makes a process that was asked to stop end with exit code 0, for nothing was under way. */
  endCalmly(): void;
}

/** Adds one verb to the program. */
export type RegisterCommand = (program: Command, shell: Shell) => void;

/** How often a process that only waits looks up; any timer keeps Node from taking it for finished. */
const AWAKE_MS = 60_000;

/** Resolves when the user asks the command to stop. */
export async function untilStopped({ signal }: Shell): Promise<void> {
  if (signal.aborted) return;
  const awake = setInterval(() => undefined, AWAKE_MS);
  await once(signal, "abort");
  clearInterval(awake);
}

/** For options that may be given several times. */
export function collect(value: string, previous: readonly string[] | undefined): string[] {
  return [...(previous ?? []), ...value.split(",").map((part) => part.trim())];
}
