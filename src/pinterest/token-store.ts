/** What one refresh of the OAuth tokens brought. Times are epoch milliseconds. */
export interface TokenSet {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Undefined when Pinterest did not say; the token is then used until it is refused. */
  readonly accessExpiresAt: number | undefined;
  readonly refreshExpiresAt: number | undefined;
  /** Granted scopes, when Pinterest named them. */
  readonly scopes: readonly string[] | undefined;
  readonly refreshedAt: number;
}

/** Pinterest's refusal of a refresh token, kept so that later runs do not ask again. */
export interface Refusal {
  readonly at: number;
  /** Which combination of app, secret and token chain was refused. */
  readonly fingerprint: string;
  readonly reason: string;
}

export interface StoredTokens {
  /** From which configured refresh token the chain of rotations started. */
  readonly seedFingerprint: string | undefined;
  /** `absent`: none were ever saved. `unreadable`: encrypted with another key. */
  readonly tokens: TokenSet | "absent" | "unreadable";
  readonly refusal: Refusal | undefined;
  /** When a refresh began that has not been followed by a save or a refusal. */
  readonly unfinishedSince: number | undefined;
}

/** Where rotated tokens outlive the process. Every method is its own, committed unit of work. */
export interface TokenStore {
  read(): Promise<StoredTokens | undefined>;
  /** Runs `work` while no other process does so for the same app and store; waiting for it ends with the signal. */
  exclusively<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>;
  /** Within `exclusively`: throws `database_unreachable` when another process may be at it by now. */
  assertExclusive(): Promise<void>;
  /** Notes that a refresh begins; fails when the store could not save its result either. */
  begin(at: number): Promise<void>;
  /** Replaces the tokens and clears refusal and beginning. Committed durably when it resolves. */
  save(seedFingerprint: string, tokens: TokenSet): Promise<void>;
  refuse(refusal: Refusal): Promise<void>;
}
