import { describe, expect, test } from "vitest";
import { type Analytics, createAnalytics } from "../../src/simulator/analytics/analytics.ts";
import type { Attribution } from "../../src/simulator/analytics/attribution.ts";
import { ATTRIBUTE_COLUMNS, REPORT_COLUMNS, SYNC_COLUMNS } from "../../src/simulator/analytics/columns.ts";
import { isAdditive, readMetric } from "../../src/simulator/analytics/metric.ts";
import { REPORT_TYPES } from "../../src/simulator/analytics/targeting.ts";
import type { TruthRequest, TruthRow } from "../../src/simulator/analytics/truth.ts";
import type { ApiRecord } from "../../src/simulator/json.ts";
import { advanceWorld } from "../../src/simulator/world/advance.ts";
import { buildWorld } from "../../src/simulator/world/build.ts";
import { DEFAULT_SIZE } from "../../src/simulator/world/size.ts";
import type { World } from "../../src/simulator/world/world.ts";
import { daysBefore } from "../support/analytics-client.ts";

const NOW = Date.UTC(2026, 2, 10, 15, 30);
const MS_PER_DAY = 86_400_000;
const METRICS = [...new Set([...SYNC_COLUMNS, ...REPORT_COLUMNS])].filter(
  (name) => !ATTRIBUTE_COLUMNS.has(name),
);
const ADDITIVE = METRICS.filter((name) => isAdditive(readMetric(name)));
const BY_CONVERSION: Attribution = { click: 60, engagement: 60, view: 60, reportTime: "TIME_OF_CONVERSION" };

interface Subject {
  world: World;
  analytics: Analytics;
  account: string;
  truth: (request: Partial<TruthRequest>) => TruthRow[];
  /** Moves the clock. */
  wait: (days: number) => void;
}

function build(size: Partial<typeof DEFAULT_SIZE> = {}): Subject {
  const world = buildWorld(1, { ...DEFAULT_SIZE, accounts: 1, campaigns: 4, ...size });
  let time = NOW;
  const analytics = createAnalytics({
    world,
    seed: 1,
    now: () => time,
    pendingPolls: 1,
    pendingMilliseconds: 0,
  });
  const account = world.accounts[0]?.id ?? "";
  const base = {
    adAccountId: account,
    level: "ADVERTISER",
    from: day(5),
    to: day(0),
    columns: ADDITIVE,
  } as const;
  return {
    world,
    analytics,
    account,
    truth: (request) => analytics.truth({ ...base, ...request }),
    wait: (days) => {
      time += days * MS_PER_DAY;
    },
  };
}

const day = (before: number) => daysBefore(NOW, before);

/** Sums by date and metric, of rows of any level. */
function sumByDay(rows: readonly TruthRow[], keep: (row: TruthRow) => boolean = () => true) {
  const sums: Record<string, Record<string, bigint>> = {};
  for (const { date, metrics } of rows.filter(keep)) {
    const ofDay = sums[date] ?? {};
    sums[date] = ofDay;
    // Amounts in whole currency are decimals: compared in millionths.
    for (const [name, value] of Object.entries(metrics)) {
      const whole = typeof value === "bigint" ? value : BigInt(Math.round(value * 1_000_000));
      ofDay[name] = (ofDay[name] ?? 0n) + whole;
    }
  }
  return sums;
}

const total = (rows: readonly TruthRow[], name: string) =>
  rows.reduce((sum, { metrics }) => sum + Number(metrics[name] ?? 0), 0);

describe("columns", () => {
  test("there are as many as the API description lists", () => {
    expect([SYNC_COLUMNS.size, REPORT_COLUMNS.size]).toEqual([175, 613]);
  });

  test("every metric occurs somewhere", () => {
    const { truth } = build({ campaigns: 12 });
    const rows = truth({
      columns: METRICS,
      from: day(60),
      attribution: { ...BY_CONVERSION, reportTime: "TIME_OF_AD_ACTION" },
    });
    expect(METRICS.filter((name) => rows.every(({ metrics }) => Number(metrics[name]) === 0))).toEqual(
      // No page visit, search or the like has a value here.
      METRICS.filter((name) =>
        /(PAGE_VISIT|SEARCH|WATCH_VIDEO|VIEW_CATEGORY|UNKNOWN)_(VALUE_IN|ROAS)/.test(name),
      ),
    );
  });
});

describe.each([
  ["time of ad action", undefined],
  ["time of conversion", BY_CONVERSION],
] as const)("sums, by %s", (_, attribution) => {
  const subject = build();
  const truth = (request: Partial<TruthRequest>) =>
    subject.truth({ ...request, ...(attribution ? { attribution } : {}) });
  const whole = sumByDay(truth({}));

  test("there is something to add up", () => {
    expect(Object.keys(whole)).toHaveLength(6);
    expect(Object.values(whole).every((ofDay) => (ofDay["SPEND_IN_MICRO_DOLLAR"] ?? 0n) > 0n)).toBe(true);
    expect(Object.values(whole).some((ofDay) => (ofDay["TOTAL_CHECKOUT"] ?? 0n) > 0n)).toBe(true);
  });

  test.each(["CAMPAIGN", "AD_GROUP", "PIN_PROMOTION", "KEYWORD"] as const)(
    "%s adds up to the account, for every metric and day",
    (level) => {
      expect(sumByDay(truth({ level }))).toEqual(whole);
    },
  );

  test("product groups add up to the ad groups they belong to", () => {
    const groups = truth({ level: "PRODUCT_GROUP" });
    const parents = new Set(groups.map(({ adGroupId }) => adGroupId));
    expect(parents.size).toBeGreaterThan(0);
    expect(sumByDay(groups)).toEqual(
      sumByDay(truth({ level: "AD_GROUP" }), ({ adGroupId }) => parents.has(adGroupId)),
    );
  });

  test.each(REPORT_TYPES)("targeting type %s divides the whole", (targetingType) => {
    const rows = truth({ level: "CAMPAIGN_TARGETING", targetingType });
    expect(sumByDay(rows)).toEqual(whole);
    expect(new Set(rows.map(({ targetingValue }) => targetingValue)).size).toBeGreaterThan(1);
  });

  test("a product group's targeting divides the product group", () => {
    const rows = truth({ level: "PRODUCT_GROUP_TARGETING", targetingType: "GENDER" });
    expect(sumByDay(rows)).toEqual(sumByDay(truth({ level: "PRODUCT_GROUP" })));
  });

  test("paid and earned add up, and so do kinds, channels and devices", () => {
    for (const { metrics } of truth({ level: "AD_GROUP" })) {
      const sum = (...names: string[]) => names.reduce((all, name) => all + BigInt(metrics[name] ?? 0), 0n);
      expect(metrics["TOTAL_IMPRESSION"]).toBe(sum("IMPRESSION_1", "IMPRESSION_2"));
      expect(metrics["TOTAL_CHECKOUT"]).toBe(
        sum("TOTAL_CLICK_CHECKOUT", "TOTAL_ENGAGEMENT_CHECKOUT", "TOTAL_VIEW_CHECKOUT"),
      );
      expect(metrics["TOTAL_CHECKOUT"]).toBe(
        sum(
          "TOTAL_WEB_CHECKOUT",
          "TOTAL_INAPP_CHECKOUT",
          "TOTAL_OFFLINE_CHECKOUT",
          "TOTAL_PINTEREST_CHECKOUT",
        ),
      );
      const devices = ADDITIVE.filter((name) => /^TOTAL_CHECKOUT_.+_ACTION_TO_/.test(name));
      expect(metrics["TOTAL_CHECKOUT"]).toBe(sum(...devices));
    }
  });
});

describe("attribution", () => {
  const { truth } = build();
  const range = { from: day(400), to: day(200) };
  const count = (name: string, change: Partial<Attribution>) =>
    truth({
      ...range,
      columns: [name],
      attribution: { click: 30, engagement: 30, view: 1, reportTime: "TIME_OF_AD_ACTION", ...change },
    });

  test.each(["click", "engagement", "view"] as const)("a longer %s window counts more, none at 0", (kind) => {
    const name = `TOTAL_${kind.toUpperCase()}_CHECKOUT`;
    const counts = [0, 1, 7, 14, 30, 60].map((days) => total(count(name, { [kind]: days }), name));
    expect(counts[0]).toBe(0);
    expect(counts).toEqual([...new Set(counts)].sort((a, b) => a - b));
  });

  test("no setting changes delivery", () => {
    const delivery = ["SPEND_IN_MICRO_DOLLAR", "TOTAL_IMPRESSION", "TOTAL_CLICKTHROUGH"];
    expect(truth({ ...range, columns: delivery, attribution: BY_CONVERSION })).toEqual(
      truth({ ...range, columns: delivery }),
    );
  });

  test("by time of conversion the actions of a day count on later days, too, and none is lost", () => {
    const bookedSince = (before: number, attribution: Attribution, to: number) => {
      const subject = build();
      const firstDay = Math.floor(NOW / MS_PER_DAY) - before;
      for (const ad of subject.analytics.findAccount(subject.account).ads.values()) ad.firstDay = firstDay;
      const rows = subject.truth({ from: day(200), to: day(to), columns: ["TOTAL_CHECKOUT"], attribution });
      return total(rows, "TOTAL_CHECKOUT");
    };
    /** Of what was done on one day: whatever is not there when everything begins a day later. */
    const ofOneDay = (attribution: Attribution, to: number) =>
      bookedSince(100, attribution, to) - bookedSince(99, attribution, to);
    const all = ofOneDay({ ...BY_CONVERSION, reportTime: "TIME_OF_AD_ACTION" }, 100);
    const sameDay = ofOneDay(BY_CONVERSION, 100);
    expect(sameDay).toBeGreaterThan(0);
    expect(sameDay).toBeLessThan(all);
    expect(ofOneDay(BY_CONVERSION, 100 - 59)).toBe(all);
  });
});

describe("restatement", () => {
  const LONG: Attribution = { click: 60, engagement: 30, view: 7, reportTime: "TIME_OF_AD_ACTION" };

  test.each([
    ["the clock", (subject: Subject, days: number) => subject.wait(days)],
    [
      "advance",
      (subject: Subject, days: number) => {
        for (let nth = 0; nth < days; nth++) advanceWorld(subject.world);
        subject.analytics.noteAppeared();
      },
    ],
  ])(
    "numbers of past days grow, some vanish, and nothing moves any more after the window and three days; by %s",
    (_, move) => {
      const subject = build();
      const read = () => subject.truth({ level: "PIN_PROMOTION", from: day(20), attribution: LONG });
      const keysOf = (rows: readonly TruthRow[]) => new Set(rows.map(({ id, date }) => `${id} ${date}`));
      const fresh = read();
      move(subject, 4);
      const older = read();
      expect(total(older, "TOTAL_CHECKOUT")).toBeGreaterThan(total(fresh, "TOTAL_CHECKOUT"));
      const [before, after] = [keysOf(fresh), keysOf(older)];
      expect([...before].filter((key) => !after.has(key)).length).toBeGreaterThan(0);
      expect([...after].filter((key) => !before.has(key))).toEqual([]);
      move(subject, 59);
      const settled = read();
      expect(settled).not.toEqual(older);
      move(subject, 9);
      expect(read()).toEqual(settled);
    },
  );

  test("delivery of today and yesterday is known in part; that of days to come not at all", () => {
    const subject = build({ deliveringShare: 1 });
    const read = () => subject.truth({ from: day(1), to: day(-3), columns: ["IMPRESSION_1"] });
    const impressions = [0, 1, 2].map((days) => {
      if (days > 0) subject.wait(1);
      return read().map(({ metrics }) => Number(metrics["IMPRESSION_1"]));
    });
    const [first = [], second = [], third = []] = impressions;
    expect([first.length, second.length, third.length]).toEqual([2, 3, 4]);
    expect(second[0]).toBeGreaterThan(first[0] ?? 0);
    expect(second[1]).toBeGreaterThan(first[1] ?? 0);
    expect(third[1]).toBeGreaterThan(second[1] ?? 0);
  });

  test("what appears delivers from tomorrow on, and what vanishes keeps its spend", () => {
    const subject = build({ deliveringShare: 1 });
    const read = (from: number, to: number) =>
      subject.truth({
        level: "PIN_PROMOTION",
        from: day(from),
        to: day(to),
        columns: ["SPEND_IN_MICRO_DOLLAR"],
      });
    const idsOf = (rows: readonly TruthRow[]) => new Set(rows.map(({ id }) => id));
    const listed = () => new Set(subject.world.accounts[0]?.ads.map(({ id }) => id));
    const original = listed();
    for (let nth = 0; nth < 5; nth++) advanceWorld(subject.world);
    subject.analytics.noteAppeared();
    const spent = idsOf(read(30, 0));
    expect([...spent].filter((id) => !listed().has(id)).length).toBeGreaterThan(0);
    expect([...spent].filter((id) => !original.has(id))).toEqual([]);
    subject.wait(2);
    expect([...idsOf(read(-1, -2))].filter((id) => !original.has(id)).length).toBeGreaterThan(0);
  });
});

test("drafts never deliver, nor does anything below them; archived ads do", () => {
  const subject = build({ deliveringShare: 1, campaigns: 12 });
  const account = subject.world.accounts[0];
  const isDraft = ({ status }: ApiRecord) => status === "DRAFT" || status === "DELETED_DRAFT";
  const drafts = new Set(account?.campaigns.filter(isDraft).map(({ id }) => id));
  const spent = new Set(subject.truth({ level: "PIN_PROMOTION" }).map(({ id }) => id));
  const statuses = new Set<unknown>();
  for (const ad of account?.ads ?? []) {
    if (isDraft(ad) || drafts.has(String(ad["campaign_id"]))) expect(spent.has(ad.id)).toBe(false);
    if (spent.has(ad.id)) statuses.add(ad["status"]);
  }
  expect(statuses).toEqual(new Set(["ACTIVE", "PAUSED", "ARCHIVED"]));
});

test("about the share that was asked for of an ad's days has delivery", () => {
  const { truth } = build();
  const rows = truth({ level: "PIN_PROMOTION", from: day(300), to: day(101), columns: ["IMPRESSION_1"] });
  const ads = new Set(rows.map(({ id }) => id));
  const share = rows.length / (ads.size * 200);
  expect(share).toBeGreaterThan(0.26);
  expect(share).toBeLessThan(0.32);
});
