import { startedByNpm } from "./config.ts";

/** The program followed by one of its commands or options, as texts name it; not where it only introduces itself, or as part of a name. */
const COMMAND = /(?<![\w/-])(?<!npx\s+)pinterest-ads(?= (?:[a-z]|--))/g;

/**
 * A text for somebody who started the program through npx: there is no `pinterest-ads` on their
 * path, as there is in the container.
 */
export function spellForNpx(text: string): string {
  return text.replace(COMMAND, "npx pinterest-ads");
}

/** A text as somebody can type its commands who started this program. */
export function spellCommands(text: string): string {
  return startedByNpm() ? spellForNpx(text) : text;
}
