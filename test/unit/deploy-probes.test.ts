import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Hono } from "hono";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AppOptions } from "../../src/serve/http/app.ts";
import { type RunningServer, startServer } from "../../src/serve/http/server.ts";
import { readCompose, readInstructions, readWorkloads } from "../support/deploy-files.ts";
import type { Probe } from "../support/deploy-kubernetes.ts";

const logger = pino({ level: "silent" });
const options: AppOptions = {
  logger,
  login: undefined,
  statusPublic: false,
  page: new Hono(),
  readiness: async () => ({ ready: false, checks: [] }),
  metrics: async () => "",
};
const [connector] =
  readWorkloads().find(({ file }) => file === "schedule/deployment.yaml")?.pod.containers ?? [];
const probes: [string, Probe | undefined, number][] = [
  ["startup", connector?.startupProbe, 200],
  ["liveness", connector?.livenessProbe, 200],
  ["readiness", connector?.readinessProbe, 503],
];

test.each(probes)(
  "the %s probe asks what the server answers, also while it is not ready",
  async (_, probe, status) => {
    expect((await fetch(new URL(probe?.httpGet.path ?? "", server.url))).status).toBe(status);
    expect(probe?.httpGet.port).toBe(connector?.ports?.[0]?.name);
  },
);

test("one port is set, opened and published", () => {
  const port = String(connector?.ports?.[0]?.containerPort);
  expect(connector?.env).toContainEqual({ name: "PORT", value: port });
  expect(readInstructions()).toContainEqual({ instruction: "EXPOSE", rest: port });
  const { environment, ports } = readCompose().services["connector"] ?? {};
  expect(environment?.["PORT"]).toBe(port);
  expect(ports?.[0]).toMatch(new RegExp(`:${port}$`));
});

let server: RunningServer;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "pinterest-ads-test-"));
  server = await startServer({ ...options, port: 0 });
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const SCHEDULE = "tini\0--\0node\0/app/src/pinterest-ads.js\0schedule\0";
const SYNC = "tini\0--\0node\0/app/src/pinterest-ads.js\0sync\0";

test.each([
  ["fails while nothing answers on the port", SCHEDULE, () => 1, 1],
  ["passes while the schedule answers", SCHEDULE, () => server.port, 0],
  ["passes for a command that does not answer at all", SYNC, () => 1, 0],
])("the health check of the image %s", async (_, commandLine, port, code) => {
  const file = join(folder, "cmdline");
  writeFileSync(file, commandLine);
  const child = spawn(process.execPath, ["deploy/healthcheck.js", file], {
    env: { PORT: String(port()) },
    stdio: "ignore",
  });
  expect(await once(child, "exit")).toEqual([code, null]);
});

test("the health check is the one that the image brings", () => {
  const [health] = readInstructions().filter(({ instruction }) => instruction === "HEALTHCHECK");
  expect(health?.rest).toMatch(/ CMD \["node", "\/app\/healthcheck\.js"\]$/);
});
