import { type Analytics, createAnalytics } from "./analytics/analytics.ts";
import { answerConsent, answerRequest } from "./exchange.ts";
import { createFaults, type FaultPlan } from "./faults.ts";
import { createOAuth, type RefreshTokenUse } from "./oauth.ts";
import { createPaging } from "./paging.ts";
import type { PoisonedItem } from "./poison.ts";
import { createRateLimits, type RateLimitOptions } from "./rate-limits.ts";
import { type RecordedRequest, recordRequest } from "./recorder.ts";
import { answerDownload } from "./report-download.ts";
import type { Denial } from "./routes/route.ts";
import { startServer } from "./server.ts";
import { advanceWorld } from "./world/advance.ts";
import { buildWorld } from "./world/build.ts";
import { feedSecrets } from "./world/feed.ts";
import type { Move } from "./world/move.ts";
import { DEFAULT_SIZE, type WorldSize } from "./world/size.ts";
import type { World } from "./world/world.ts";

export interface SimulatorOptions extends Partial<WorldSize> {
  /** Address to listen on; 127.0.0.1 when absent, so that nobody else reaches it. */
  host?: string;
  /** 0, the default, takes any free port. */
  port?: number;
  /** Same seed and size: same data, same faults. */
  seed?: number;
  appId?: string;
  appSecret?: string;
  /** The first refresh token that is accepted. */
  refreshToken?: string;
  /** An access token that is good from the start, for clients that do not refresh. */
  accessToken?: string;
  /** Life of an access token; Pinterest's 30 days when absent. */
  accessTokenSeconds?: number;
  faults?: FaultPlan;
  /** Quotas that are enforced; a category without one is not limited. */
  rateLimits?: RateLimitOptions;
  /** A report is in progress for so many polls; 1 when absent… */
  reportPolls?: number;
  /** …and for so many milliseconds of the clock after it was ordered; 0 when absent. */
  reportMilliseconds?: number;
  /** How many recorded requests are kept. */
  requestsKept?: number;
  /** Milliseconds since 1970; the machine's clock when absent. */
  now?: () => number;
}

export interface Simulator {
  /** Base address of the API: http://127.0.0.1:PORT/v5 */
  readonly url: string;
  readonly appId: string;
  readonly appSecret: string;
  /** The first refresh token; it works once. */
  readonly refreshToken: string;
  readonly accessToken: string;
  /** What was asked, oldest first. */
  readonly requests: RecordedRequest[];
  /** The truth. Its arrays and records may be changed at any time. */
  readonly world: World;
  /**
   * What a complete copy of the metrics holds right now, from the facts of every ad and day. Throws for an ad account,
   * a day or a metric that does not exist.
   */
  truth: Analytics["truth"];
  /** What faults of kind `poisoned_record` put into pages, in the order sent. */
  readonly poisoned: PoisonedItem[];
  /** May be set at any time; setting it forgets how often its rules struck. */
  faults: FaultPlan;
  /** Moves the world on by so many days; says what happened. */
  advance(days?: number): Move[];
  /** Every access token issued so far answers 401 from now on. */
  revokeAccessTokens(): void;
  /** No refresh works any more. */
  revokeRefreshTokens(): void;
  /** Every refresh token that was presented and how often, oldest first. */
  readonly refreshTokensUsed: RefreshTokenUse[];
  /** The scopes that all tokens have from now on. */
  setScopes(scopes: readonly string[]): void;
  denyAccount(adAccountId: string, denial: Denial): void;
  allowAccount(adAccountId: string): void;
  /** Everything that must never be found in logs, tables or error texts. */
  listSecrets(): string[];
  /** Tokens of the reports that were ordered, oldest first; they must never be found in logs or error texts. */
  listReportTokens(): string[];
  /** Stops listening and cuts every connection, answered or not. */
  close(): Promise<void>;
}

const THIRTY_DAYS_IN_SECONDS = 2_592_000;
const REQUESTS_KEPT = 100_000;

/** Starts a local Pinterest that serves its documented API with made-up data. It speaks real HTTP. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const seed = options.seed ?? 1;
  const now = options.now ?? Date.now;
  const identity = {
    appId: options.appId ?? "1500001",
    appSecret: options.appSecret ?? `simulated-app-secret-${seed}`,
    refreshToken: options.refreshToken ?? `pinr_simulated_refresh_token_${seed}`,
    accessToken: options.accessToken ?? `pina_simulated_access_token_${seed}`,
  };
  const world = buildWorld(seed, readSize(options));
  const accessTokenSeconds = options.accessTokenSeconds ?? THIRTY_DAYS_IN_SECONDS;
  const oauth = createOAuth({ ...identity, seed, accessTokenSeconds, now });
  const analytics = createAnalytics({
    world,
    seed,
    now,
    pendingPolls: options.reportPolls ?? 1,
    pendingMilliseconds: options.reportMilliseconds ?? 0,
  });
  const requests: RecordedRequest[] = [];
  const poisoned: PoisonedItem[] = [];
  const denials = new Map<string, Denial>();
  let faults = options.faults ?? [];
  let decideFault = createFaults(seed, faults);

  const state = {
    seed,
    world,
    oauth,
    analytics,
    paging: createPaging(`bookmark-key-${seed}`),
    countRequest: createRateLimits(options.rateLimits ?? {}, now),
    decideFault: () => decideFault,
    isDenied: (adAccountId: string, denial: Denial) => denials.get(adAccountId) === denial,
    onPoison: (item: PoisonedItem) => poisoned.push(item),
  };
  const server = await startServer({
    host: options.host ?? "127.0.0.1",
    port: options.port ?? 0,
    seed,
    now,
    answer: (request) => answerRequest(state, request),
    download: (recorded) => answerDownload({ reports: analytics.reports, decideFault }, recorded),
    consent: (recorded) => answerConsent(oauth, recorded),
    record: (request) => recordRequest(requests, request, options.requestsKept ?? REQUESTS_KEPT),
    describeRefreshToken: oauth.describeRefreshToken,
    describeCode: oauth.describeCode,
  });

  return {
    ...identity,
    ...server,
    requests,
    world,
    poisoned,
    get faults() {
      return faults;
    },
    set faults(plan: FaultPlan) {
      faults = plan;
      decideFault = createFaults(seed, plan);
    },
    get refreshTokensUsed() {
      return oauth.refreshTokensUsed();
    },
    truth: analytics.truth,
    advance: (days = 1) => {
      const moves = Array.from({ length: days }, () => advanceWorld(world)).flat();
      analytics.noteAppeared();
      return moves;
    },
    revokeAccessTokens: oauth.revokeAccessTokens,
    revokeRefreshTokens: oauth.revokeRefreshTokens,
    setScopes: oauth.setScopes,
    denyAccount: (adAccountId, denial) => denials.set(adAccountId, denial),
    allowAccount: (adAccountId) => denials.delete(adAccountId),
    listSecrets: () => [
      identity.appSecret,
      ...oauth.issuedSecrets(),
      ...listFeedSecrets(world),
      ...analytics.reports.listSignatures(),
    ],
    listReportTokens: analytics.reports.listTokens,
  };
}

function readSize(options: SimulatorOptions): WorldSize {
  const size = { ...DEFAULT_SIZE };
  for (const name of Object.keys(DEFAULT_SIZE) as (keyof WorldSize)[]) {
    if (options[name] !== undefined) Object.assign(size, { [name]: options[name] });
  }
  return size;
}

function listFeedSecrets(world: World): string[] {
  return world.owners.flatMap((owner) =>
    Array.from({ length: owner.made.feeds }, (_, serial) => feedSecrets(owner.index, serial)).flat(),
  );
}
