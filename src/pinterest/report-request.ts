import type { OAuthScope } from "../resources/define.ts";

/** An asynchronous report (POST /ad_accounts/{id}/reports). */
export interface ReportRequest {
  readonly adAccountId: string;
  /** What is asked for, as Pinterest names it; the format is added. Holds no secrets. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Filled into rows that lack it, from the ids around them in the file. */
  readonly idField?: string;
  readonly oauthScopes: readonly OAuthScope[];
  readonly signal?: AbortSignal;
  /** How long Pinterest may work at one report, in milliseconds. Default 30 minutes. */
  readonly timeoutMs?: number;
  /** Of a report of exactly this body that was left running: asked for before a new one is created. */
  readonly token?: string;
  /** Awaited before a new report is first asked for, and with undefined when a token has turned out useless. */
  onToken(token: string | undefined): Promise<void>;
  /** Awaited before every download. Rows that were yielded before are void then. */
  onDownload(): Promise<void>;
  /** Called for every request to the API; downloads are none. */
  onCall?(): void;
}
