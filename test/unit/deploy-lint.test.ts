import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseCompose } from "../support/deploy-compose.ts";
import { readInstructions } from "../support/deploy-files.ts";
import { parseKustomization, parseManifests } from "../support/deploy-kubernetes.ts";
import { countErrors, listQueries, parseRules } from "../support/deploy-prometheus.ts";
import { findPropertyProblems, findUnitProblems } from "../support/deploy-systemd.ts";

const COMPOSE = "docker-compose.yml";
const RULES = "deploy/prometheus/rules.yaml";
const UNIT = "deploy/systemd/pinterest-ads.service";
const BY_HAND = "deploy/systemd/pinterest-ads";
const ANALYST = "deploy/grafana/analyst.sh";
const OPERATIONS = "docs/operations.md";
const SCRIPTS = [ANALYST, BY_HAND];
const CONNECTOR_CONFIGURATIONS = ["connector.yaml", "connector-recent.yaml"];
const MANIFESTS = globSync("deploy/kubernetes/*/*.yaml").filter(
  (file) => !CONNECTOR_CONFIGURATIONS.some((name) => file.endsWith(`/base/${name}`)),
);
const read = (file: string) => readFileSync(file, "utf8");

/** What is wrong with a text that stands in the place of a file. */
const LINTERS: readonly [files: readonly string[], lint: (text: string) => readonly string[]][] = [
  [[COMPOSE], (text) => attempt(() => parseCompose(text))],
  [
    MANIFESTS,
    (text) => attempt(() => (/^kind: Kustom/m.test(text) ? parseKustomization : parseManifests)(text)),
  ],
  [[RULES], (text) => attempt(() => parseRules(text))],
  [[UNIT], findUnitProblems],
  [SCRIPTS, (text) => [...findSyntaxErrors(text), ...findPropertyProblems(text)]],
  [[OPERATIONS], lintDocument],
];

function lint(file: string, text: string): string {
  return LINTERS.flatMap(([files, of]) => (files.includes(file) ? of(text) : [])).join("\n");
}

function attempt(parse: () => unknown): string[] {
  try {
    parse();
    return [];
  } catch (error) {
    return [String(error)];
  }
}

function findSyntaxErrors(script: string): string[] {
  const { status, stderr } = spawnSync("sh", ["-n"], { input: script, encoding: "utf8" });
  return status === 0 ? [] : [`a shell cannot read it: ${stderr}`];
}

function lintDocument(markdown: string): string[] {
  const blocks = [...markdown.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = ""]) => block);
  const wrong = listQueries(markdown).filter((query) => countErrors(query) > 0);
  return [
    ...blocks.flatMap(findSyntaxErrors),
    ...findPropertyProblems(blocks.join("\n")),
    ...wrong.map((query) => `is not PromQL: ${query}`),
  ];
}

test.each(LINTERS.flatMap(([files]) => files))(
  "nothing is misspelt, misplaced or of a wrong type in %s",
  (file) => {
    expect(lint(file, read(file))).toBe("");
  },
);

test("commands of the Dockerfile are such that a shell can read them", () => {
  const commands = readInstructions().filter(({ instruction }) => instruction === "RUN");
  expect(commands).not.toHaveLength(0);
  for (const { rest } of commands) expect(findSyntaxErrors(rest)).toEqual([]);
});

const DEPLOYMENT = "deploy/kubernetes/schedule/deployment.yaml";
const CRON = "deploy/kubernetes/cron/full.yaml";
const KUSTOMIZATION = "deploy/kubernetes/cron/kustomization.yaml";

test.each<[file: string, from: string, to: string, told: RegExp]>([
  [COMPOSE, "  restart: unless-stopped", "  restrat: unless-stopped", /"restrat"/],
  [COMPOSE, "restart: unless-stopped", "restart: unless_stopped", /unless-stopped/],
  [COMPOSE, "retries: 5", "retries: five", /expected number/],
  [COMPOSE, "interval: 5s", "interval: 5 seconds", /"interval"/],
  [COMPOSE, "    healthcheck:\n", "    retries: 5\n    healthcheck:\n", /"retries"/],
  [COMPOSE, 'test: ["CMD", "pg_isready"', 'test: ["CMDS", "pg_isready"', /"CMD"/],
  [COMPOSE, "read_only: true", 'read_only: "true"', /expected boolean/],
  [COMPOSE, 'command: ["schedule"]', "command: schedule", /expected array/],
  [COMPOSE, "mem_limit: 512m", "mem_limit: 512Mi", /"mem_limit"/],
  [COMPOSE, 'max-file: "5"', "max-files: 5", /"max-files"/],
  [COMPOSE, "condition: service_healthy", "condition: service_healty", /service_healthy/],
  [COMPOSE, "    depends_on:\n      postgres:", "    depends_on:\n      postgress:", /depends on postgress/],
  [COMPOSE, "- warehouse:/var", "- warehouses:/var", /mounts warehouses/],
  [COMPOSE, ":-8080}:8080", ":-8080}", /"ports"/],
  [COMPOSE, "pull_policy: never", "pull_policy: nevr", /"pull_policy"/],
  [COMPOSE, "    shm_size: 256mb", "    shm_size: 256mb\n    shm_size: 1g", /unique/],
  [COMPOSE, "services:", "service:", /"service"/],
  [DEPLOYMENT, "type: Recreate", "type: Recraete", /"Recreate"/],
  [DEPLOYMENT, "periodSeconds: 30", "periodSecond: 30", /"periodSecond"/],
  [DEPLOYMENT, "periodSeconds: 30", "periodSeconds: 30s", /expected number/],
  [DEPLOYMENT, "apiVersion: apps/v1", "apiVersion: apps/v1beta1", /"apps\/v1"/],
  [DEPLOYMENT, "memory: 512Mi", "memory: 512MB", /"memory"/],
  [DEPLOYMENT, 'value: "true"', "value: true", /expected string/],
  [DEPLOYMENT, "readOnlyRootFilesystem", "readOnlyRootFileSystem", /"readOnlyRootFileSystem"/],
  [DEPLOYMENT, "  template:\n", "  template:\n    enableServiceLinks: true\n", /"enableServiceLinks"/],
  [
    "deploy/kubernetes/schedule/service.yaml",
    "NotReadyAddresses",
    "NotReadyAdresses",
    /"publishNotReadyAdresses"/,
  ],
  [CRON, "startingDeadlineSeconds: 3600", "startingDeadlineSeconds: 1h", /expected number/],
  [CRON, "activeDeadlineSeconds", "activeDeadlineSecond", /"activeDeadlineSecond"/],
  [CRON, "apiVersion: batch/v1", "apiVersion: batch/v1beta1", /"batch\/v1"/],
  [CRON, "kind: CronJob", "kind: Cronjob", /"kind"/],
  [CRON, "restartPolicy: Never", "restartPolicy: Always", /"Never"/],
  [CRON, "concurrencyPolicy: Forbid", "concurrencyPolicy: Forbidden", /"Forbid"/],
  [CRON, "sizeLimit: 64Mi", "sizeLimit: 64 Mi", /"sizeLimit"/],
  [CRON, "secretRef:", "secretKeyRef:", /"secretKeyRef"/],
  [
    "deploy/kubernetes/migrate/job.yaml",
    "ttlSecondsAfterFinished",
    "ttlSecondAfterFinished",
    /"ttlSecondAfter/,
  ],
  ["deploy/kubernetes/base/secret.yaml", "stringData:", "stringdata:", /"stringdata"/],
  [KUSTOMIZATION, "newTag: 0.1.0", "newTag: 0.1", /expected string/],
  [KUSTOMIZATION, "includeSelectors", "includeSelector", /"includeSelector"/],
  [
    RULES,
    "expr: max(pinterest_ads_database_up) == 0",
    "expr: max(pinterest_ads_database_up == 0",
    /not PromQL/,
  ],
  [RULES, "unless on ()", "unles on ()", /not PromQL/],
  [RULES, 'absent(up{job="pinterest-ads"})', 'absnt(up{job="pinterest-ads"})', /not PromQL/],
  [RULES, "for: 15m", "for: 15 minutes", /"for"/],
  [RULES, "    rules:", "    rule:", /"rule"/],
  [RULES, "annotations:", "annotation:", /"annotation"/],
  [RULES, "severity: critical", "severity: critcal", /"critical"/],
  [RULES, "$value | humanizeDuration }}", "$value | humanizeDuration }", /"summary"/],
  [UNIT, "ProtectSystem=strict", "ProtectSytem=strict", /ProtectSytem: unknown here/],
  [UNIT, "ProtectSystem=strict", "ProtectSystem=strictly", /ProtectSystem: strictly/],
  [UNIT, "RestartSec=30", "RestartSec=thirty", /RestartSec: thirty/],
  [UNIT, "[Service]", "[Services]", /\[Services\] WorkingDirectory: unknown here/],
  [UNIT, "Wants=", "WantedBy=", /\[Unit\] WantedBy: unknown here/],
  [UNIT, "PrivateTmp=yes", "PrivateTmp: yes", /PrivateTmp: yes/],
  [UNIT, "PrivateTmp=yes", "PrivateTmp = maybe", /unknown here/],
  [BY_HAND, "--property=DynamicUser", "--property=DynamicUsers", /DynamicUsers: unknown here/],
  [BY_HAND, "\nfi\n", "\n", /a shell cannot read it/],
  [ANALYST, "\ndone\n", "\n", /a shell cannot read it/],
  [ANALYST, '"$(dirname "$0")/../postgres"', '"$(dirname "$0")/../postgres', /a shell cannot read it/],
  [
    OPERATIONS,
    "(rate(pinterest_ads_api_wait_seconds_total",
    "(rate pinterest_ads_api_wait_seconds_total",
    /not PromQL/,
  ],
  [OPERATIONS, "npm ci --omit=dev\n", "npm ci --omit=dev &&& \n", /a shell cannot read it/],
])("in %s it is told that %j has become %j", (file, from, to, told) => {
  const text = read(file);
  expect(text).toContain(from);
  expect(
    lint(
      file,
      text.replace(from, () => to),
    ),
  ).toMatch(told);
});
