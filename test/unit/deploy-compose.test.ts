import { readFileSync } from "node:fs";
import { parse as parseEnvFile } from "dotenv";
import { describe, expect, test } from "vitest";
import { parseEnvironment, VARIABLES } from "../../src/environment.ts";
import { startSimulator } from "../../src/simulator/simulator.ts";
import { readCompose, SECRET_NAME } from "../support/deploy-files.ts";

const text = readFileSync("docker-compose.yml", "utf8");
const { services } = readCompose();
const { connector, simulator } = services;
const demo = parseEnvFile(readFileSync("deploy/demo.env", "utf8"));
/** Those that an .env may hold. */
const interpolated = new Set([...text.matchAll(/\$\{(\w+)/g)].map(([, name = ""]) => name));

/** As compose does it: from the innermost variable outwards. */
function interpolate(text: string, variables: Readonly<Record<string, string>>): string {
  const next = text.replace(
    /\$\{(\w+)(?::[-?]([^${}]*))?\}/g,
    (_, name: string, fallback = "") => variables[name] ?? fallback,
  );
  return next === text ? text : interpolate(next, variables);
}

test("the connector is given every variable that it knows, and no other", () => {
  expect(Object.keys(connector?.environment ?? {}).toSorted()).toEqual(VARIABLES.toSorted());
});

test("a variable of .env goes to the container under its own name", () => {
  for (const [name, value] of Object.entries(connector?.environment ?? {}))
    if (name !== "PORT") expect(value).toMatch(new RegExp(`^\\$\\{${name}:-`));
});

test("a DATABASE_URL of one's own beats the Postgres of compose", () => {
  const url = "postgres://loader:secret@db.example.com:5432/ads";
  const value = connector?.environment?.["DATABASE_URL"] ?? "";
  expect(interpolate(value, { DATABASE_URL: url, POSTGRES_PASSWORD: "x" })).toBe(url);
  expect(interpolate(value, { POSTGRES_PASSWORD: "x" })).toBe(
    "postgres://pinterest_ads:x@postgres:5432/pinterest_ads",
  );
});

test.each(Object.keys(services))("%s says no more than its disk can hold", (name) => {
  expect(services[name]?.logging).toEqual({
    driver: "json-file",
    options: { "max-size": "10m", "max-file": "5" },
  });
});

test.each(Object.keys(services))("no secret of %s stands in the file", (name) => {
  for (const [variable, value] of Object.entries(services[name]?.environment ?? {}))
    if (SECRET_NAME.test(variable)) expect(value, variable).toMatch(/\$\{\w+/);
});

test.each(Object.keys(services))("%s is seen from this machine alone, and cannot gain rights", (name) => {
  const { ports = [], security_opt } = services[name] ?? {};
  for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  expect(security_opt).toEqual(["no-new-privileges:true"]);
});

test.each(["connector", "simulator", "analyst", "grafana"])(
  "%s has no capability and cannot write",
  (name) => {
    expect(services[name]).toMatchObject({ read_only: true, cap_drop: ["ALL"] });
  },
);

test("the connector waits for a database that takes connections, and for the simulator only where there is one", () => {
  expect(connector?.depends_on).toEqual({
    postgres: { condition: "service_healthy" },
    simulator: { condition: "service_healthy", required: false },
  });
  for (const { depends_on = {} } of Object.values(services))
    for (const [name, { condition }] of Object.entries(depends_on))
      if (condition === "service_healthy" && name !== "connector")
        expect(services[name]?.healthcheck, name).toBeDefined();
});

test("only the demo starts the simulator and only bi Grafana; without a profile neither does", () => {
  const profiles = Object.fromEntries(
    Object.entries(services).map(([name, { profiles }]) => [name, profiles]),
  );
  expect(profiles).toEqual({
    postgres: undefined,
    connector: undefined,
    simulator: ["demo"],
    analyst: ["bi"],
    grafana: ["bi"],
  });
});

test("what compose alone reads out of .env is no misspelt setting", () => {
  const problems: string[] = [];
  const foreign = [...interpolated].filter((name) => !VARIABLES.some((known) => known === name));
  parseEnvironment(Object.fromEntries(foreign.map((name) => [name, "x"])), new Set(foreign), problems);
  expect(foreign).toContain("POSTGRES_PASSWORD");
  expect(problems).toEqual([]);
});

describe("the demo", () => {
  const given = Object.entries(connector?.environment ?? {}).map(([name, value]) => [
    name,
    interpolate(value, demo),
  ]);
  const problems: string[] = [];
  const environment = parseEnvironment(
    Object.fromEntries(given.filter(([, value]) => value !== "")),
    new Set(),
    problems,
  );

  test("sets only what compose uses, and is complete without an .env", () => {
    for (const name of Object.keys(demo))
      if (!name.startsWith("COMPOSE_")) expect(interpolated).toContain(name);
    expect(problems).toEqual([]);
    expect(environment.databaseUrl).toBe("postgres://pinterest_ads:demo@postgres:5432/pinterest_ads");
  });

  test("has data of its own", () => {
    expect(demo["COMPOSE_PROJECT_NAME"]).toBe("pinterest-ads-demo");
    expect(demo["COMPOSE_PROFILES"]?.split(",")).toContain("demo");
  });

  test("asks the simulator where it listens, with a token that it takes", async () => {
    const [, , host, , port] = simulator?.command ?? [];
    expect(host).toBe("0.0.0.0");
    expect(environment.apiUrl).toBe(`http://simulator:${port}/v5`);
    expect(simulator?.healthcheck?.test.join(" ")).toContain(`127.0.0.1:${port}/v5/`);
    const running = await startSimulator();
    expect(environment.accessToken).toBe(running.accessToken);
    await running.close();
  });
});
