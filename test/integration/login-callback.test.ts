import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { PassThrough } from "node:stream";
import { expect, onTestFinished, test } from "vitest";
import { type Callback, openCallback } from "../../src/commands/login-callback.ts";
import { awaitUser } from "../../src/commands/login-limit.ts";
import { readPastedCode } from "../../src/commands/login-paste.ts";
import { createHeldClock } from "../support/held-clock.ts";

const STATE = "the-right-state";

async function listen(): Promise<Callback> {
  const callback = await openCallback({ port: 0, pathname: "/callback", state: STATE });
  onTestFinished(callback.close);
  return callback;
}

function visit({ port }: Callback, address: string, init?: RequestInit): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}${address}`, init);
}

test.each([
  ["another path", "/?code=abc&state=the-right-state", {}, 404],
  ["the icon of the page", "/favicon.ico", {}, 404],
  ["another method", "/callback?code=abc&state=the-right-state", { method: "POST" }, 404],
  ["no parameters", "/callback", {}, 400],
  ["no state", "/callback?code=abc", {}, 400],
  ["another state", "/callback?code=abc&state=guessed", {}, 400],
  ["a refusal without the state", "/callback?error=access_denied", {}, 400],
])("%s does not end the waiting, and the right answer still does", async (_what, address, init, status) => {
  const callback = await listen();
  expect((await visit(callback, address, init)).status).toBe(status);
  expect((await visit(callback, `/callback?state=${STATE}&code=the-code`)).status).toBe(200);
  expect(await callback.code).toBe("the-code");
});

test("a browser that finds localhost at ::1 arrives too", async ({ skip }) => {
  const probe = await listenAtIpv6();
  if (!probe) return skip("this machine has no ::1");
  await new Promise((resolve) => probe.close(resolve));
  const callback = await listen();
  await fetch(`http://[::1]:${callback.port}/callback?code=abc&state=${STATE}`);
  expect(await callback.code).toBe("abc");
});

/** Undefined on a machine without that address. */
async function listenAtIpv6(): Promise<Server | undefined> {
  const server = createServer();
  const listening = once(server.listen(0, "::1"), "listening");
  return listening.then(
    () => server,
    () => undefined,
  );
}

test("a refusal with the right state ends the waiting, and what it says is escaped and safe", async () => {
  const callback = await listen();
  const said = encodeURIComponent(`<script>alert("1")</script> pinr_secret`);
  const answer = await visit(
    callback,
    `/callback?state=${STATE}&error=access_denied&error_description=${said}`,
  );
  const page = await answer.text();
  expect(page).toContain("access_denied: &#60;script&#62;alert(&#34;1&#34;)&#60;/script&#62; [redacted]");
  await expect(callback.code).rejects.toMatchObject({
    code: "login_failed",
    message: expect.stringMatching(/access_denied/),
  });
});

test("no page runs anything, is kept or tells its address on, and none repeats code or state", async () => {
  const callback = await listen();
  for (const address of [
    "/",
    "/callback",
    "/callback?code=the-code&state=other",
    `/callback?code=the-code&state=${STATE}`,
  ]) {
    const answer = await visit(callback, address);
    expect(answer.headers.get("content-security-policy")).toMatch(/^default-src 'none';/);
    expect(answer.headers.get("referrer-policy")).toBe("no-referrer");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(await answer.text()).not.toMatch(/the-code|the-right-state/);
  }
});

test("a port that is taken is told with the ways out", async () => {
  const { port } = await listen();
  await expect(openCallback({ port, pathname: "/", state: STATE })).rejects.toMatchObject({
    code: "usage",
    message: expect.stringContaining(`port ${port}`),
    nextStep: expect.stringMatching(/--port.*--manual/),
  });
});

test("a port that is taken at ::1 alone is not listened on at all", async ({ skip }) => {
  const other = await listenAtIpv6();
  if (!other) return skip("this machine has no ::1");
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  await expect(openCallback({ port, pathname: "/", state: STATE })).rejects.toMatchObject({ code: "usage" });
  const again = createServer();
  await once(again.listen(port, "127.0.0.1"), "listening");
  again.close();
});

test("a user who does not answer within ten minutes is not waited for any longer", async () => {
  const clock = createHeldClock();
  const waiting = awaitUser({ clock, signal: new AbortController().signal }, async (over) => {
    await once(over, "abort");
  });
  clock.advance(10 * 60_000 - 1);
  expect(clock.sleepers()).toBe(1);
  clock.advance(1);
  await expect(waiting).rejects.toMatchObject({
    code: "login_failed",
    message: expect.stringMatching(/10 minutes/),
  });
});

test("a stop ends the waiting at once and leaves no timer behind", async () => {
  const clock = createHeldClock();
  const stop = new AbortController();
  const waiting = awaitUser({ clock, signal: stop.signal }, () => new Promise(() => undefined));
  stop.abort();
  await expect(waiting).rejects.toMatchObject({ code: "interrupted" });
  expect(clock.sleepers()).toBe(0);
});

test("an answer in time leaves no timer behind, and ends whatever else still waits", async () => {
  const clock = createHeldClock();
  let others: AbortSignal | undefined;
  const answered = awaitUser({ clock, signal: new AbortController().signal }, async (over) => {
    others = over;
    return "the-code";
  });
  expect(await answered).toBe("the-code");
  expect(clock.sleepers()).toBe(0);
  expect(others?.aborted).toBe(true);
});

test("when the time is over, what waits for the user is told to end", async () => {
  const clock = createHeldClock();
  const ended = Promise.withResolvers<void>();
  const waiting = awaitUser({ clock, signal: new AbortController().signal }, async (over) => {
    over.addEventListener("abort", () => ended.resolve());
    return new Promise(() => undefined);
  });
  clock.advance(10 * 60_000);
  await expect(waiting).rejects.toMatchObject({ code: "login_failed" });
  await ended.promise;
});

test.each([
  ["has asked for nothing yet", ""],
  ["is in the midst of asking", "GET /callback HTTP/1.1\r\nHost: localhost"],
  [
    "keeps its connection for later",
    "GET /favicon.ico HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n",
  ],
])("a browser that %s does not keep the command from ending", async (_what, text) => {
  const callback = await listen();
  const socket = connect(callback.port, "127.0.0.1");
  socket.on("error", () => undefined).resume();
  await once(socket, "connect");
  if (text !== "") socket.write(text);
  // It is known to the server before this one is answered.
  await visit(callback, "/");
  const gone = once(socket, "close");
  await callback.close();
  await gone;
});

/** Pastes these lines and ends the input. */
async function paste(...lines: readonly string[]) {
  const input = new PassThrough();
  input.end(lines.join("\n"));
  const told: string[] = [];
  const code = readPastedCode(input, STATE, (text) => told.push(text), new AbortController().signal);
  return code.then(
    (value) => ({ code: value, error: undefined, told }),
    (error) => ({ code: undefined, error, told }),
  );
}

const PASTED = `https://ads.example/cb?state=${STATE}&code=the-code`;

test.each([
  ["nothing but blanks", "  ", []],
  ["the code alone", "the-code", [/not the code alone/]],
  ["the address of the question", "https://www.pinterest.com/oauth/?client_id=1", [/holds no code/]],
  [
    "the answer to another login",
    "http://localhost/?code=the-code&state=old",
    [/state is missing or another/],
  ],
])("%s is not taken for the answer, and the next line may be it", async (_what, line, told) => {
  const pasted = await paste(line, ` ${PASTED} `, "");
  expect(pasted.code).toBe("the-code");
  expect(pasted.told).toEqual(told.map((text) => expect.stringMatching(text)));
  expect(pasted.told.join()).not.toContain("the-code");
});

test.each([
  ["without an answer", [""], /Nothing was pasted/],
  ["with a wrong one", ["the-code"], /not the code alone/],
  [
    "with a refusal",
    [`http://localhost/?error=access_denied&state=${STATE}`],
    /Pinterest says: access_denied/,
  ],
])("an input that ends %s fails the login and says why", async (_what, lines, why) => {
  const { error } = await paste(...lines);
  expect(error).toMatchObject({ code: "login_failed", message: expect.stringMatching(why) });
});
