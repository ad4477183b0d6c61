import type { World } from "../world/world.ts";
import { dayOf, type Moment } from "./day.ts";
import type { KnownAccount } from "./registry.ts";
import { createRegistry } from "./registry.ts";
import { createReports, type Reports } from "./reports.ts";
import { computeTruth, type TruthRequest, type TruthRow } from "./truth.ts";

export interface AnalyticsOptions {
  world: World;
  seed: number;
  now: () => number;
  pendingPolls: number;
  pendingMilliseconds: number;
}

/** All that endpoints about metrics work with. */
export interface Analytics {
  reports: Reports;
  /** What is known now, and of when. */
  moment: () => Moment;
  /** An account with everything it ever had. Throws for one that is not in the world. */
  findAccount: (adAccountId: string) => KnownAccount;
  /** To be called after the world was moved on: what appeared delivers from tomorrow on. */
  noteAppeared: () => void;
  truth: (request: TruthRequest) => TruthRow[];
}

export function createAnalytics(options: AnalyticsOptions): Analytics {
  const { world, now } = options;
  const registry = createRegistry(world);
  const today = () => dayOf(now());

  function findAccount(adAccountId: string): KnownAccount {
    registry.note();
    const account = registry.find(adAccountId);
    if (account === undefined) throw new RangeError(`the world has no ad account ${adAccountId}`);
    return account;
  }

  const moment = (): Moment => ({ today: today(), aged: world.day, ads: registry.countAds() });

  return {
    reports: createReports(options),
    moment,
    findAccount,
    noteAppeared: () => registry.note(today() + 1),
    truth: (request) => {
      const account = findAccount(request.adAccountId);
      return computeTruth(account, request, moment());
    },
  };
}
