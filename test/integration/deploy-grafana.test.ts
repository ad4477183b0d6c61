import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { parse } from "yaml";
import { CORE_METRICS } from "../../src/resources/metrics.ts";
import { type Choice, expandSql, readDashboard } from "../support/dashboard.ts";
import { execute } from "../support/database.ts";
import { type MetricsUnderTest, openMetrics } from "../support/metrics-run.ts";

const GRAFANA = "deploy/grafana";
const dashboard = readDashboard(`${GRAFANA}/dashboards/pinterest-ads.json`);
const EVERYTHING: Choice = { from: new Date("2024-02-01T09:30:00Z"), to: new Date("2100-01-01") };
const suffix = randomBytes(6).toString("hex");
const ANALYST = `pinterest_ads_test_${suffix}_analyst`;
const LOADER = `pinterest_ads_test_${suffix}_loader`;
const LISTS = ["ad_accounts", "campaigns", "ad_groups", "ads"];

let under: MetricsUnderTest;

beforeAll(async () => {
  under = await openMetrics({ world: { accounts: 2 }, settings: { metrics: CORE_METRICS } });
  const { simulator, subject } = under;
  simulator.faults = [
    { kind: "poisoned_record", path: "/campaigns", poison: "wrong_type", count: 1 },
    { kind: "cut_json", path: "/ads" },
  ];
  const report = await under.run([...LISTS, "ad_account_analytics", "campaign_analytics"]);
  expect(report.status).toBe("partial");
  await subject.query(`
    update pinterest_ads_reconciliation set verdict = 'differs', difference = 1, difference_percent = 2
     where (ad_account_id, date, metric, level) in
           (select ad_account_id, date, metric, level from pinterest_ads_reconciliation limit 1);
    insert into pinterest_ads_alerts (kind, subject, summary, next_step, raised_at)
         values ('run_failed', 'schedule', 'A run failed', 'Look at it', now())`);
  await subject.query(
    `select set_config('pinterest_ads.schema', '${subject.schema}', false),
            set_config('pinterest_ads.owner', current_user, false),
            set_config('pinterest_ads.loader', '${LOADER}', false),
            set_config('pinterest_ads.analyst', '${ANALYST}', false);
     ${readFileSync("deploy/postgres/roles.sql", "utf8")}`,
  );
});

afterAll(async () => {
  await under[Symbol.asyncDispose]();
  await execute(inject("adminUrl"), `drop role if exists ${ANALYST}, ${LOADER}`);
});

function titles(type?: string): string[] {
  const panels = dashboard.panels.filter((panel) => type === undefined || panel.type === type);
  return panels.map(({ title }) => title);
}

const findQuery = (title: string) => {
  const found = [...dashboard.panels, ...dashboard.variables].find((query) => query.title === title);
  if (!found) throw new Error(`the dashboard has no ${title}`);
  return found;
};
/** What Grafana gets, as the role that it reads with. */
const ask = (title: string, choice: Partial<Choice> = {}) => {
  const url = new URL(under.subject.url);
  url.searchParams.set("options", `-c search_path=${under.subject.schema} -c role=${ANALYST}`);
  return execute(url.href, expandSql(findQuery(title).sql, { ...EVERYTHING, ...choice }));
};

test.each(titles())("panel %s has rows to show, and every column that it dresses up", async (title) => {
  const [row = {}, ...rows] = await ask(title);
  expect(Object.keys(row)).not.toHaveLength(0);
  expect(Object.keys(row)).toEqual(expect.arrayContaining([...findQuery(title).overridden]));
  expect(rows.every((other) => Object.keys(other).length === Object.keys(row).length)).toBe(true);
});

test.each(titles("timeseries"))("panel %s has a moment and numbers in every row, in order", async (title) => {
  const rows = await ask(title);
  const times = rows.map(({ time }) => Number(time));
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  for (const { time, metric = "", ...values } of rows) {
    expect(time).toBeInstanceOf(Date);
    expect(metric).toBeTypeOf("string");
    expect(Object.values(values).map(Number)).not.toContain(Number.NaN);
  }
});

test.each(titles("stat"))("panel %s has one number per currency", async (title) => {
  const rows = await ask(title);
  expect(rows.map(({ currency }) => currency)).toEqual(["EUR", "USD"]);
  for (const { value } of rows) expect(Number(value)).toBeGreaterThan(0);
});

test.each(["account", "campaign"])("the choice of %s offers names and gives ids", async (name) => {
  const table = name === "account" ? "ad_accounts" : "campaigns";
  const rows = await ask(name);
  const known = await under.subject.query(`select * from pinterest_ads_${table}`);
  expect(rows.map(({ __value: value, __text: text }) => `${value} ${text}`).toSorted()).toEqual(
    known.map(({ id, ad_account_id, name: text }) => `${id ?? ad_account_id} ${text}`).toSorted(),
  );
});

test("spend is never added up across currencies", async () => {
  const rows = await ask("Spend");
  const truth = await under.subject.query(
    `select currency, sum(spend_in_micro_dollar) / 1e6 as spend from pinterest_ads_campaign_analytics group by 1 order by 1`,
  );
  expect(truth).toHaveLength(2);
  expect(rows.map(({ currency, value }) => [currency, Number(value)])).toEqual(
    truth.map(({ currency, spend }) => [currency, Number(spend)]),
  );
});

test("what is chosen is what is shown", async () => {
  const [one] = await ask("account");
  const account = [String(one?.["__value"])];
  expect(await ask("Spend", { account })).toHaveLength(1);
  expect(await ask("campaign", { account })).not.toHaveLength(0);
  const [campaign] = await ask("campaign", { account });
  const rows = await ask("Campaigns", { campaign: [String(campaign?.["__value"]), "O'Neill"] });
  expect(rows).toEqual([expect.objectContaining({ campaign: campaign?.["__text"] })]);
  expect(await ask("Spend", { account: ["O'Neill"] })).toEqual([]);
});

test("a period holds the whole of its first and last day", async () => {
  const day = under.daysAgo(2);
  const noon = new Date(`${day}T12:00:00Z`);
  const rows = await ask("Spend per day and account", { from: noon, to: noon });
  expect(rows.map(({ time }) => Number(time))).toEqual(Array(2).fill(Date.parse(day)));
  expect(dashboard.timezone).toBe("utc");
});

test("the dashboard reads from the data source that is provisioned, and compose puts it where Grafana looks", () => {
  const read = (file: string) => parse(readFileSync(file, "utf8"));
  const [source] = read(`${GRAFANA}/provisioning/datasources/warehouse.yaml`).datasources;
  expect([...dashboard.datasources]).toEqual([JSON.stringify({ type: source.type, uid: source.uid })]);
  const [provider] = read(`${GRAFANA}/provisioning/dashboards/files.yaml`).providers;
  const { volumes, environment } = read("docker-compose.yml").services.grafana;
  expect(volumes).toContain(`./${GRAFANA}/dashboards:${provider.options.path}:ro`);
  expect(environment.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH).toMatch(
    new RegExp(`^${provider.options.path}/pinterest-ads.json$`),
  );
});
