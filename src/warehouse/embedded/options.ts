export interface EmbeddedOptions {
  /** Where the warehouse lives, such as `./data/postgres`; created when missing. */
  readonly directory: string;
  /** The preferred port; 0 is any. Default: that of the last start, at first 25432. Another when it is taken. */
  readonly port?: number;
  /** Makes the role of a *new* warehouse a superuser, for tests that need to be one. */
  readonly superuser?: boolean;
  /** How long a start may take, recovery after a crash included; initialising comes on top. Default 60 s. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly onEvent?: (message: string, fields: Record<string, unknown>) => void;
}
