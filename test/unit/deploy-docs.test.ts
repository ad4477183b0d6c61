import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Command } from "commander";
import { beforeAll, describe, expect, test } from "vitest";
import type { RegisterCommand, Shell } from "../../src/commands/shell.ts";
import { ALERT_KINDS, UNKEPT_KINDS } from "../../src/serve/alerts/condition.ts";
import { createMetrics } from "../../src/serve/metrics/metrics.ts";
import { STARTING } from "../../src/serve/schedule/scheduler-state.ts";
import { readCompose, readInstructions, readWorkloads } from "../support/deploy-files.ts";
import { listQueries, readRules } from "../support/deploy-prometheus.ts";

const operations = readFileSync("docs/operations.md", "utf8");
const rules = readRules();
const program = new Command("pinterest-ads");

beforeAll(async () => {
  const files = readdirSync("src/commands").map((name) => join("src/commands", name));
  for (const file of files.filter((name) => readFileSync(name, "utf8").includes("export const register"))) {
    const exported: Record<string, unknown> = await import(pathToFileURL(file).href);
    for (const [name, register] of Object.entries(exported))
      if (name.startsWith("register")) (register as RegisterCommand)(program, {} as Shell);
  }
});

/** Where the files of this repository and the documentation start the program: its words after its name. */
function listCalls(): [string, string][] {
  const texts = [...operations.matchAll(/pinterest-ads(?:\.js)? ([a-z][^\n`#|…]*)/g)].map(
    ([, words = ""]) => words,
  );
  const { connector, simulator } = readCompose().services;
  const containers = readWorkloads().flatMap(({ pod }) => [...(pod.initContainers ?? []), ...pod.containers]);
  const cmd = readInstructions().find(({ instruction }) => instruction === "CMD");
  const calls: [string, readonly string[]][] = [
    ["compose", connector?.command ?? []],
    ["compose", simulator?.command ?? []],
    ["Dockerfile", JSON.parse(cmd?.rest ?? "[]")],
    ...containers.map(({ args }): [string, readonly string[]] => ["Kubernetes", args]),
  ];
  return [
    ...texts.map((words): [string, string] => ["docs/operations.md", words.trim()]),
    ...calls.map(([file, words]): [string, string] => [file, words.join(" ")]),
  ];
}

test.each(listCalls())("%s starts a command that exists, with options that it has: %s", (_, words) => {
  const [first, ...rest] = words.split(/\s+/);
  let command = program.commands.find((one) => one.name() === first);
  const child = command?.commands.find((one) => one.name() === rest[0]);
  command = child ?? command;
  expect(command?.name()).toBeDefined();
  const options = command?.options.map(({ long }) => long);
  for (const word of rest) if (word.startsWith("--")) expect(options).toContain(word);
});

test("docs/operations.md restores nothing halfway, and needs no role of the dump for it", () => {
  const commands = [...operations.replaceAll("\\\n", "").matchAll(/pg_restore --[^\n`]*/g)].map(String);
  expect(commands.length).toBeGreaterThan(1);
  for (const command of commands)
    for (const option of ["--no-owner", "--no-acl", "--exit-on-error"]) expect(command).toContain(option);
});

test("docs/operations.md names services that compose has", () => {
  const calls = operations.matchAll(
    /docker compose(?: --\S+ \S+)? (?:exec|stop|logs|up)(?: -[\w-]+)*((?: \w+)*)/g,
  );
  const { services } = readCompose();
  const named = [...calls].flatMap(([, words = ""]) => words.trim().split(" ")[0] || []);
  expect(named).not.toHaveLength(0);
  for (const name of named) expect(services).toHaveProperty(name);
});

test("every link of docs/operations.md leads somewhere", () => {
  const anchorsOf = (text: string) =>
    [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) =>
      title
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, "")
        .replaceAll(" ", "-"),
    );
  const links = [...operations.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
  expect(links).not.toHaveLength(0);
  for (const link of links) {
    const [path = "", anchor] = link.split("#");
    const file = `docs/${path}`;
    if (path !== "") expect(existsSync(file), link).toBe(true);
    const text = path === "" ? operations : anchor === undefined ? "" : readFileSync(file, "utf8");
    if (anchor !== undefined) expect(anchorsOf(text), link).toContain(anchor);
  }
});

test("docs/operations.md says what to do about every alert, the connector's and those of the rules", () => {
  const rows = [...operations.matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gm)].flatMap(([, names = ""]) =>
    names.split(", "),
  );
  for (const name of [...ALERT_KINDS, ...UNKEPT_KINDS, ...rules.map(({ alert }) => alert)])
    expect(rows).toContain(`\`${name}\``);
});

describe("of what Prometheus is asked", () => {
  const metrics = createMetrics({
    version: "0",
    observe: async () => ({ kind: "unreachable", error: new Error() as never }),
    scheduler: () => STARTING,
    maxStalenessMs: 1,
    now: Date.now,
  });
  const asked = [...listQueries(operations), ...rules.map(({ expr }) => expr)].join("\n");

  test("every metric exists", () => {
    const known = metrics.registry.getMetricsAsArray().map(({ name }) => name);
    const names = [...asked.matchAll(/pinterest_ads_\w+/g)].map(([name]) => name);
    expect(names).not.toHaveLength(0);
    for (const name of names) expect(known).toContain(name);
  });

  test("every metric has the labels that it is chosen by", () => {
    for (const [, name = "", label = ""] of asked.matchAll(/(pinterest_ads_\w+)\{(\w+)/g))
      expect(metrics.registry.getSingleMetric(name), name).toMatchObject({
        labelNames: expect.arrayContaining([label]),
      });
  });
});
