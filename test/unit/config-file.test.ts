import { expect, test } from "vitest";
import { readConfigFile } from "../../src/config-file.ts";

const ANALYTICS = {
  levels: [
    ...["ad_account", "campaign", "ad_group", "ad", "product_group", "keyword"],
    ...["ad_account_targeting", "campaign_targeting"],
  ],
  metrics: ["core"],
  targeting_types: ["AGE_BUCKET", "GENDER", "COUNTRY", "APPTYPE", "PLACEMENT"],
  method: "auto",
  attribution: [{ click: 30, engagement: 30, view: 1, report_time: "TIME_OF_AD_ACTION" }],
  report_timeout_minutes: 30,
};
const SERVICE = {
  schedule: {
    timezone: "UTC",
    entities: "0 */6 * * *",
    catalogs: "0 */6 * * *",
    analytics: "30 5 * * *",
    recent_analytics: "0 */6 * * *",
    recent_days: 3,
  },
  health: {},
  alerts: { format: "slack" },
  retention: { runs_days: 90, rejected_days: 30 },
};
const DEFAULTS = {
  concurrency: 4,
  rate_limit: { max_wait_minutes: 15 },
  analytics: ANALYTICS,
  ...SERVICE,
};

function read(text: string) {
  const problems: string[] = [];
  return { config: readConfigFile("connector.yaml", text, problems), problems };
}

test.each(["", "# nothing but a comment\n", "---\n", "{}"])("an empty file has every default: %j", (text) => {
  expect(read(text)).toEqual({ config: DEFAULTS, problems: [] });
});

test("every key is taken over; ids may be written as numbers", () => {
  const text = `
resources: [ads, campaigns]
accounts: [549755885175, "626744128982"]
concurrency: 8
rate_limit:
  max_wait_minutes: 0.5
`;
  expect(read(text)).toEqual({
    config: {
      resources: ["ads", "campaigns"],
      accounts: ["549755885175", "626744128982"],
      concurrency: 8,
      rate_limit: { max_wait_minutes: 0.5 },
      analytics: ANALYTICS,
      ...SERVICE,
    },
    problems: [],
  });
});

test.each<[string, string, RegExp]>([
  [
    "a misspelt key",
    "resource: [ads]",
    /^connector.yaml:1: unknown key "resource"; did you mean resources\?$/,
  ],
  [
    "a misspelt key further in",
    "\nrate_limit:\n  max_wait_minute: 3",
    /^connector.yaml:3: unknown key "rate_limit.max_wait_minute"; did you mean max_wait_minutes\?$/,
  ],
  ["an unknown key", "verbosity: 3", /unknown key "verbosity"; valid are: resources, accounts/],
  [
    "a misspelt resource",
    "resources:\n  - ads\n  - camapigns",
    /^connector.yaml:3: no resource "camapigns"; did you mean campaigns\?$/,
  ],
  ["no resource at all", "resources: []", /:1: resources: name at least one resource, or leave the key out/],
  ["no account at all", "accounts: []", /:1: accounts: name at least one account, or leave the key out/],
  ["too much at once", "concurrency: 33", /^connector.yaml:1: concurrency: /],
  ["nothing at once", "concurrency: 0", /^connector.yaml:1: concurrency: /],
  ["half a slice", "concurrency: 1.5", /^connector.yaml:1: concurrency: /],
  ["no patience", "rate_limit: { max_wait_minutes: 0 }", /^connector.yaml:1: rate_limit.max_wait_minutes: /],
  ["an id that is none", 'accounts: ["12a"]', /^connector.yaml:1: accounts.0: /],
  ["a negative id", "accounts: [-12]", /^connector.yaml:1: accounts.0: /],
  [
    "an id too long for an unquoted number",
    "accounts: [12345678901234567890]",
    /^connector.yaml:1: accounts.0: /,
  ],
  ["a list instead of keys", "- ads", /^connector.yaml:1: the file: /],
  ["a text instead of keys", "ads", /^connector.yaml:1: the file: /],
  ["a key twice", "concurrency: 1\nconcurrency: 2", /^connector.yaml:\d: Map keys must be unique/],
  ["broken YAML", "resources: [ads\nconcurrency: 2", /^connector.yaml:\d: /],
])("%s is a problem with its place", (_, text, problem) => {
  const { problems } = read(text);
  expect(problems).toEqual([expect.stringMatching(problem)]);
});

test("all problems come at once, and what is wrong has its default", () => {
  const { config, problems } = read("resourcse: [ads]\nconcurrency: no\nrate_limit: 3\n");
  expect(problems).toHaveLength(3);
  expect(config).toEqual(DEFAULTS);
});
