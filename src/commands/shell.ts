import type { Command } from "commander";

/** What a command has of the world around it. */
export interface Shell {
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
  /** Writes a line of the command's product to stdout. */
  print(text: string): void;
  /** Makes the process end with exit code 1. */
  fail(): void;
}

/** Adds one verb to the program. */
export type RegisterCommand = (program: Command, shell: Shell) => void;

/** For options that may be given several times. */
export function collect(value: string, previous: readonly string[] | undefined): string[] {
  return [...(previous ?? []), ...value.split(",").map((part) => part.trim())];
}
