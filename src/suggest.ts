import { distance } from "fastest-levenshtein";

/** The valid name somebody probably meant, or undefined when none is near. */
export function nearest(name: string, valid: readonly string[]): string | undefined {
  const ranked = valid
    .map((candidate) => ({ candidate, edits: distance(name.toLowerCase(), candidate.toLowerCase()) }))
    .toSorted((a, b) => a.edits - b.edits);
  const best = ranked[0];
  if (best && best.edits <= Math.max(2, Math.floor(name.length / 3))) return best.candidate;
  const [only, ...others] = valid.filter((candidate) => name.length >= 3 && candidate.startsWith(name));
  return others.length === 0 ? only : undefined;
}

/** `; did you mean X?`, or what there is when nothing is near. */
export function suggestion(name: string, valid: readonly string[]): string {
  const match = nearest(name, valid);
  return match ? `did you mean ${match}?` : `valid are: ${valid.join(", ")}`;
}
