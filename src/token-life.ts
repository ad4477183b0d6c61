const DAY_MS = 86_400_000;
/** How many days before its refresh token dies a person is told, each time more urgently. */
export const TOKEN_WARNING_DAYS = [14, 7, 1] as const;

/** How urgent the end of a refresh token is. */
export interface TokenWarning {
  /** The smallest of TOKEN_WARNING_DAYS that is reached, or 0 when the token is dead. */
  readonly level: 0 | (typeof TOKEN_WARNING_DAYS)[number];
  /** Days left, rounded down; negative once dead. */
  readonly daysLeft: number;
}

/**
 * What to say of a refresh token that dies at `expiresAt`; undefined while there is nothing to say, or when Pinterest
 * did not tell. A token that is used is replaced long before: it comes to this only when refreshing fails.
 */
export function warnOfTokenEnd(expiresAt: Date | null, now: number): TokenWarning | undefined {
  if (expiresAt === null) return undefined;
  const left = expiresAt.getTime() - now;
  const daysLeft = Math.floor(left / DAY_MS);
  if (left <= 0) return { level: 0, daysLeft };
  const reached = TOKEN_WARNING_DAYS.filter((days) => left <= days * DAY_MS);
  const level = reached.at(-1);
  return level === undefined ? undefined : { level, daysLeft };
}
