import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { Hono } from "hono";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import type { Readiness } from "../../src/serve/health/readiness.ts";
import { type RunningServer, type ServerOptions, startServer } from "../../src/serve/http/server.ts";
import { ask } from "../support/ask.ts";
import { createMemoryLogger } from "../support/pinterest-client.ts";

const LOGIN = { user: "ops", password: "s3cret: ü" };
const READY: Readiness = { ready: true, checks: [] };
const OPEN_PATHS = ["/healthz", "/readyz", "/metrics"];

const { logger, log } = createMemoryLogger();
const servers: RunningServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function start(options: Partial<ServerOptions> = {}): Promise<RunningServer> {
  const server = await startServer({
    port: 0,
    login: undefined,
    statusPublic: false,
    logger,
    page: createPage(),
    readiness: async () => READY,
    metrics: async () => "",
    ...options,
  });
  servers.push(server);
  return server;
}

function createPage(): Hono {
  return new Hono()
    .get("/", (context) => context.html("<h1>Status</h1>"))
    .get("/page.css", (context) => context.body("h1{}", 200, { "cache-control": "max-age=60" }))
    .get("/chart.svg", (context) =>
      context.body("<svg/>", 200, { "content-security-policy": "style-src 'unsafe-inline'" }),
    )
    .get("/broken", () => {
      throw new Error("inner workings");
    });
}

function authorize(text: string): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(text).toString("base64")}` };
}

describe("without a login the page is shown to this machine alone", () => {
  test.each<[string, Record<string, string>, number]>([
    ["its name", { host: "localhost:8080" }, 200],
    ["its address", { host: "127.0.0.1" }, 200],
    ["its IPv6 address", { host: "[::1]:8080" }, 200],
    ["a name that resolves to it", { host: "rebound.example" }, 403],
    ["a name that begins like it", { host: "localhost.example" }, 403],
    ["a name with a login in it", { host: "localhost@rebound.example" }, 400],
    ["a proxy that names its client", { host: "localhost", "x-forwarded-for": "203.0.113.9" }, 403],
    ["a proxy that names itself", { host: "localhost", via: "1.1 proxy" }, 403],
  ])("asked by %s", async (_name, headers, status) => {
    const { port } = await start();
    expect((await ask(`http://127.0.0.1:${port}/`, headers)).status).toBe(status);
  });

  test("whoever is refused learns which variables to set, whatever was asked for", async () => {
    const { url } = await start();
    for (const path of ["/", "/page.css", "/nothing"]) {
      const { status, text } = await ask(url + path, { host: "rebound.example" });
      expect(status).toBe(403);
      expect(text).toMatch(/STATUS_USER and STATUS_PASSWORD.+STATUS_PUBLIC=true/);
    }
  });

  test("unless it is public", async () => {
    const { url } = await start({ statusPublic: true });
    expect((await ask(url, { host: "status.example" })).status).toBe(200);
  });
});

const outside = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ internal, family }) => !internal && family === "IPv4")?.address;

describe.skipIf(outside === undefined)("asked over another interface of the machine", () => {
  test.each<[string, Partial<ServerOptions>, Record<string, string>, number]>([
    ["the page is refused", {}, { host: "localhost" }, 403],
    ["the page is shown when it is public", { statusPublic: true }, {}, 200],
    ["the page wants the login", { login: LOGIN, statusPublic: true }, {}, 401],
    ["the page is shown to the login", { login: LOGIN }, authorize(`${LOGIN.user}:${LOGIN.password}`), 200],
  ])("%s", async (_name, options, headers, status) => {
    const { port } = await start(options);
    expect((await ask(`http://${outside}:${port}/`, headers)).status).toBe(status);
    for (const path of OPEN_PATHS) expect((await ask(`http://${outside}:${port}${path}`)).status).toBe(200);
  });
});

describe("with a login", () => {
  test.each<[string, Record<string, string>, number]>([
    ["the right one is let in", authorize("ops:s3cret: ü"), 200],
    ["a wrong password is not", authorize("ops:s3cret"), 401],
    ["a wrong user is not", authorize("root:s3cret: ü"), 401],
    ["none is not, although from this machine", {}, 401],
    ["another scheme is not", { authorization: "Bearer s3cret" }, 401],
    ["nonsense is not", { authorization: "Basic %%%" }, 401],
  ])("%s", async (_name, headers, status) => {
    const { url } = await start({ login: LOGIN });
    const answer = await ask(`${url}/page.css`, headers);
    expect(answer.status).toBe(status);
    expect(answer.headers["www-authenticate"]).toBe(
      status === 401 ? 'Basic realm="Pinterest ads warehouse"' : undefined,
    );
  });

  test("many wrong tries are one line in the log, without what was tried, and lock nobody out", async () => {
    const { url } = await start({ login: LOGIN });
    const before = log().length;
    for (let count = 0; count < 20; count += 1) await ask(url, authorize(`ops:guess${count}`));
    expect((await ask(url, authorize("ops:s3cret: ü"))).status).toBe(200);
    const lines = log().slice(before).trim().split("\n");
    expect(lines).toEqual([expect.stringContaining("wrong login for the status page")]);
    expect(lines[0]).not.toContain("guess");
  });
});

test("every answer, also of what failed, forbids scripts, framing, sniffing and caching", async () => {
  const { url } = await start({ login: LOGIN });
  const login = authorize("ops:s3cret: ü");
  const answers = [
    await ask(`${url}/`, login),
    await ask(`${url}/`),
    await ask(`${url}/broken`, login),
    await ask(`${url}/nothing`, login),
    ...(await Promise.all(OPEN_PATHS.map((path) => ask(url + path)))),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 401, 500, 404, 200, 200, 200]);
  for (const { headers } of answers)
    expect(headers).toMatchObject({
      "content-security-policy":
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "no-referrer",
      "cache-control": "no-store",
    });
});

test("a policy of an answer's own, for scripts or for caching, is kept", async () => {
  const { url } = await start();
  expect((await ask(`${url}/page.css`)).headers["cache-control"]).toBe("max-age=60");
  expect((await ask(`${url}/chart.svg`)).headers["content-security-policy"]).toBe(
    "style-src 'unsafe-inline'",
  );
});

test("what goes wrong is in the log and not in the answer", async () => {
  const { url } = await start();
  const { status, text } = await ask(`${url}/broken`);
  expect(status).toBe(500);
  expect(text).toBe("Something went wrong; the log of the connector says what.");
  expect(log()).toContain("inner workings");
});

test("only reading is answered", async () => {
  const { url } = await start();
  expect((await ask(`${url}/healthz`, {}, "HEAD")).status).toBe(200);
  for (const method of ["POST", "DELETE"]) expect((await ask(`${url}/`, {}, method)).status).toBe(404);
});

test("readiness is told by the status as well", async () => {
  const readiness: Readiness = { ready: false, checks: [{ check: "schema", ok: false, detail: "missing" }] };
  const { url } = await start({ readiness: async () => readiness });
  const { status, text } = await ask(`${url}/readyz`);
  expect(status).toBe(503);
  expect(JSON.parse(text)).toEqual(readiness);
});

describe("what readiness finds is told in words", () => {
  const readiness: Readiness = {
    ready: false,
    checks: [
      { check: "database", ok: true, detail: "reachable" },
      { check: "freshness", ok: false, detail: "ads of 549755885175 is 3 days old" },
    ],
  };
  const IN_WORDS = readiness.checks;
  const BARE = IN_WORDS.map(({ check, ok }) => ({ check, ok }));
  const local = { host: "localhost" };

  test.each<[string, Partial<ServerOptions>, Record<string, string>, Readiness["checks"] | typeof BARE]>([
    ["to this machine", {}, local, IN_WORDS],
    ["to this machine, beside a login for the page", { login: LOGIN }, local, IN_WORDS],
    ["not to a name that resolves to it", {}, { host: "rebound.example" }, BARE],
    ["not through a proxy", {}, { ...local, "x-forwarded-for": "203.0.113.9" }, BARE],
    ["to everybody where the page is public", { statusPublic: true }, { host: "status.example" }, IN_WORDS],
  ])("%s", async (_name, options, headers, checks) => {
    const { port } = await start({ ...options, readiness: async () => readiness });
    const { status, text } = await ask(`http://127.0.0.1:${port}/readyz`, headers);
    expect(status).toBe(503);
    expect(JSON.parse(text)).toEqual({ ready: false, checks });
  });

  test.skipIf(outside === undefined)("not over another interface of the machine", async () => {
    const { port } = await start({ readiness: async () => readiness });
    const { status, text } = await ask(`http://${outside}:${port}/readyz`, local);
    expect(status).toBe(503);
    expect(JSON.parse(text)).toEqual({ ready: false, checks: BARE });
  });
});

test.each([
  ["HTTP/1.0: a probe is answered", "/healthz HTTP/1.0", /^HTTP\/1\.1 200 OK[\s\S]*\r\n\r\nok$/],
  [
    "HTTP/1.0: readiness is told without words",
    "/readyz HTTP/1.0",
    /200 OK[\s\S]*\[\{"check":"schema","ok":true\}\]/,
  ],
  ["HTTP/1.0: the page is not shown", "/ HTTP/1.0", /^HTTP\/1\.1 403 /],
  ["HTTP/1.1: a probe is answered", "/healthz HTTP/1.1", /^HTTP\/1\.1 200 OK[\s\S]*\r\n\r\nok$/],
  ["HTTP/1.1: the page is not shown", "/ HTTP/1.1", /^HTTP\/1\.1 403 /],
])("without a host, %s", async (_what, line, expected) => {
  const { port } = await start({
    readiness: async () => ({ ready: true, checks: [{ check: "schema", ok: true, detail: "migrated" }] }),
  });
  const socket = connect(port, "127.0.0.1");
  socket.write(`GET ${line}\r\nConnection: close\r\n\r\n`);
  let answer = "";
  for await (const chunk of socket.setEncoding("utf8")) answer += chunk;
  expect(answer).toMatch(expected);
});

test("what takes longer than any reading of the warehouse may is answered with 504", async () => {
  const asked = Promise.withResolvers<void>();
  const { url } = await start({
    readiness() {
      asked.resolve();
      return new Promise(() => undefined);
    },
  });
  onTestFinished(() => void vi.useRealTimers());
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  let over = false;
  const answer = ask(`${url}/readyz`).finally(() => {
    over = true;
  });
  await asked.promise;
  vi.advanceTimersByTime(34_999);
  expect((await ask(`${url}/healthz`)).status).toBe(200);
  expect(over).toBe(false);
  vi.advanceTimersByTime(1);
  expect(await answer).toMatchObject({ status: 504, text: "Took too long." });
});

test("a port in use fails at once with what to do", async () => {
  const { port } = await start();
  await expect(start({ port })).rejects.toMatchObject({
    code: "port_taken",
    message: `Port ${port} is taken by another program`,
    nextStep: expect.stringContaining("PORT"),
  });
});

test("closing waits for no connection, be it idle, half a request or one without an answer yet", async () => {
  const asked = Promise.withResolvers<void>();
  const readiness = () => {
    asked.resolve();
    return new Promise<Readiness>(() => undefined);
  };
  const server = await start({ readiness });
  const sockets = ["", "GET / HTTP/1.1\r\nHost:", "GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n"].map(
    (text) => {
      const socket = connect(server.port, "127.0.0.1");
      socket.on("error", () => undefined);
      socket.write(text);
      return new Promise((resolve) => socket.once("close", resolve));
    },
  );
  await asked.promise;
  await server.close();
  await Promise.all(sockets);
});
