/** One line of text that came from elsewhere: control characters become blanks, and what is too long is cut. */
export function flatten(text: string, lengthMax: number): string {
  const line = text
    .toWellFormed()
    // But for the joiner of signs that are seen as one, such as a family.
    .replace(/(?:(?!\u200d)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}])+/gu, " ")
    .replace(/\s+/g, " ")
    .trim();
  const characters = Array.from(line);
  return characters.length <= lengthMax ? line : `${characters.slice(0, lengthMax - 1).join("")}…`;
}

/** The first lines, and how many more there are. */
export function listSome(lines: readonly string[], most: number): string {
  const more = lines.length - most;
  return [...lines.slice(0, most), ...(more > 0 ? [`… and ${more} more`] : [])].join("\n");
}

/** An ad account by its name, where there is one, and its id. */
export function nameAccount(id: string, name: string | null | undefined): string {
  const known = flatten(name ?? "", NAME_MAX);
  return known === "" ? id : `${known} (${id})`;
}

const NAME_MAX = 80;

/** To the minute, as in "2026-01-31 05:30 UTC". */
export function nameMoment(moment: Date): string {
  return `${moment.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
